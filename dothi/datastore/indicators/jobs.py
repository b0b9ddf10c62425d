"""Work that the clock starts."""

from procrastinate.contrib.django import app

from dothi.core import clock
from dothi.datastore.indicators import services


@app.periodic(cron="0 * * * *")
@app.task(queueing_lock="indicators.take_readings", pass_context=False)
def take_readings(timestamp: int) -> None:
    """Every hour, on the hour."""
    services.take_readings(at=clock.now().replace(minute=0, second=0, microsecond=0))
