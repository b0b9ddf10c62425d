"""A person claims a right over the own data, or takes that back."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.core.access.models import Look
from dothi.core.clock import local
from dothi.core.clocks import services as timing
from dothi.core.clocks.choices import Kind
from dothi.datastore.rights import rules
from dothi.datastore.rights.choices import Right, State
from dothi.datastore.rights.models import Confirmed, RightsRequest
from dothi.datastore.rights.services.moving import (
    ACKNOWLEDGE,
    ACT,
    Refused,
    end_clocks,
    hold,
    tell,
)
from dothi.lib import text_vi
from dothi.lib.codes import public_code
from dothi.units import selectors as units

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

PREFIX = "QC"
NEEDS_WORDS = frozenset({Right.CORRECT, Right.OBJECT, Right.WITHDRAW})


class WordsMissing(Refused):
    @property
    def message(self) -> str:
        return _("Please say what is meant, in your own words.")


class OpenAlready(Refused):
    """One objection to one reading at a time."""

    @property
    def message(self) -> str:
        return _("You have objected to this already; the answer is on its way.")


class NotYours(Refused):
    """The reading does not concern this person."""


@transaction.atomic
def ask(
    *, right: Right, person: User, words: str, at: datetime, dataset: "Dataset | None" = None,
    look: Look | None = None,
) -> RightsRequest:  # fmt: skip
    """Claim a right: the clocks of the law begin, and it lies on the table of who answers.

    That is the unit that answers for the dataset; for the whole house, its root.

    Raises:
        WordsMissing, OpenAlready: see there.
    """
    if right in NEEDS_WORDS and not words.strip():
        raise WordsMissing
    unit = dataset.unit if dataset is not None else units.root(on=local(at).date())
    try:
        with transaction.atomic():
            made = RightsRequest.objects.create(
                code=public_code(PREFIX, at), right=right, person=person,
                words=text_vi.nfc(words.strip())[:4000], dataset=dataset,
                look=look.pk if look else None, unit=unit, asked_at=at,
            )  # fmt: skip
    except IntegrityError as error:
        raise OpenAlready from error
    for name, spec in ((ACKNOWLEDGE, rules.ACKNOWLEDGE), (ACT, rules.to_act(right))):
        timing.start(
            subject=made.subject, kind=Kind.STATUTORY, name=name, spec=spec, at=at,
            unit_code=unit.code,
        )  # fmt: skip
    tell(made, was="", by=person.actor, at=at)
    return made


@transaction.atomic
def withdraw(*, asked: RightsRequest, at: datetime) -> None:
    """The person needs no answer any more.

    Raises:
        NotAllowedNow: it was answered.
    """
    hold(asked)
    end_clocks(asked, at=at, met=False)
    asked.state = State.WITHDRAWN
    asked.save(update_fields=["state"])
    tell(asked, was=State.OPEN, by=asked.person.actor, at=at)


@transaction.atomic
def forget_person(*, person: User, at: datetime) -> None:
    """The account goes: open requests are withdrawn, and what was written is removed."""
    rows = RightsRequest.objects.filter(person=person).select_related("unit", "person", "dataset")
    for asked in rows.filter(state=State.OPEN):
        withdraw(asked=asked, at=at)
    rows.update(words="", answer="")
    Confirmed.objects.filter(person=person).delete()
