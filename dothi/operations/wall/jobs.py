"""Work that the clock starts."""

from procrastinate.contrib.django import app

from dothi.core import clock
from dothi.operations.wall import services


@app.periodic(cron="*/10 * * * *")
@app.task(name="operations.send_briefs", queueing_lock="operations.send_briefs")
def send_briefs(timestamp: int) -> None:
    """Every ten minutes; it is the house's own morning that decides."""
    services.send_briefs(at=clock.now())
