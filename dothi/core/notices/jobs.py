"""Work that the clock starts."""

from procrastinate.contrib.django import app

from dothi.core import clock
from dothi.core.notices import services


@app.periodic(cron="* * * * * */10")
@app.task(name="notices.send_due", queueing_lock="notices.send_due")
def send_due(timestamp: int) -> None:
    """Every ten seconds."""
    while services.send_due(at=clock.now()):
        pass
