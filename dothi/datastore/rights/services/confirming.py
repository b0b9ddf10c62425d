"""An officer confirms what was seen on the original paper, so that rows are found by it."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.core.access.services import opened
from dothi.core.audit.services import record
from dothi.datastore.rights import rules
from dothi.datastore.rights.models import Confirmed, RightsRequest
from dothi.datastore.rights.services.moving import Refused, hold, tell
from dothi.datastore.tables.choices import PersonBy
from dothi.datastore.tables.services import person_hash, plain_name


class NotSound(Refused):
    """It is no phone and no identity number."""

    @property
    def message(self) -> str:
        return _("An identity number has 12 digits, an old one 9, a phone 10.")


class OfAnother(Refused):
    """The same value is confirmed already, of this person or of another."""

    @property
    def message(self) -> str:
        return _("This number is confirmed already. Look at the paper and at the person again.")


@transaction.atomic
def confirm(
    *, asked: RightsRequest, named_by: PersonBy, value: str, by: User, at: datetime
) -> Confirmed:
    """Keep a phone or identity number of who claims a right, as the original paper shows it.

    Raises:
        NotAllowedNow: the request is answered.
        NotSound, OfAnother: see there.
    """
    hold(asked)
    plain = plain_name(named_by, value)
    if not rules.is_sound(named_by, plain):
        raise NotSound(asked.code)
    opened(
        record=asked.person.subject, by=by.actor, at=at, purpose="confirm a number on paper",
        fields=[named_by.value],
    )  # fmt: skip
    try:
        with transaction.atomic():
            made = Confirmed.objects.create(
                person=asked.person, named_by=named_by, value=plain, request=asked, by=by.actor,
                value_hash=person_hash(named_by, plain), at=at,
            )  # fmt: skip
    except IntegrityError as error:
        raise OfAnother(asked.code) from error
    tell(asked, was=asked.state, by=by.actor, at=at, confirmed=named_by.value)
    return made


@transaction.atomic
def take_back(*, confirmed: Confirmed, by: User, at: datetime) -> None:
    """Find nothing by it from now on: the person wishes so, or it was a mistake.

    Raises:
        Refused: it was taken back.
    """
    changed = Confirmed.objects.filter(pk=confirmed.pk, taken_back_at=None).update(
        taken_back_at=at, value=""
    )
    if not changed:
        raise Refused(confirmed.request.code)
    record(
        "rights.take_back", subject=confirmed.request.subject, by=by.actor, at=at,
        unit=confirmed.request.unit.code, named_by=confirmed.named_by,
    )  # fmt: skip
