"""Questions about projects, pairs, clusters and golden records."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.datastore.resolution.choices import Band, Kind, Power, RunState
from dothi.datastore.resolution.models import (
    Change,
    Entity,
    Membership,
    Pair,
    Project,
    ProjectList,
    Record,
    Run,
)
from dothi.datastore.resolution.rules import golden
from dothi.datastore.resolution.rules.kinds import MODELS
from dothi.datastore.resolution.rules.model import Model
from dothi.lib import text_vi
from dothi.units.models import Succession, Unit

OPEN_RUNS = (RunState.QUEUED, RunState.RUNNING)


def projects_seen_by(user: User, *, at: datetime) -> QuerySet[Project]:
    """The only way in for pages: projects of the units that the person reads."""
    units = accounts.standing(user, on=at.date()).units_for(Power.READ)
    return Project.objects.filter(unit__in=units).select_related("unit").order_by("-asked_at")


def askable_units(user: User, *, at: datetime) -> QuerySet[Unit]:
    """Units for which the person may ask for a project."""
    units = accounts.standing(user, on=at.date()).units_for(Power.ASK)
    current = Q(valid_to=None) | Q(valid_to__gt=at.date())
    return Unit.objects.filter(current, pk__in=units).order_by("code")


def model_of(project: Project) -> Model:
    return MODELS[Kind(project.kind)]


def lists_of(project: Project) -> list[ProjectList]:
    return list(project.lists.order_by("trust"))


def last_run(project: Project) -> Run | None:
    return project.runs.order_by("-number").first()


def waiting(project: Project) -> QuerySet[Pair]:
    """Pairs that people have to look at, the most likely first."""
    pairs = project.pairs.filter(band=Band.REVIEW, verdict="")
    return pairs.select_related("left", "right").order_by("-weight", "id")


def next_waiting(project: Project, *, after: Pair | None = None) -> Pair | None:
    """The next pair of the queue; after a given one, so that skipping goes on."""
    pairs = waiting(project)
    if after is not None and after.weight is not None:
        later = Q(weight__lt=after.weight) | Q(weight=after.weight, id__gt=after.pk)
        pairs = pairs.filter(later)
    return pairs.first()


def entities_of(project: Project) -> QuerySet[Entity]:
    """Entities that hold rows now, the largest first, each with `size`."""
    size = Count("memberships", filter=Q(memberships__until=None))
    return project.entities.annotate(size=size).filter(size__gt=1).order_by("-size", "code")


def members(entity: Entity) -> list[Record]:
    """The rows of an entity now."""
    now = Membership.objects.filter(entity=entity, until=None).select_related("record")
    return sorted((one.record for one in now), key=lambda one: (one.dataset, one.key))


def entity_of(record: Record) -> Entity | None:
    now = Membership.objects.filter(record=record, until=None).select_related("entity").first()
    return now.entity if now else None


def history_of(entity: Entity) -> list[Change]:
    """Every change that brought a row in or took one out, newest first."""
    rows = Membership.objects.filter(entity=entity).values_list("since", "until")
    keys = {key for pair in rows for key in pair if key is not None}
    found = Change.objects.filter(pk__in=keys).select_related("undone_by")
    return list(found.order_by("-pk"))


def values_of(record: Record) -> dict[str, str]:
    """What the row says, by role. Personal: a look is logged before this is called."""
    found: dict[str, str] = json.loads(record.values) if record.values else {}
    return found


def golden_record(entity: Entity) -> list[golden.Value]:
    """One value for each role, and from which row and by which rule it came."""
    project = entity.project
    return golden.golden(sources_of(project, members(entity)), model_of(project).roles)


def sources_of(project: Project, records: Iterable[Record]) -> list[golden.Source]:
    trust = {one.dataset: one.trust for one in project.lists.all()}
    return [
        golden.Source(
            dataset=record.dataset,
            key=record.key,
            trust=trust.get(record.dataset, len(trust) + 1),
            as_of=record.as_of,
            values=values_of(record),
        )
        for record in records
    ]


# --- Why a pair weighs what it weighs ------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of the waterfall."""

    comparison: str  # Code, or "prior".
    level: str
    bits: float
    total: float  # Up to and with this line.


def explain(pair: Pair) -> list[Step]:
    """The evidence for a pair line by line, as Splink counted it; it adds up to the weight.

    It begins with how rare it is that two rows taken at random are one. Empty for a pair that no
    run found.
    """
    if pair.weight is None:
        return []
    order = [one.code for one in model_of(pair.project).comparisons]
    parts = [(code, *pair.evidence[code]) for code in order if code in pair.evidence]
    total = pair.weight - sum(bits for _code, _level, bits in parts)
    steps = [Step(comparison="prior", level="", bits=total, total=total)]
    for code, level, bits in parts:
        total += bits
        steps.append(Step(comparison=code, level=level, bits=bits, total=total))
    return steps


# --- Wards ---------------------------------------------------------------------------------------


def ward_names(*, on: date) -> dict[str, str]:
    """What each old ward is called on a day, folded, where all of it went over into one.

    Keys are "ward" and "ward|district"; a bare number that two districts had is left out.
    """
    whole = Succession.objects.filter(whole=True, on__lte=on)
    rows = whole.select_related("predecessor__parent", "successor")
    found: dict[str, set[str]] = {}
    for row in rows:
        old, new = _bare(row.predecessor.name_vi), _bare(row.successor.name_vi)
        keys = [old]
        if row.predecessor.parent is not None:
            keys.append(f"{old}|{_bare(row.predecessor.parent.name_vi)}")
        for key in keys:
            found.setdefault(key, set()).add(new)
    return {key: next(iter(names)) for key, names in found.items() if len(names) == 1}


def _bare(name: str) -> str:
    """Without the kind of unit: "Phường 05" → "5", "Quận 11" → "11"."""
    kinds = {"phuong", "xa", "quan", "huyen", "thi", "tran", "thanh", "pho"}
    words = text_vi.tokens(name)
    while len(words) > 1 and words[0] in kinds:
        words = words[1:]
    return " ".join(word.lstrip("0") or word for word in words)


# --- Counts --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How a project stands."""

    waiting: int
    linked: int
    decided: int
    entities: int


def counts(project: Project) -> Counts:
    found = project.pairs.aggregate(
        waiting=Count("id", filter=Q(band=Band.REVIEW, verdict="")),
        linked=Count("id", filter=Q(band=Band.LINK)),
        decided=Count("id", filter=~Q(verdict="")),
    )
    return Counts(**found, entities=entities_of(project).count())


def unfinished() -> list[Run]:
    """Runs that nobody has carried out to the end, the oldest first."""
    return list(Run.objects.filter(state__in=OPEN_RUNS).order_by("id"))


def run_numbered(project: str, number: int) -> Run | None:
    """A run of the project of that code."""
    runs = Run.objects.select_related("project__unit")
    return runs.filter(project__code=project, number=number).first()


def run_of(number: int) -> Run:
    return Run.objects.select_related("project__unit").get(pk=number)
