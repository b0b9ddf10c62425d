"""What staff may see of reports: the only ways in for pages, with permission by construction."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.search import SearchVector
from django.db.models import F, Q, QuerySet

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.accounts.selectors import Standing
from dothi.core.paging import Page, page_of, take
from dothi.core.searching import holding
from dothi.feedback.choices import Power, State, Visibility
from dothi.feedback.models import Message, Move, Ticket
from dothi.feedback.selectors import catalogue
from dothi.feedback.selectors.tracking import listed, loaded
from dothi.lib import text_vi

Rows = QuerySet[Ticket]  # What other domains narrow further; they need not know the table.


@dataclass(frozen=True, kw_only=True)
class QueueFilters:
    """What a list of staff is narrowed to. What is empty narrows nothing."""

    search: str = ""  # A code, or words; marks do not matter.
    states: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    unit_codes: frozenset[str] = frozenset()  # Of the handling unit.
    roles: frozenset[str] = frozenset()
    partner: str = ""
    mine: bool = False
    nobody: bool = False  # Not yet taken by a person.
    urgent: bool = False
    unread: bool = False  # The reporter or a partner wrote, and nobody has read it.
    to_publish: bool = False  # Has a result that the public does not see yet.
    overdue_at: datetime | None = None  # Those whose time is over then.
    since: date | None = None
    until: date | None = None  # Inclusive.
    closed: bool = False  # Closed ones instead of open ones, newest first.


def tickets_seen_by(user: User, *, on: date) -> QuerySet[Ticket]:
    """Reports on the ground of the person's units, and those that these units handle."""
    standing = accounts.standing(user, on=on)
    where = standing.units_for(Power.SEE)
    if not where:
        return Ticket.objects.none()
    rows = loaded().filter(Q(unit__in=where) | Q(handling_unit__in=where))
    return _without_colleagues(rows, standing)


def _without_colleagues(rows: QuerySet[Ticket], standing: Standing) -> QuerySet[Ticket]:
    """Leave out reports about officers, save for the post that has them and those who route."""
    about = [row.pk for row in catalogue.current().by_id.values() if row.conduct]
    if not about:
        return rows
    mine = Q(handling_unit__in=standing.units_for(Power.ROUTE))
    for post in standing.posts:
        mine |= Q(handling_unit=post.unit_id, handling_role=post.role)
    return rows.filter(~Q(category__in=about) | mine)


def ticket_seen_by(user: User, code: str, *, on: date) -> Ticket:
    """One report. Raises Ticket.DoesNotExist when there is none that this person may see."""
    return tickets_seen_by(user, on=on).get(code=code)


def queue(
    user: User,
    *,
    on: date,
    filters: QueueFilters | None = None,
    after: str = "",
    limit: int = 50,
) -> Page[Ticket]:
    """The worklist: open reports that the person's units handle, most urgent first, page by page.

    With `closed`: those that are closed, the last closed first.
    """
    wanted = filters or QueueFilters()
    rows = queue_rows(user, on=on, filters=wanted)
    if wanted.closed or wanted.to_publish:
        found, following = take(
            rows, field="closed_at", newest_first=True, after=after, limit=limit
        )
    else:
        found, following = take(rows, field="due_at", newest_first=False, after=after, limit=limit)
    return page_of(found, following)


def queue_rows(user: User, *, on: date, filters: QueueFilters) -> QuerySet[Ticket]:
    """All rows of the worklist, without an order: for exports, which need `Power.EXPORT`."""
    standing = accounts.standing(user, on=on)
    where = standing.units_for(Power.SEE)
    if not where:
        return Ticket.objects.none()
    rows = _without_colleagues(listed(), standing)
    # One unit is an equality, which the index of the worklist serves in the right order.
    if len(where) == 1:
        rows = rows.filter(handling_unit=next(iter(where)))
    else:
        rows = rows.filter(handling_unit__in=where)
    closed = filters.closed or filters.to_publish
    if closed:
        rows = rows.exclude(closed_at=None)
    elif not filters.unread:  # Words after the end are to be read as well.
        rows = rows.filter(closed_at=None)
    return _narrowed(rows, filters, user)


def _narrowed(rows: QuerySet[Ticket], filters: QueueFilters, user: User) -> QuerySet[Ticket]:
    for column, values in (
        ("state", filters.states),
        ("category__code", filters.categories),
        ("channel", filters.channels),
        ("handling_unit__code", filters.unit_codes),
        ("handling_role", filters.roles),
    ):
        if values:
            rows = rows.filter(**{f"{column}__in": values})
    if filters.partner:
        rows = rows.filter(partner__code=filters.partner)
    if filters.mine:
        rows = rows.filter(handling_person=user)
    if filters.nobody:
        rows = rows.filter(handling_person=None)
    if filters.urgent:
        rows = rows.filter(urgency="urgent")
    if filters.unread:
        rows = rows.filter(unread_since__isnull=False)
    if filters.to_publish:
        rows = rows.filter(state=State.RESOLVED).exclude(visibility=Visibility.PUBLIC)
    if filters.overdue_at is not None:
        rows = rows.filter(due_at__lt=filters.overdue_at, paused=False)
    if filters.since is not None:
        rows = rows.filter(received_at__date__gte=filters.since)
    if filters.until is not None:
        rows = rows.filter(received_at__date__lte=filters.until)
    return searched(rows, filters.search)


def searched(rows: QuerySet[Ticket], search: str) -> QuerySet[Ticket]:
    """The reports that hold all these words, or have this code; marks do not matter."""
    text = search.strip()
    if not text:
        return rows
    if text.upper().startswith("PA-"):
        return rows.filter(code__startswith=text.upper())
    words = text_vi.tokens(text)[:12]
    if not words:
        return rows.none()
    vector = SearchVector(F("folded"), config="simple")
    return rows.annotate(words=vector).filter(words=holding(words))


def timeline(ticket: Ticket) -> list[Move]:
    """Everything that happened to a report, oldest first: for staff, with inner notes."""
    return list(Move.objects.filter(ticket=ticket).order_by("id"))


def messages_of(ticket: Ticket) -> list[Message]:
    """All words between office, partner and reporter, oldest first."""
    return list(Message.objects.filter(ticket=ticket).order_by("id"))


@dataclass(frozen=True, kw_only=True)
class Load:
    """How much lies on a table; figures stop at `CAP`, which reads as "or more"."""

    open: int = 0
    overdue: int = 0
    mine: int = 0
    waiting: int = 0
    unread: int = 0
    to_publish: int = 0
    to_forward: int = 0  # Waits at the intake.
    late_forward: int = 0  # And its minutes are over.


CAP = 1000


def load_of(user: User, *, on: date, at: datetime) -> Load:
    """Figures over the worklist; a unit with a million reports answers as fast as one with ten."""
    rows = queue_rows(user, on=on, filters=QueueFilters()).select_related(None)
    intake = rows.filter(state=State.RECEIVED)

    def count(some: QuerySet[Ticket]) -> int:
        return some.order_by()[:CAP].count()

    def other(filters: QueueFilters) -> QuerySet[Ticket]:
        return queue_rows(user, on=on, filters=filters).select_related(None)

    return Load(
        open=count(rows),
        overdue=count(rows.filter(due_at__lt=at, paused=False)),
        mine=count(rows.filter(handling_person=user)),
        waiting=count(rows.filter(paused=True)),
        unread=count(other(QueueFilters(unread=True))),
        to_publish=count(other(QueueFilters(to_publish=True))),
        to_forward=count(intake),
        late_forward=count(intake.filter(forward_clock__due_at__lt=at)),
    )
