"""Work that the clock starts: one table after the other, so that none holds up the rest."""

import logging

from procrastinate.contrib.django import app

from dothi.core import clock
from dothi.datastore.tables import selectors, services

logger = logging.getLogger(__name__)
KEEPER = "system"


@app.periodic(cron="10 3 * * *")
@app.task(name="tables.tidy", queueing_lock="tables.tidy")
def tidy(timestamp: int) -> None:
    """Every night, before small files are written together: readers keep theirs for a day."""
    for code in selectors.codes():
        try:
            services.finish(code, at=clock.now())
            services.tidy(code, at=clock.now())
        except Exception:
            logger.exception("table %s could not be tidied", code)


@app.periodic(cron="40 3 * * *")
@app.task(name="tables.compact", queueing_lock="tables.compact")
def compact(timestamp: int) -> None:
    """Every night."""
    for code in selectors.codes():
        try:
            services.compact(code, by=KEEPER, at=clock.now())
        except Exception:
            logger.exception("the files of table %s could not be written together", code)
