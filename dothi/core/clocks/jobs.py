"""Work that the clock starts."""

from procrastinate.contrib.django import app

from dothi.core import clock
from dothi.core.clocks import services


@app.periodic(cron="* * * * * */20")
@app.task(name="clocks.sweep", queueing_lock="clocks.sweep")
def sweep(timestamp: int) -> None:
    """Three times a minute."""
    while services.sweep(at=clock.now()):
        pass
