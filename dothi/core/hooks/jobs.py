"""Work that the clock starts."""

from procrastinate.contrib.django import app

from dothi.core import clock
from dothi.core.hooks import services


@app.periodic(cron="* * * * * */10")
@app.task(name="hooks.send_due", queueing_lock="hooks.send_due")
def send_due(timestamp: int) -> None:
    """Every ten seconds."""
    while services.send_due(at=clock.now()):
        pass


@app.periodic(cron="50 3 * * *")
@app.task(name="hooks.forget", queueing_lock="hooks.forget")
def forget(timestamp: int) -> None:
    """Every night: messages of long ago."""
    services.forget(at=clock.now())
