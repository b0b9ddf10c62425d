"""Work that the clock starts."""

from procrastinate.contrib.django import app

from dothi.accounts import services
from dothi.core import clock


@app.periodic(cron="41 * * * *")
@app.task(name="accounts.sweep_tokens", queueing_lock="accounts.sweep_tokens")
def sweep_tokens(timestamp: int) -> None:
    """Every hour: tokens that open no more."""
    services.sweep_tokens(at=clock.now())
