"""The wake-up that drains the log, and the poll that covers a lost one."""

import threading
import time

from procrastinate.contrib.django import app

from dothi.core.events import services

GATHER_SECONDS = 0.03  # Lets a burst be handed over together.
_gathering = threading.Lock()


@app.task(name=services.WAKE_UP, queue="events")
def drain() -> None:
    """Deferred after a commit that somebody listens to; one at most is waiting at a time."""
    if not _gathering.acquire(blocking=False):
        return  # Who gathers has not begun to read: it will see what we were woken for.
    try:
        time.sleep(GATHER_SECONDS)
    finally:
        _gathering.release()
    services.drain_all()


@app.periodic(cron="* * * * *")
@app.task(name="events.tend_jobs", queueing_lock="events.tend_jobs")
def tend_jobs(timestamp: int) -> None:
    """Every minute."""
    services.tend_jobs()


@app.periodic(cron="* * * * * */5")
@app.task(name="events.poll", queue="events", queueing_lock="events.poll")
def poll(timestamp: int) -> None:
    """Every five seconds."""
    services.drain_all()
