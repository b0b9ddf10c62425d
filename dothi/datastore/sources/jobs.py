"""Work in the background: each source gets its turn, beside the others."""

from procrastinate.contrib.django import app

from dothi.core import clock
from dothi.datastore.sources import selectors, services


@app.periodic(cron="* * * * *")
@app.task(name="sources.wake", queueing_lock="sources.wake")
def wake(timestamp: int) -> None:
    """Every minute: whoever is due, or waits for what it brought."""
    for code in selectors.due(at=clock.now()):
        services.ask_for_a_turn(code)


@app.task(name=services.TURN, queue=services.QUEUE)
def turn(source: str) -> None:
    services.turn(source, at=clock.now())


@app.periodic(cron="25 3 * * *")
@app.task(name="sources.forget_idle", queueing_lock="sources.forget_idle")
def forget_idle(timestamp: int) -> None:
    services.forget_idle(at=clock.now())
