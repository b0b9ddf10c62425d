"""Work that the clock starts."""

from procrastinate.contrib.django import app

from dothi.core import clock
from dothi.datastore.lineage import services


@app.periodic(cron="*/15 * * * *")
@app.task(name="lineage.gather", queueing_lock="lineage.gather")
def gather(timestamp: int) -> None:
    """Every quarter of an hour: a new program, a saved query, a rule may read other columns."""
    services.gather(at=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name=services.SEND, queueing_lock=services.SEND)
def send(timestamp: int) -> None:
    """Every minute, and soon after something happened: runs go out to who wants to hear of them."""
    services.send(at=clock.now())
