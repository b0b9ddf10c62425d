"""Grant a use of a dataset, and end it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from dothi.accounts.models import User
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.events.services import publish
from dothi.datastore.catalogue.choices import State
from dothi.datastore.sharing import events
from dothi.datastore.sharing.choices import SubjectKind
from dothi.datastore.sharing.models import Grant
from dothi.datastore.sharing.rules import granting
from dothi.datastore.sharing.rules.small_numbers import AT_LEAST
from dothi.datastore.sharing.services import agreements
from dothi.datastore.sharing.services.refusals import (
    FourEyes,
    NotAllowedNow,
    NotSound,
    PurposeMissing,
    ReasonMissing,
    TooLong,
)
from dothi.datastore.tables import services as tables
from dothi.datastore.tables.rules.roles import Condition
from dothi.lib import text_vi
from dothi.lib.codes import public_code
from dothi.units.models import Unit

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

PREFIX = "TT"
LONGEST = timedelta(days=3 * 366)
LATELY, GRACE = timedelta(days=7), timedelta(hours=1)
SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class To:
    """To whom a use is granted (`models.Subject`)."""

    kind: SubjectKind
    user: User | None = None
    unit: Unit | None = None
    role: str | None = None
    key: int | None = None
    partner: str = ""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is granted: columns with a rule for each, rows by conditions, what for, until when."""

    columns: granting.Columns
    where: Sequence[Condition] = ()
    purpose: str
    legal_basis: str
    expires_on: date
    figures_only: bool = False
    at_least: int = AT_LEAST


@transaction.atomic
def grant(
    *, dataset: "Dataset", to: To, terms: Terms, by: str, at: datetime, asked_by: str = ""
) -> Grant:
    """Let somebody use a dataset from today on.

    Raises:
        PurposeMissing, TooLong, NotSound, FourEyes: see there.
        NotAllowedNow: the dataset is not offered.
    """
    check(dataset, terms, at=at)
    if by == asked_by:
        raise FourEyes
    contract = dataset.agreed
    assert contract is not None
    made = Grant.objects.create(
        code=public_code(PREFIX, at), dataset=dataset, subject_kind=to.kind, user=to.user,
        unit=to.unit, role=to.role or "", key_id=to.key, partner=text_vi.tidy(to.partner),
        purpose=text_vi.tidy(terms.purpose), legal_basis=text_vi.tidy(terms.legal_basis),
        columns=granting.with_classes(contract, terms.columns),
        conditions=[one.as_list() for one in terms.where], figures_only=terms.figures_only,
        at_least=terms.at_least, begins_on=local(at).date(), expires_on=terms.expires_on,
        asked_by=asked_by, granted_by=by, granted_at=at,
    )  # fmt: skip
    record(
        "sharing.grant", subject=made.subject, by=by, at=at, unit=dataset.unit.code,
        dataset=dataset.code, to=to.kind.value, expires_on=terms.expires_on.isoformat(),
        columns=[name for name, _rule in terms.columns], conditions=len(terms.where),
    )  # fmt: skip
    publish(
        events.UseGranted(
            code=made.code, dataset=dataset.code, unit_code=dataset.unit.code,
            expires_on=terms.expires_on.isoformat(),
        ),
        at=at,
    )  # fmt: skip
    return made


@transaction.atomic
def give(*, dataset: "Dataset", to: To, terms: Terms, by: User, at: datetime) -> Grant:
    """Grant a use that nobody asked for: the paper goes to who holds it. Nobody gives one to
    themselves: that is asked for, and another decides.

    Raises:
        As `grant`.
    """
    if to.user is not None and to.user.pk == by.pk:
        raise FourEyes
    made = grant(dataset=dataset, to=to, terms=terms, by=by.actor, at=at)
    agreements.issue(made, asker=to.user, by=by, at=at)
    return made


def check(dataset: "Dataset", terms: Terms, *, at: datetime) -> None:
    """What is wrong with terms whoever grants them. Raises as `grant`."""
    if dataset.state != State.PUBLISHED or dataset.agreed is None:
        raise NotAllowedNow(dataset.code)
    if not terms.purpose.strip() or not terms.legal_basis.strip():
        raise PurposeMissing
    today = local(at).date()
    if not today < terms.expires_on <= today + LONGEST:
        raise TooLong
    if found := granting.faults(dataset.agreed, terms.columns, terms.where):
        raise NotSound(found)


@transaction.atomic
def end(*, grant: Grant, by: str, at: datetime, reason: str) -> None:
    """End a use before its day. What is being read at this moment is read to its end.

    Raises:
        ReasonMissing: others have to understand it.
        NotAllowedNow: it has ended.
    """
    if not reason.strip():
        raise ReasonMissing
    _end(grant, by=by, at=at, reason=text_vi.tidy(reason), early=True)
    agreements.void(grant, by=by, at=at, reason=text_vi.tidy(reason))


def expire(*, at: datetime) -> int:
    """End the grants whose day has come. Return how many."""
    over = Grant.objects.filter(ended_at=None, expires_on__lte=local(at).date())
    rows = list(over.select_related("dataset__unit"))
    for one in rows:
        try:
            with transaction.atomic():
                _end(one, by=SYSTEM, at=at, reason="expired", early=False)
        except NotAllowedNow:
            continue
    return len(rows)


def forget_files(*, at: datetime) -> int:
    """Remove the files of grants that ended lately, but not of those that somebody may have just
    opened. Return how many. Not within a transaction."""
    lately = Grant.objects.filter(ended_at__gt=at - LATELY, ended_at__lt=at - GRACE)
    names = lately.values_list("code", flat=True)
    return sum(tables.forget_role(granting.role_name(code)) for code in names)


def _end(grant: Grant, *, by: str, at: datetime, reason: str, early: bool) -> None:
    changed = Grant.objects.filter(pk=grant.pk, ended_at=None).update(
        ended_at=at, ended_by=by, end_reason=reason[:500]
    )
    if not changed:
        raise NotAllowedNow(grant.code)
    grant.ended_at, grant.ended_by, grant.end_reason = at, by, reason[:500]
    unit = grant.dataset.unit.code
    record("sharing.end", subject=grant.subject, by=by, at=at, unit=unit, reason=reason)
    publish(
        events.UseEnded(code=grant.code, dataset=grant.dataset.code, unit_code=unit, early=early),
        at=at,
    )
