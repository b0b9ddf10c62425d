"""Work that the worker does."""

from procrastinate.contrib.django import app

from dothi.core import clock
from dothi.datastore.resolution import selectors, services


@app.task(name="dothi.datastore.resolution.jobs.compare")
def compare(run: int) -> None:
    """Carry out one run."""
    services.carry_out(selectors.run_of(run), at=clock.now())
