"""Work that the clock starts."""

from procrastinate.contrib.django import app

from dothi.core import clock
from dothi.datastore.sharing import services
from dothi.datastore.sharing.services import exporting


@app.periodic(cron="20 4 * * *")
@app.task(name="sharing.sweep", queueing_lock="sharing.sweep")
def sweep(timestamp: int) -> None:
    """Every night: what nobody may read any more has no file."""
    services.forget_files(at=clock.now())
    exporting.sweep()


@app.periodic(cron="5 0 * * *")
@app.task(name="sharing.expire", queueing_lock="sharing.expire")
def expire(timestamp: int) -> None:
    """At the beginning of each day: uses whose last day is over, and those that end soon."""
    services.expire(at=clock.now())
    services.tell_of_ends(at=clock.now())
