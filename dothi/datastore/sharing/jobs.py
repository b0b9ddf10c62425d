"""Work that the clock starts."""

from procrastinate.contrib.django import app

from dothi.datastore.sharing.services import exporting


@app.periodic(cron="20 4 * * *")
@app.task(name="sharing.sweep", queueing_lock="sharing.sweep")
def sweep(timestamp: int) -> None:
    """Every night."""
    exporting.sweep()
