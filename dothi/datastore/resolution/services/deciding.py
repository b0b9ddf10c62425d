"""What people decide on pairs and clusters, and how they take it back."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from dothi.accounts.models import User
from dothi.core.audit.services import record
from dothi.core.events.services import publish
from dothi.datastore.resolution import events, permissions, selectors
from dothi.datastore.resolution.choices import Band, ChangeKind, Verdict
from dothi.datastore.resolution.models import Change, Decision, Entity, Pair, Project, Record
from dothi.datastore.resolution.services import clustering, duties
from dothi.datastore.resolution.services.asking import subject_of
from dothi.datastore.resolution.services.refusals import (
    NotAllowedNow,
    NotOpen,
    ReasonMissing,
    ToldApart,
)


@transaction.atomic
def decide(*, pair: Pair, verdict: Verdict, by: User, at: datetime, reason: str = "") -> Change:
    """Say whether two rows are one. A later run respects it.

    Raises:
        NotOpen: the purpose no longer holds.
        NotAllowedNow: somebody decided on the pair since it was read.
        ReasonMissing: it goes against what the evidence says, without a reason.
    """
    project = _locked(pair.project, at)
    current = Pair.objects.select_for_update().get(pk=pair.pk)
    if current.verdict != pair.verdict or current.verdict == verdict:
        raise NotAllowedNow(f"{pair} is {current.verdict or 'open'}")
    against = current.band == Band.LINK and verdict != Verdict.SAME
    if against and not reason.strip():
        raise ReasonMissing
    change = _begin(project, ChangeKind.DECISION, by=by, at=at, reason=reason)
    _set(current, verdict, change)
    pair.verdict = verdict
    _finish(project, change, {pair.left_id, pair.right_id}, verdict=verdict.value, pair=pair.pk)
    return change


@transaction.atomic
def merge(*, one: Entity, other: Entity, by: User, at: datetime, reason: str) -> Change:
    """Say that two entities are one.

    Raises:
        ReasonMissing, NotOpen: see there.
        NotAllowedNow: they are of two projects, the same, or hold no rows now.
        ToldApart: somebody told rows of the two apart.
    """
    if not reason.strip():
        raise ReasonMissing
    project = _locked(one.project, at)
    mine, theirs = selectors.members(one), selectors.members(other)
    if one.project_id != other.project_id or one.pk == other.pk or not mine or not theirs:
        raise NotAllowedNow
    across = Pair.objects.filter(project=project, verdict=Verdict.DIFFERENT)
    if across.filter(left__in=mine, right__in=theirs).exists() or (
        across.filter(left__in=theirs, right__in=mine).exists()
    ):
        raise ToldApart
    change = _begin(project, ChangeKind.MERGE, by=by, at=at, reason=reason)
    _set(_pair_of(project, mine[0], theirs[0]), Verdict.SAME, change)
    _finish(project, change, {mine[0].pk, theirs[0].pk}, entities=[one.code, other.code])
    return change


@transaction.atomic
def split(*, entity: Entity, out: Collection[int], by: User, at: datetime, reason: str) -> Change:
    """Say that some rows of an entity, by their ids, are not what the others are.

    Raises:
        ReasonMissing, NotOpen: see there.
        NotAllowedNow: the rows are none of the entity's, or all of them.
    """
    if not reason.strip():
        raise ReasonMissing
    project = _locked(entity.project, at)
    rows = selectors.members(entity)
    leaving = [row for row in rows if row.pk in out]
    staying = [row for row in rows if row.pk not in out]
    if not leaving or not staying or len(leaving) != len(set(out)):
        raise NotAllowedNow
    change = _begin(project, ChangeKind.SPLIT, by=by, at=at, reason=reason)
    for left in leaving:
        for right in staying:
            _set(_pair_of(project, left, right), Verdict.DIFFERENT, change)
    _finish(project, change, {row.pk for row in rows}, entities=[entity.code])
    return change


@transaction.atomic
def undo(*, change: Change, by: User, at: datetime, reason: str = "") -> Change:
    """Take back what a person changed. What was before holds again; both stay in the history.

    Raises:
        NotOpen: see there.
        NotAllowedNow: a run is not undone; nor what is undone already, or was decided anew since.
    """
    project = _locked(change.project, at)
    undoable = {ChangeKind.DECISION, ChangeKind.MERGE, ChangeKind.SPLIT}
    if change.kind not in undoable or hasattr(change, "undone_by"):
        raise NotAllowedNow
    decisions = list(change.decisions.select_related("pair"))
    for decision in decisions:
        if _latest(decision.pair) != decision:
            raise NotAllowedNow
    back = Change.objects.create(
        project=project, kind=ChangeKind.UNDO, undoes=change, by=by.actor, at=at, reason=reason
    )
    records = set()
    for decision in decisions:
        decision.undone = back
        decision.save(update_fields=["undone"])
        before = _latest(decision.pair)
        decision.pair.verdict = before.verdict if before else ""
        decision.pair.save(update_fields=["verdict"])
        records |= {decision.pair.left_id, decision.pair.right_id}
    _finish(project, back, records, undoes=change.pk)
    return back


def _latest(pair: Pair) -> Decision | None:
    return pair.decisions.filter(undone=None).order_by("-pk").first()


def _locked(project: Project, at: datetime) -> Project:
    """One change of a project's clusters at a time, and only while its purpose holds."""
    found = Project.objects.select_for_update(of=("self",)).select_related("unit")
    current = found.get(pk=project.pk)
    if not permissions.is_open(current, on=at.date()):
        raise NotOpen(current.expires_on, current.state)
    return current


def _begin(project: Project, kind: ChangeKind, *, by: User, at: datetime, reason: str) -> Change:
    return Change.objects.create(
        project=project, kind=kind, by=by.actor, at=at, reason=reason.strip()
    )


def _pair_of(project: Project, one: Record, other: Record) -> Pair:
    left, right = sorted((one.pk, other.pk))
    pair, _made = Pair.objects.get_or_create(
        left_id=left, right_id=right, defaults={"project": project}
    )
    return pair


def _set(pair: Pair, verdict: Verdict, change: Change) -> None:
    Decision.objects.create(pair=pair, verdict=verdict, change=change)
    Pair.objects.filter(pk=pair.pk).update(verdict=verdict)


def _finish(project: Project, change: Change, records: set[int], **details: object) -> None:
    changed = sorted(clustering.recluster(project, records, change))
    record(
        f"resolution.{change.kind}", subject=subject_of(project), by=change.by, at=change.at,
        unit=project.unit.code, reason=change.reason, **details,
    )  # fmt: skip
    publish(
        events.ClustersChanged(
            code=project.code, unit_code=project.unit.code, change=change.kind, entities=changed
        ),
        at=change.at,
    )
    duties.lay(project, at=change.at)
