"""Work that the clock starts."""

from procrastinate.contrib.django import app

from dothi.cases import services
from dothi.cases.services import counters
from dothi.core import clock


@app.periodic(cron="25 3 * * *")
@app.task(queueing_lock="cases.sweep_drafts")
def sweep_drafts(timestamp: int) -> None:
    """Every night: drafts that nobody came back to."""
    services.sweep_drafts(at=clock.now())


@app.periodic(cron="*/2 * * * *")
@app.task(queueing_lock="cases.ask_after_payments")
def ask_after_payments(timestamp: int) -> None:
    """Every two minutes: payments of which the service did not tell us."""
    services.ask_after_payments(at=clock.now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="cases.tell_portals", lock="cases.tell_portals")
def tell_portals(timestamp: int) -> None:
    """Every minute: portals are told what was done with dossiers."""
    services.tell_portals(at=clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="cases.take_arrivals", lock="cases.take_arrivals")
def take_arrivals(timestamp: int) -> None:
    """Every five minutes: dossiers that were sent in on portals come in."""
    services.take_arrivals(at=clock.now())


@app.periodic(cron="0 9 * * *")
@app.task(queueing_lock="cases.remind_visitors")
def remind_visitors(timestamp: int) -> None:
    """Every morning at nine: those who have an appointment tomorrow."""
    counters.remind_visitors(at=clock.now())


@app.periodic(cron="10 0 * * *")
@app.task(queueing_lock="cases.miss_visits")
def miss_visits(timestamp: int) -> None:
    """After midnight: the appointments of yesterday to which nobody came."""
    counters.miss_visits(at=clock.now())


@app.periodic(cron="50 3 * * *")
@app.task(queueing_lock="cases.erase_visitors")
def erase_visitors(timestamp: int) -> None:
    """Every night: the people of appointments that are long over."""
    counters.erase_visitors(at=clock.now())
