"""Work that the clock starts."""

from procrastinate.contrib.django import app

from dothi.core import clock
from dothi.core.limits import services


@app.periodic(cron="17 * * * *")
@app.task(name="limits.forget", queueing_lock="limits.forget")
def forget(timestamp: int) -> None:
    """Every hour."""
    services.forget(at=clock.now())
