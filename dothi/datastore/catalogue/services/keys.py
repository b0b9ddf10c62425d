"""Keys for programs that write to the catalogue: given once in clear, kept as a hash."""

from datetime import datetime, timedelta

from django.db import transaction

from dothi.accounts.models import User
from dothi.core.audit.services import record
from dothi.datastore.catalogue.models import ApiKey
from dothi.lib import codes, text_vi

LASTS = timedelta(days=365)


@transaction.atomic
def issue_key(*, user: User, name: str, at: datetime) -> str:
    """Make a key for a program that works in the name of a person. It is told here only."""
    key = codes.secret()
    row = ApiKey.objects.create(
        user=user, name=text_vi.tidy(name)[:120], key_hash=codes.hash_secret(key), made_at=at,
        ends_at=at + LASTS,
    )  # fmt: skip
    record("catalogue.issue_key", subject=f"catalogue.key:{row.pk}", by=user.actor, at=at)
    return key


@transaction.atomic
def end_key(*, user: User, pk: int, at: datetime) -> bool:
    """From now on this key of the person opens nothing. False: there is none that still does."""
    ended = ApiKey.objects.filter(pk=pk, user=user, ended_at=None).update(ended_at=at)
    if ended:
        record("catalogue.end_key", subject=f"catalogue.key:{pk}", by=user.actor, at=at)
    return bool(ended)
