"""Work that the clock starts."""

from procrastinate.contrib.django import app

from dothi.core import clock
from dothi.datastore.workbench import services


@app.periodic(cron="17 * * * *")
@app.task(name="workbench.sweep", queueing_lock="workbench.sweep")
def sweep(timestamp: int) -> None:
    """Every hour."""
    services.sweep(at=clock.now())
