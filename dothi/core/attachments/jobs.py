"""Work that the clock starts."""

from procrastinate.contrib.django import app

from dothi.core import clock
from dothi.core.attachments import services


@app.periodic(cron="40 2 * * *")
@app.task(name="attachments.sweep_unclaimed", queueing_lock="attachments.sweep_unclaimed")
def sweep_unclaimed(timestamp: int) -> None:
    """Every night."""
    while services.sweep_unclaimed(at=clock.now()):
        pass


@app.periodic(cron="50 2 * * *")
@app.task(name="attachments.sweep_orphans", queueing_lock="attachments.sweep_orphans")
def sweep_orphans(timestamp: int) -> None:
    """Every night."""
    services.sweep_orphans(at=clock.now())
