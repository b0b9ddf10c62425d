"""Work in the background: large versions take longer than a reader waits."""

import logging

from django.contrib.auth.models import AnonymousUser
from procrastinate.contrib.django import app

from dothi.accounts.models import User
from dothi.core import clock
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.quality import services
from dothi.datastore.quality.choices import Why
from dothi.datastore.quality.services.profiling import PROFILE
from dothi.datastore.quality.services.starting import INSPECT
from dothi.datastore.sharing.services import open_dataset

logger = logging.getLogger(__name__)


@app.task(name=PROFILE, queue="store")
def profile(dataset: str, version: int, user_id: int | None) -> None:
    """Sum up a version for the role of somebody who asked for it."""
    user = AnonymousUser() if user_id is None else User.objects.get(pk=user_id)
    at = clock.now()
    services.profile(open_dataset(dataset, user, at=at, version=version), at=at)


@app.task(name=INSPECT, queue="store")
def inspect(dataset: str, why: str) -> None:
    """Look at the newest version with all checks."""
    services.inspect(dataset, why=Why(why), at=clock.now())


@app.periodic(cron="30 5 * * *")
@app.task(name="quality.daily", queueing_lock="quality.daily")
def daily(timestamp: int) -> None:
    """Every morning: what is late today was in time yesterday, without a new version."""
    at = clock.now()
    for dataset in catalogue.every_dataset():
        try:
            services.mind(dataset, at=at)
            services.ask_to_inspect(dataset.code, why=Why.DAILY)
        except Exception:
            logger.exception("dataset %s could not be looked after", dataset.code)
    services.sweep(at=at)
