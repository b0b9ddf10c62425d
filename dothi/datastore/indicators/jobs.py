"""Work that the clock starts."""

from procrastinate.contrib.django import app

from dothi.core import clock
from dothi.datastore.indicators import services


@app.periodic(cron="0 * * * *")
@app.task(queueing_lock="indicators.take_readings", pass_context=False)
def take_readings(timestamp: int) -> None:
    """Every hour, on the hour."""
    services.take_readings(at=clock.now().replace(minute=0, second=0, microsecond=0))


@app.periodic(cron="*/5 * * * *")
@app.task(name="indicators.measure_store", queue="store", queueing_lock="indicators.measure_store")
def measure_store(timestamp: int) -> None:
    """Every five minutes: what the store says now. Its tables are fed every two."""
    services.measure_store(at=clock.now().replace(second=0, microsecond=0))


@app.task(name=services.MEASURE_RELEASE, queue="store")
def measure_release(release: str) -> None:
    """When many tables were pinned: what they say of the moment of the release."""
    services.measure_release(release, at=clock.now())


@app.periodic(cron="40 3 * * *")
@app.task(name="indicators.thin_out", queueing_lock="indicators.thin_out")
def thin_out(timestamp: int) -> None:
    """Every night."""
    services.thin_out(at=clock.now())
