"""Somebody asks for a use; the office agrees (perhaps to less), refuses or asks back."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from dothi.accounts.models import User
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.clocks import selectors as clocks
from dothi.core.clocks import services as timing
from dothi.core.clocks.choices import Kind, TimeUnit
from dothi.core.clocks.rules import Spec
from dothi.core.events.services import publish
from dothi.datastore.catalogue.choices import Share
from dothi.datastore.sharing import events, permissions
from dothi.datastore.sharing.choices import State, SubjectKind
from dothi.datastore.sharing.models import Application, Grant
from dothi.datastore.sharing.rules import granting, policy
from dothi.datastore.sharing.services import agreements, duties
from dothi.datastore.sharing.services.granting import Terms, To, check, grant
from dothi.datastore.sharing.services.refusals import (
    FourEyes,
    NotAllowedNow,
    NotAskedFor,
    NotSound,
    ReasonMissing,
    TooLong,
)
from dothi.lib import text_vi
from dothi.lib.codes import public_code

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

PREFIX = "DN"
# What the house promises; no law known to us sets a time for requests between authorities.
ANSWER = Spec(amount=5, unit=TimeUnit.WORK_DAYS)


@transaction.atomic
def ask(
    *, dataset: "Dataset", asker: User, to: To, terms: Terms, at: datetime,
    renews: Grant | None = None,
) -> Application:  # fmt: skip
    """Ask for a use; the clock of the answer begins.

    Raises:
        NotAskedFor: see there; also where `to` is not the asker's own.
        PurposeMissing, TooLong, NotSound, NotAllowedNow: see there.
    """
    check(dataset, terms, at=at)
    if not may_ask(dataset, asker, at=at) or not _own(to, asker, at=at):
        raise NotAskedFor
    made = Application.objects.create(
        code=public_code(PREFIX, at), dataset=dataset, asker=asker, subject_kind=to.kind,
        user=to.user, unit=to.unit, role=to.role or "", key_id=to.key,
        partner=text_vi.tidy(to.partner), asked_at=at, renews=renews, **_said(terms),
    )  # fmt: skip
    timing.start(
        subject=made.subject, kind=Kind.NORM, spec=ANSWER, at=at, unit_code=dataset.unit.code
    )
    _tell(made, was="", by=asker.actor, at=at)
    return made


def may_ask(dataset: "Dataset", user: User, *, at: datetime) -> bool:
    """Whether this person may ask for a use of a dataset that they see."""
    contract = dataset.agreed
    audience = permissions.audience_of(user, dataset.unit_id, on=local(at).date())
    return contract is not None and policy.may_ask(
        contract, share=Share(dataset.share), audience=audience
    )


def _own(to: To, asker: User, *, at: datetime) -> bool:
    """For oneself, the own post, the own unit or a key of one's own; for nobody else."""
    posts = permissions.posts_of(asker, on=local(at).date())
    units = {unit for unit, _role in posts}
    match to.kind:
        case SubjectKind.PERSON:
            return to.user == asker and (to.unit is None or to.unit.pk in units)
        case SubjectKind.POST:
            return to.unit is not None and (to.unit.pk, to.role) in posts
        case SubjectKind.UNIT:
            return to.unit is not None and to.unit.pk in units
        case SubjectKind.KEY:
            return to.key in permissions.keys_of(asker)


def _said(terms: Terms) -> dict[str, Any]:
    return {
        "purpose": text_vi.tidy(terms.purpose)[:1000],
        "legal_basis": text_vi.tidy(terms.legal_basis)[:300],
        "columns": [[name, rule.value] for name, rule in terms.columns],
        "conditions": [one.as_list() for one in terms.where],
        "figures_only": terms.figures_only,
        "expires_on": terms.expires_on,
    }


@transaction.atomic
def agree(*, application: Application, terms: Terms, by: User, at: datetime) -> Grant:
    """Grant what was asked for, or less, and issue the agreement as a paper.

    Raises:
        FourEyes, NotAllowedNow, PurposeMissing, TooLong: see there.
        NotSound: also where more would be granted than was asked for.
    """
    _hold(application, State.ASKED, by=by)
    if terms.expires_on > application.expires_on:
        raise TooLong
    found = granting.widened(application.columns, terms.columns, application.where, terms.where)
    if found or (application.figures_only and not terms.figures_only):
        raise NotSound(found)
    to = To(
        kind=SubjectKind(application.subject_kind), user=application.user, unit=application.unit,
        role=application.role or None, key=application.key_id, partner=application.partner,
    )  # fmt: skip
    made = grant(
        dataset=application.dataset, to=to, terms=terms, by=by.actor, at=at,
        asked_by=application.asker.actor,
    )  # fmt: skip
    agreements.issue(made, asker=application.asker, by=by, at=at)
    _decide(application, State.GRANTED, by=by, at=at, grant=made)
    return made


@transaction.atomic
def refuse(*, application: Application, by: User, at: datetime, reason: str) -> None:
    """Say no, and why.

    Raises:
        ReasonMissing, FourEyes, NotAllowedNow: see there.
    """
    if not reason.strip():
        raise ReasonMissing
    _hold(application, State.ASKED, by=by)
    _decide(application, State.REFUSED, by=by, at=at, reason=text_vi.tidy(reason)[:500])


@transaction.atomic
def ask_back(*, application: Application, by: User, at: datetime, question: str) -> None:
    """Something has to be said before it can be decided: the clock waits for the asker.

    Raises:
        ReasonMissing, FourEyes, NotAllowedNow: see there.
    """
    if not question.strip():
        raise ReasonMissing
    _hold(application, State.ASKED, by=by)
    _clock(application, timing.pause, at=at, reason="asked back")
    _move(application, State.RETURNED, by=by.actor, at=at, question=text_vi.tidy(question)[:1000])


@transaction.atomic
def reply(*, application: Application, at: datetime, text: str, terms: Terms) -> None:
    """The asker answers, and may ask for something else than before.

    Raises:
        ReasonMissing: nothing is said.
        NotAllowedNow, PurposeMissing, TooLong, NotSound: see there.
    """
    if not text.strip():
        raise ReasonMissing
    check(application.dataset, terms, at=at)
    _hold(application, State.RETURNED)
    _clock(application, timing.resume, at=at)
    said = {**_said(terms), "reply": text_vi.tidy(text)[:1000]}
    _move(application, State.ASKED, by=application.asker.actor, at=at, **said)


@transaction.atomic
def withdraw(*, application: Application, at: datetime) -> None:
    """The asker needs it no more.

    Raises:
        NotAllowedNow: it was answered.
    """
    _hold(application, State.ASKED, State.RETURNED)
    _clock(application, timing.stop, at=at, reason="withdrawn")
    _move(application, State.WITHDRAWN, by=application.asker.actor, at=at)


def _hold(application: Application, *wanted: State, by: User | None = None) -> None:
    """Lock it as it is now: of two who answer at once the second finds it answered."""
    if by is not None and by.pk == application.asker_id:
        raise FourEyes
    row = Application.objects.select_for_update().filter(pk=application.pk, state__in=wanted)
    if not row.values_list("pk"):
        raise NotAllowedNow(application.code)


def _clock(application: Application, verb: Any, **how: Any) -> None:
    if (running := clocks.open_clock(application.subject)) is not None:
        verb(running, **how)


def _decide(application: Application, to: State, *, by: User, at: datetime, **more: Any) -> None:
    _clock(application, timing.meet, at=at)
    _move(application, to, by=by.actor, at=at, decided_by=by.actor, decided_at=at, **more)


def _move(application: Application, to: State, *, by: str, at: datetime, **new: Any) -> None:
    was = application.state
    for name, value in {**new, "state": to}.items():
        setattr(application, name, value)
    application.save(update_fields=["state", *new])
    _tell(application, was=was, by=by, at=at)


def _tell(application: Application, *, was: str, by: str, at: datetime) -> None:
    dataset = application.dataset
    record(
        "sharing.request", subject=application.subject, by=by, at=at, unit=dataset.unit.code,
        dataset=dataset.code, was=was, now=str(application.state),
    )  # fmt: skip
    publish(
        events.RequestMoved(
            code=application.code, dataset=dataset.code, unit_code=dataset.unit.code, was=was,
            now=str(application.state),
        ),
        at=at,
    )  # fmt: skip
    duties.lay(application, at=at)
    if by != application.asker.actor:
        duties.write_to_asker(application, at=at)
