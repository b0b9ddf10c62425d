"""Work that the clock starts."""

from procrastinate.contrib.django import app

from dothi.core import clock
from dothi.portal import services


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="portal.publish_planned")
def publish_planned(timestamp: int) -> None:
    """Every minute."""
    services.publish_planned(at=clock.now())


@app.periodic(cron="5 0 * * *")
@app.task(queueing_lock="portal.forget_readers")
def forget_readers(timestamp: int) -> None:
    """A little after midnight: yesterday's marks and salt go."""
    services.forget_readers(before=clock.now().date())
