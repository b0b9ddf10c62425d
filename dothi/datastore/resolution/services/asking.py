"""A project is asked for, and another steward says yes or no."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from dothi.accounts.models import User
from dothi.core import queueing
from dothi.core.audit.services import record
from dothi.core.events.services import publish
from dothi.datastore.resolution import events, ports
from dothi.datastore.resolution.choices import Kind, State
from dothi.datastore.resolution.models import Project, ProjectList, Record
from dothi.datastore.resolution.rules.kinds import MODELS
from dothi.datastore.resolution.services import duties
from dothi.datastore.resolution.services.refusals import (
    FourEyes,
    ListUnfit,
    NotAllowedNow,
    ReasonMissing,
)
from dothi.lib.codes import public_code
from dothi.units.models import Unit

PREFIX = "DS"
# What golden tables no longer may hold is taken out by a worker.
CARE = "resolution.care_for_golden"


@dataclass(frozen=True, kw_only=True)
class ListAsked:
    """A list that a project wants to read; the first of several is trusted most."""

    dataset: str
    key: str
    roles: Mapping[str, str]  # Role → column.
    as_of: str = ""


@transaction.atomic
def ask(
    *,
    kind: Kind,
    title: str,
    purpose: str,
    legal_basis: str,
    unit: Unit,
    lists: Sequence[ListAsked],
    expires_on: date,
    by: User,
    at: datetime,
    within: bool = True,
    link_at: float | None = None,
    review_at: float | None = None,
) -> Project:
    """Ask to join lists for a purpose. Nothing is read before another steward says yes.

    Raises:
        ReasonMissing: purpose or legal basis is empty.
        ListUnfit: a list or a column is not there.
        NotAllowedNow: it would have expired already, or names no list.
    """
    if not purpose.strip() or not legal_basis.strip():
        raise ReasonMissing
    if expires_on <= at.date() or not lists:
        raise NotAllowedNow
    for one in lists:
        _check(one, kind)
    model = MODELS[kind]
    project = Project.objects.create(
        code=public_code(PREFIX, at),
        kind=kind,
        title=title,
        purpose=purpose.strip(),
        legal_basis=legal_basis.strip(),
        unit=unit,
        asked_by=by.actor,
        asked_at=at,
        expires_on=expires_on,
        within=within,
        link_at=model.link_at if link_at is None else link_at,
        review_at=model.review_at if review_at is None else review_at,
    )
    ProjectList.objects.bulk_create(
        ProjectList(
            project=project, dataset=one.dataset, trust=rank, key=one.key, as_of=one.as_of,
            roles=dict(one.roles),
        )
        for rank, one in enumerate(lists, start=1)
    )  # fmt: skip
    _tell(project, was="", by=by, at=at, lists=[one.dataset for one in lists])
    return project


def _check(one: ListAsked, kind: Kind) -> None:
    columns = ports.lists().columns(one.dataset)
    if not columns:
        raise ListUnfit(one.dataset)
    if MODELS[kind].roles[0] not in one.roles:
        raise ListUnfit(one.dataset, MODELS[kind].roles[0])
    for column in (one.key, *one.roles.values(), *filter(None, [one.as_of])):
        if column not in columns:
            raise ListUnfit(one.dataset, column)


@transaction.atomic
def approve(*, project: Project, by: User, at: datetime) -> None:
    """A steward's yes: from now on the lists may be joined, until the project expires.

    Raises:
        FourEyes: the steward asked for it.
        NotAllowedNow: it does not wait for an answer, or has expired.
    """
    if project.asked_by == by.actor:
        raise FourEyes
    if project.expires_on <= at.date():
        raise NotAllowedNow
    _move(project, State.APPROVED, by=by, at=at, wanted=(State.ASKED,))


@transaction.atomic
def refuse(*, project: Project, by: User, at: datetime, reason: str) -> None:
    """A steward's no, with its reason.

    Raises:
        FourEyes, ReasonMissing, NotAllowedNow: see there.
    """
    if project.asked_by == by.actor:
        raise FourEyes
    if not reason.strip():
        raise ReasonMissing
    _move(project, State.REFUSED, by=by, at=at, wanted=(State.ASKED,), reason=reason)


@transaction.atomic
def end(*, project: Project, by: User, at: datetime, reason: str) -> None:
    """The purpose is reached or given up: values of persons go, codes and history stay. A worker
    ends the table of golden records.

    Raises:
        ReasonMissing, NotAllowedNow: see there.
    """
    if not reason.strip():
        raise ReasonMissing
    _move(project, State.ENDED, by=by, at=at, wanted=(State.APPROVED,), reason=reason)
    Record.objects.filter(project=project).update(values="")
    queueing.once(CARE, lock=CARE, queue="store", timestamp=0)


def _move(
    project: Project,
    to: State,
    *,
    by: User,
    at: datetime,
    wanted: tuple[State, ...],
    reason: str = "",
) -> None:
    was = Project.objects.select_for_update().values_list("state", flat=True).get(pk=project.pk)
    if was not in wanted:
        raise NotAllowedNow(f"{project} is {was}")
    project.state, project.reason = to, reason.strip()
    if to == State.ENDED:
        project.ended_by, project.ended_at = by.actor, at
    else:
        project.decided_by, project.decided_at = by.actor, at
    project.save()
    _tell(project, was=was, by=by, at=at, reason=reason)


def _tell(
    project: Project, *, was: str, by: User, at: datetime, reason: str = "", **details: object
) -> None:
    record(
        "resolution.move",
        subject=subject_of(project),
        by=by.actor,
        at=at,
        unit=project.unit.code,
        reason=reason,
        was=was,
        now=project.state,
        **details,
    )
    publish(
        events.ProjectMoved(
            code=project.code,
            unit_code=project.unit.code,
            kind=project.kind,
            was=was,
            now=project.state,
        ),
        at=at,
    )
    duties.lay(project, at=at)


def subject_of(project: Project) -> str:
    return f"resolution.project:{project}"
