"""Work that the clock starts."""

from procrastinate.contrib.django import app

from dothi.core import clock
from dothi.feedback import services


@app.periodic(cron="15 * * * *")
@app.task(queueing_lock="feedback.sweep_unanswered")
def sweep_unanswered(timestamp: int) -> None:
    """Every hour: reports that wait for an answer that will not come."""
    services.sweep_unanswered(at=clock.now())


@app.periodic(cron="0 7 * * *")
@app.task(queueing_lock="feedback.tell_followers")
def tell_followers(timestamp: int) -> None:
    """Every morning at seven."""
    services.tell_followers(at=clock.now())


@app.periodic(cron="40 3 * * *")
@app.task(queueing_lock="feedback.tend_sealed")
def tend_sealed(timestamp: int) -> None:
    """Every night: tell the holders what waits."""
    services.tend_sealed(at=clock.now())


@app.periodic(cron="5 * * * *")
@app.task(queueing_lock="feedback.blur_sealed")
def blur_sealed(timestamp: int) -> None:
    """Every hour: blur when and in which order reports came."""
    services.blur_sealed()
