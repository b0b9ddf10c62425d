"""Keys for programs of others: given once in clear, kept as a hash."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dothi.core.audit.services import record
from dothi.feedback.models import ApiKey
from dothi.feedback.services.moving import Actor, actor_of
from dothi.feedback.services.refusals import BadText
from dothi.lib import codes
from dothi.lib.text_vi import tidy

PER_HOUR = 1000


@transaction.atomic
def issue_key(
    *, code: str, name: str, by: Actor, at: datetime, contact: str = "", per_hour: int = PER_HOUR
) -> str:
    """Make a key for a program. It is returned here and never again.

    Raises:
        BadText: no name, no limit, or another program has the code.
    """
    if not tidy(name) or not code or per_hour < 1:
        raise BadText(_("Please give a code, a name and a limit."))
    key = codes.secret()
    try:
        with transaction.atomic():
            ApiKey.objects.create(
                code=code,
                name=tidy(name)[:120],
                contact=contact,
                key_hash=codes.hash_secret(key),
                per_hour=per_hour,
                made_at=at,
            )
    except IntegrityError as error:
        raise BadText(_("Another program has this code.")) from error
    record("feedback.issue_key", subject=f"feedback.key:{code}", by=actor_of(by), at=at)
    return key


@transaction.atomic
def end_key(*, code: str, by: Actor, at: datetime) -> bool:
    """From now on the key opens nothing. False: there is none of that code that still does."""
    ended = ApiKey.objects.filter(code=code, ended_at=None).update(ended_at=at)
    if ended:
        record("feedback.end_key", subject=f"feedback.key:{code}", by=actor_of(by), at=at)
    return bool(ended)
