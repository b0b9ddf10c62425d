"""What staff may see of dossiers: the only ways in for pages, with permission by construction."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.cases.choices import Act, Origin, Power
from dothi.cases.models import Dossier, Move, Party
from dothi.cases.models.dossier import URGENCY
from dothi.cases.selectors.single import SEEN, dossiers_of, one_dossier
from dothi.cases.selectors.tracking import loaded
from dothi.core.paging import Page, page_of, take
from dothi.lib import text_vi
from dothi.lib.codes import DOSSIER
from dothi.units.models import Unit

FEW = 500


@dataclass(frozen=True, kw_only=True)
class QueueFilters:
    """What a list of staff is narrowed to. What is empty narrows nothing."""

    search: str = ""  # A code, a phone number, or the beginning of a name; marks do not matter.
    statuses: frozenset[int] = frozenset()
    procedures: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    steps: frozenset[str] = frozenset()
    unit_codes: frozenset[str] = frozenset()  # Of the handling unit.
    roles: frozenset[str] = frozenset()
    ways: frozenset[int] = frozenset()
    mine: bool = False
    nobody: bool = False
    overdue_at: datetime | None = None
    step_overdue_at: datetime | None = None
    since: date | None = None
    until: date | None = None  # Inclusive.
    closed: bool = False  # Closed ones instead of open ones, newest first.
    elsewhere: bool = False  # Received here and handled by another unit.
    anywhere: bool = False  # Whatever the person may see, open or closed: to find one again.


def dossiers_seen_by(user: User, *, on: date) -> QuerySet[Dossier]:
    """Dossiers that the person's units received, decide, or have on the table."""
    where = accounts.standing(user, on=on).units_for(Power.SEE)
    if not where:
        return Dossier.objects.none()
    return loaded().filter(
        Q(unit__in=where) | Q(receiving_unit__in=where) | Q(handling_unit__in=where)
    )


def dossier_seen_by(user: User, code: str, *, on: date) -> Dossier:
    """One dossier. Raises Dossier.DoesNotExist when there is none that this person may see."""
    where = list(accounts.standing(user, on=on).units_for(Power.SEE))
    found = one_dossier(SEEN, [code, where, where, where]) if where else None
    if found is None:
        raise Dossier.DoesNotExist
    return found


def queue(
    user: User,
    *,
    on: date,
    filters: QueueFilters | None = None,
    after: str = "",
    limit: int = 50,
) -> Page[Dossier]:
    """The worklist: open dossiers on the tables of the person's units, most urgent first.

    With `closed`: those that are closed, the last closed first.
    """
    wanted = filters or QueueFilters()
    # The index holds what is asked for here: only rows that are shown are looked up.
    rows = queue_rows(user, on=on, filters=wanted).select_related(None)
    if wanted.closed:
        found, following = take(
            rows.only("id", "closed_at"), field="closed_at", newest_first=True, after=after,
            limit=limit,
        )  # fmt: skip
    else:
        found, following = take(
            rows.annotate(urgent_at=URGENCY).only("id"), field="urgent_at", newest_first=False,
            after=after, limit=limit,
        )  # fmt: skip
    return page_of(dossiers_of([row.pk for row in found]), following)


def queue_rows(user: User, *, on: date, filters: QueueFilters) -> QuerySet[Dossier]:
    """All rows of the worklist, without an order: for exports, which need `Power.EXPORT`."""
    where = accounts.standing(user, on=on).units_for(Power.SEE)
    if not where:
        return Dossier.objects.none()
    if filters.anywhere:
        return _narrowed(dossiers_seen_by(user, on=on), filters, user)
    rows = loaded().exclude(closed_at=None) if filters.closed else loaded().filter(closed_at=None)
    if filters.elsewhere:
        away = rows.exclude(handling_unit=F("receiving_unit"))
        away = _at(away, "receiving_unit", where).exclude(handling_unit__in=where)
        return _narrowed(away, filters, user)
    if filters.unit_codes:
        named = Unit.objects.filter(pk__in=where, code__in=filters.unit_codes)
        where = frozenset(named.values_list("pk", flat=True))
    return _narrowed(_at(rows, "handling_unit", where), filters, user)


def _at(rows: QuerySet[Dossier], place: str, where: Collection[int]) -> QuerySet[Dossier]:
    """Dossiers of these units. One is an equality, which an index serves in the right order."""
    if len(where) == 1:
        return rows.filter(**{place: next(iter(where))})
    return rows.filter(**{f"{place}__in": where})


def _narrowed(rows: QuerySet[Dossier], filters: QueueFilters, user: User) -> QuerySet[Dossier]:
    for column, values in (
        ("status", filters.statuses),
        ("procedure", filters.procedures),
        ("area", filters.areas),
        ("step", filters.steps),
        ("handling_unit__code", filters.unit_codes),
        ("handling_role", filters.roles),
        ("way", filters.ways),
    ):
        if values:
            rows = rows.filter(**{f"{column}__in": values})
    if filters.mine:
        rows = rows.filter(handling_person=user)
    if filters.nobody:
        rows = rows.filter(handling_person=None)
    if filters.overdue_at is not None:
        rows = rows.filter(due_at__lt=filters.overdue_at, paused=False, done_at=None)
    if filters.step_overdue_at is not None:
        rows = rows.filter(step_due_at__lt=filters.step_overdue_at, paused=False)
    # As moments and not as days of them, which no index serves.
    if filters.since is not None:
        begun = _midnight(filters.since)
        rows = rows.filter(submitted_at__gte=begun)
        if filters.closed:
            rows = rows.filter(closed_at__gte=begun)  # What is so anyway bounds the walk.
    if filters.until is not None:
        rows = rows.filter(submitted_at__lt=_midnight(filters.until + timedelta(days=1)))
    return searched(rows, filters.search)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def searched(rows: QuerySet[Dossier], search: str) -> QuerySet[Dossier]:
    """Dossiers of this code or phone number, or whose applicant's name begins so."""
    text = text_vi.tidy(search)
    if not text:
        return rows
    if DOSSIER.fullmatch(text.upper()):
        return rows.filter(code=text.upper())
    phone = text_vi.phone(text)
    if phone is not None:
        people = Party.objects.filter(phone=phone)
    else:
        people = Party.objects.filter(folded__startswith=text_vi.fold(text))
    # Few people are found first: the planner, asked at once, walks the list and looks at each.
    few = list(people.values_list("dossier_id", flat=True)[: FEW + 1])
    if len(few) <= FEW:
        return rows.filter(pk__in=few)
    return rows.filter(Exists(people.filter(dossier=OuterRef("pk"))))


def history(dossier: Dossier) -> list[Move]:
    """Everything that happened to a dossier, oldest first: for staff, with inner notes."""
    return list(Move.objects.filter(dossier=dossier).order_by("id"))


def officers_in(dossier: Dossier, moves: Iterable[Move]) -> dict[int, str]:
    """Which officer did each of these moves, by the id of the move.

    Applicants are named nowhere: who sent it in while signed in is no officer, even where the same
    person holds a post.
    """
    ours = [one for one in moves if not (one.act == Act.SUBMIT and dossier.origin == Origin.OWN)]
    names = accounts.names_of({one.actor for one in ours})
    return {one.pk: names[one.actor] for one in ours if one.actor in names}
