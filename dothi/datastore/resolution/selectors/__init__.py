"""Questions about projects, pairs, clusters and golden records."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import groupby

from django.db.models import Count, Max, Q, QuerySet

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.choices import Classification, Share
from dothi.datastore.catalogue.rules.contract import Field
from dothi.datastore.resolution.choices import Band, GoldenPart, Kind, Power, RunState, State
from dothi.datastore.resolution.models import (
    Change,
    Entity,
    GoldenTable,
    Membership,
    Pair,
    Project,
    ProjectList,
    Record,
    Run,
)
from dothi.datastore.resolution.rules import golden, golden_table
from dothi.datastore.resolution.rules.kinds import MODELS
from dothi.datastore.resolution.rules.model import Model
from dothi.datastore.sharing import selectors as sharing
from dothi.datastore.tables.choices import PersonBy
from dothi.lib import text_vi
from dothi.units.models import Succession, Unit

BATCH = 5_000
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
    sources = sources_of(members(entity), trust_of(project))
    return golden.golden(sources, model_of(project).roles)


def trust_of(project: Project) -> dict[str, int]:
    """The rank of each list."""
    return {one.dataset: one.trust for one in lists_of(project)}


def sources_of(records: Iterable[Record], trust: Mapping[str, int]) -> list[golden.Source]:
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


# --- The table of golden records -----------------------------------------------------------------


def golden_table_of(project: Project) -> GoldenTable | None:
    """The last one that was asked for."""
    return project.golden_tables.select_related("project__unit").order_by("-pk").first()


def kept_tables() -> QuerySet[GoldenTable]:
    """Tables that hold rows of persons, or still may."""
    mine = Q(state=State.APPROVED) | Q(state=State.ENDED, emptied_at=None)
    return GoldenTable.objects.filter(mine).select_related("project__unit").order_by("pk")


def asked_tables() -> QuerySet[GoldenTable]:
    """Tables that nobody has decided on yet."""
    return GoldenTable.objects.filter(state=State.ASKED).select_related("project__unit")


def feeds_golden(dataset: str) -> bool:
    """Whether golden records that are kept are made of this list."""
    lists = ProjectList.objects.filter(dataset=dataset)
    return kept_tables().filter(project__in=lists.values("project")).exists()


def golden_roles(project: Project) -> list[str]:
    """What any of the lists says, in the order of the model."""
    said = {role for one in lists_of(project) for role in one.roles}
    return [role for role in model_of(project).roles if role in said]


def golden_reads(project: Project) -> dict[str, list[golden_table.Read]]:
    """From which columns each role is read, and how they are guarded today."""
    found: dict[str, list[golden_table.Read]] = {role: [] for role in golden_roles(project)}
    for one in lists_of(project):
        contract = catalogue.contract_now(one.dataset)
        known = contract.by_name() if contract else {}

        def guarded(column: str, known: Mapping[str, Field] = known) -> Classification:
            # Of what nobody agreed on, the worst is supposed.
            return known[column].classification if column in known else Classification.SENSITIVE

        for role, column in one.roles.items():
            found[role].append(
                golden_table.Read(
                    dataset=one.dataset, column=column, classification=guarded(column),
                    key=one.key, key_classification=guarded(one.key),
                )
            )  # fmt: skip
    return found


def golden_columns(project: Project) -> tuple[golden_table.Column, ...]:
    return golden_table.columns(golden_reads(project))


def golden_shares(project: Project) -> tuple[Share, ...]:
    """How the table may be shared, the widest first."""
    lists = [one.dataset for one in lists_of(project)]
    known = dict(catalogue.every_dataset().filter(code__in=lists).values_list("code", "share"))
    return golden_table.shares_allowed(
        (Share(known.get(one, Share.CLOSED)) for one in lists),
        personal=any(
            one.classification != Classification.PUBLIC for one in golden_columns(project)
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Origin:
    """A column of a list from which a column of a golden table is made, or by which it is chosen
    (`direct` is False)."""

    dataset: str
    column: str
    table: str
    into: str
    direct: bool = True


def golden_origins() -> Iterator[Origin]:
    """Of every golden table that was approved and has not ended."""
    for table in kept_tables().filter(state=State.APPROVED):
        for role, reads in golden_reads(table.project).items():
            beside = {part: golden_table.beside(role, part) for part in GoldenPart}
            for one in reads:
                made = partial(Origin, dataset=one.dataset, table=table.dataset)
                yield made(column=one.column, into=role)
                yield made(column=one.key, into=beside[GoldenPart.KEY])
                # Which rows are one is told by all that is compared.
                chosen = (beside[GoldenPart.RULE], beside[GoldenPart.LIST], golden_table.ENTITY)
                for into in chosen:
                    yield made(column=one.column, into=into, direct=False)


def shortest_retention(project: Project) -> int | None:
    """In days; None where every list is kept for ever."""
    contracts = [catalogue.contract_now(one.dataset) for one in lists_of(project)]
    days = [one.retention_days for one in contracts if one is not None and one.retention_days]
    return min(days, default=None)


def golden_person(project: Project) -> tuple[str, PersonBy] | None:
    """The column that names the person of a row, as the most trusted list says that has one."""
    lists = {one.dataset: one for one in lists_of(project)}
    ids = dict(catalogue.every_dataset().filter(code__in=lists).values_list("code", "pk"))
    named = sharing.person_columns(ids.values())
    for code, one in lists.items():
        said = named.get(ids.get(code, 0))
        for role, column in one.roles.items():
            if said is not None and said.column == column:
                return role, PersonBy(said.named_by)
    return None


def members_by_entity(project: Project) -> Iterator[tuple[str, list[Record]]]:
    """Each entity of today and its rows, by code."""
    rows = Membership.objects.filter(entity__project=project, until=None)
    ordered = rows.select_related("record", "entity").order_by("entity__code", "record")
    for code, some in groupby(ordered.iterator(BATCH), key=lambda one: one.entity.code):
        yield code, [one.record for one in some]


def live_entities(project: Project) -> int:
    now = Membership.objects.filter(entity__project=project, until=None)
    return now.values("entity").distinct().count()


def places_by_entity(project: Project) -> Iterator[tuple[str, str, str]]:
    """Each entity of today with dataset and key of each of its rows; no value is read."""
    rows = Membership.objects.filter(entity__project=project, until=None)
    return rows.values_list("entity__code", "record__dataset", "record__key").iterator(BATCH)


def unchanged_since(project: Project) -> dict[str, datetime]:
    """Since when each entity of today has had the rows that it has."""
    rows = Membership.objects.filter(entity__project=project).values_list("entity__code")
    moments = rows.annotate(came=Max("since__at"), went=Max("until__at"))
    return {code: max(filter(None, (came, went))) for code, came, went in moments}


def successors(project: Project) -> dict[str, str]:
    """Into which entity each one went over that holds no rows any more."""
    of_project = Membership.objects.filter(entity__project=project)
    now = dict(of_project.filter(until=None).values_list("record", "entity__code"))
    live = set(now.values())
    last: dict[str, tuple[int, list[int]]] = {}
    closed = of_project.filter(until__isnull=False).order_by("until")
    for code, record, until in closed.values_list("entity__code", "record", "until"):
        if code in live:
            continue
        known = last.get(code)
        rows = known[1] if known is not None and known[0] == until else []
        last[code] = until, [*rows, record]
    return golden_table.successors({code: rows for code, (_until, rows) in last.items()}, now)


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
