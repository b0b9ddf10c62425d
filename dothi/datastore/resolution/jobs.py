"""Work that the worker does."""

from procrastinate.contrib.django import app

from dothi.core import clock
from dothi.datastore.resolution import selectors, services
from dothi.datastore.resolution.selectors import golden_works


@app.task(name="dothi.datastore.resolution.jobs.compare")
def compare(run: int) -> None:
    """Carry out one run."""
    services.carry_out(selectors.run_of(run), at=clock.now())


@app.task(name="dothi.datastore.resolution.jobs.make_golden", queue="store")
def make_golden(work: int) -> None:
    """Find out what publishing golden records would change, or publish them."""
    services.carry_out_work(golden_works.numbered(work), at=clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="resolution.take_up", queueing_lock="resolution.take_up")
def take_up(timestamp: int) -> None:
    """Every five minutes: take up what a worker left that died."""
    for run in selectors.unfinished():
        services.queue(run)
    for work in golden_works.unfinished():
        services.queue_work(work)


@app.periodic(cron="40 1 * * *")
@app.task(name=services.CARE, queueing_lock=services.CARE, queue="store")
def care_for_golden(timestamp: int) -> None:
    """Every night, and when somebody's rights or the end of a project ask for it."""
    services.care_for_golden(at=clock.now())
