"""Work that the clock starts."""

from procrastinate.contrib.django import app

from dothi.cases import services
from dothi.core import clock


@app.periodic(cron="25 3 * * *")
@app.task(queueing_lock="cases.sweep_drafts")
def sweep_drafts(timestamp: int) -> None:
    """Every night: drafts that nobody came back to."""
    services.sweep_drafts(at=clock.now())
