"""Work that the clock starts."""

from procrastinate.contrib.django import app

from dothi.core import clock
from dothi.core.audit import services


@app.periodic(cron="* * * * * *")
@app.task(name="audit.seal", queue="events", queueing_lock="audit.seal")
def seal(timestamp: int) -> None:
    """Every second."""
    while services.seal() == services.BATCH:
        pass


@app.periodic(cron="55 * * * *")
@app.task(name="audit.publish_head", queueing_lock="audit.publish_head")
def publish_head(timestamp: int) -> None:
    """Every hour, so that little can be cut off unseen; the last one of a day stays its head."""
    services.publish_head(at=clock.now())
