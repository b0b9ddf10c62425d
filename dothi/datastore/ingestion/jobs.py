"""Work in the background: deliveries are read by a worker, however long it takes."""

from procrastinate.contrib.django import app

from dothi.core import clock
from dothi.datastore.ingestion import selectors, services
from dothi.datastore.ingestion.services.feeding import FEED
from dothi.datastore.ingestion.services.starting import READ


@app.task(name=READ, queue="store")
def read(run: str) -> None:
    """Read a run to its end; one that was broken off goes on where it was."""
    found = selectors.run_of(run)
    services.read(found, selectors.contract_of(found), at=clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="ingestion.take_up", queueing_lock="ingestion.take_up")
def take_up(timestamp: int) -> None:
    """Every five minutes: take up runs whose reader died."""
    for run in selectors.unfinished():
        services.ask_to_read(run)


@app.periodic(cron="*/2 * * * *")
@app.task(name=FEED, queue="store", queueing_lock=FEED)
def feed(timestamp: int) -> None:
    """Every two minutes: what the domains changed comes into the store."""
    services.feed_all(at=clock.now())
