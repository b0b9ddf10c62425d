"""Work in the background: large versions take longer than a reader waits."""

from django.contrib.auth.models import AnonymousUser
from procrastinate.contrib.django import app

from dothi.accounts.models import User
from dothi.core import clock
from dothi.datastore.quality import services
from dothi.datastore.quality.services.profiling import PROFILE
from dothi.datastore.sharing.services import open_dataset


@app.task(name=PROFILE, queue="store")
def profile(dataset: str, version: int, user_id: int | None) -> None:
    """Sum up a version for the role of somebody who asked for it."""
    user = AnonymousUser() if user_id is None else User.objects.get(pk=user_id)
    at = clock.now()
    services.profile(open_dataset(dataset, user, at=at, version=version), at=at)
