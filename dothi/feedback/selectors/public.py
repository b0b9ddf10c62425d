"""What everybody may know of reports: facts without people, words only where they were released."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from dothi.core.attachments.models import Attachment
from dothi.core.paging import Page, page_of, take
from dothi.feedback import rules
from dothi.feedback.choices import Act, State, Visibility
from dothi.feedback.models import Message, Move, PartnerTask, Ticket
from dothi.feedback.selectors import catalogue
from dothi.feedback.selectors.answers import Said, answers_of
from dothi.feedback.selectors.desk import searched
from dothi.feedback.selectors.files import (
    PROGRESS,
    REPORT,
    RESULT,
    photos_by_part,
    photos_of_all,
)
from dothi.feedback.selectors.tracking import dressed
from dothi.lib.geo import Box
from dothi.units import selectors as units
from dothi.units.models import Unit

# Steps that everybody may follow; inner ones stay inside.
PUBLIC_ACTS = frozenset(
    {
        Act.SUBMIT, Act.ACCEPT, Act.REJECT, Act.FORWARD, Act.ASK, Act.INFORM, Act.LAPSE, Act.MERGE,
        Act.PROGRESS, Act.PARTNER, Act.RESOLVE, Act.PUBLISH, Act.REOPEN, Act.DANGER,
    }
)  # fmt: skip
PLACES = 5  # Digits behind the point: about a metre.
MAP_AT_MOST = 5000


@dataclass(frozen=True, kw_only=True)
class PublicTicket:
    """One report as everybody sees it. Words are empty until the office has released them."""

    code: str
    category: str
    category_name: str
    state: State
    state_label: str
    urgent: bool
    danger: str
    unit_code: str
    unit_name: str
    lon: float | None
    lat: float | None
    received_at: datetime
    changed_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    resolved_at: datetime | None
    is_open: bool
    is_overdue: bool
    paused: bool
    age_days: int
    me_too: int
    reopened: int
    rating: int | None
    words_shown: bool
    title: str
    text: str
    address: str
    answer: str
    language: str
    handling_unit_name: str
    partner_name: str
    merged_into: str
    photos: tuple[str, ...] = ()  # Codes of public attachments.
    result_photos: tuple[str, ...] = ()
    answers: tuple[Said, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PublicFilters:
    """What a public list is narrowed to. What is empty narrows nothing."""

    search: str = ""
    category: str = ""
    categories: frozenset[str] = frozenset()
    unit: Unit | None = None  # And all below, on the day of `on`.
    states: frozenset[str] = frozenset()
    open_only: bool = False
    closed_only: bool = False
    overdue_at: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    changed_since: datetime | None = None
    changed_until: datetime | None = None
    codes: frozenset[str] = frozenset()

    @property
    def is_nonsense(self) -> bool:
        """A sign that no text of ours holds, and the database refuses."""
        return any("\0" in text for text in (self.search, self.category, *self.categories,
                                             *self.codes))  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PublicStep:
    """One step of a report that everybody may follow. Names of officers are never in it."""

    act: Act
    label: str
    at: datetime
    unit_code: str
    partner: str
    words: str


def public_tickets() -> QuerySet[Ticket]:
    """The reports of which anything may be shown. Doors show `PublicTicket`, never a row."""
    return dressed().exclude(visibility=Visibility.HELD)


def public_row(code: str) -> Ticket | None:
    """The row of a report of which anything may be shown, by its public code."""
    rows = public_tickets().select_related("clock")
    return None if "\0" in code else rows.filter(code=code).first()


def public_ticket(code: str, *, at: datetime) -> PublicTicket | None:
    """One report by its public code: public facts, whoever knows the code."""
    ticket = public_row(code)
    return None if ticket is None else face_of(ticket, at=at)


def face_of(ticket: Ticket, *, at: datetime) -> PublicTicket:
    """The public face of a report, with its released photos."""
    photos = {
        part: [file.code for file in files if file.public]
        for part, files in photos_by_part(ticket.code).items()
    }
    return shown(
        ticket,
        at=at,
        photos=tuple(photos[REPORT] + photos[PROGRESS]),
        result_photos=tuple(photos[RESULT]),
    )


def public_list(
    *,
    at: datetime,
    filters: PublicFilters | None = None,
    after: str = "",
    limit: int = 30,
    with_photos: bool = False,
) -> Page[PublicTicket]:
    """Reports that everybody may see, newest first, page by page."""
    rows = narrowed(filters or PublicFilters(), on=at.date())
    found, following = take(rows, field="received_at", newest_first=True, after=after, limit=limit)
    files: dict[str, list[Attachment]] = {}
    if with_photos and found:
        files = photos_of_all([ticket.code for ticket in found])
    return page_of(_shown_with(found, files, at=at), following)


def public_batch(
    *, at: datetime, filters: PublicFilters, page: int, size: int
) -> list[PublicTicket]:
    """The same by the number of the page, from 1, for programs that know no other way."""
    rows = narrowed(filters, on=at.date()).order_by("-received_at", "-id")
    found = list(rows[(page - 1) * size : page * size])
    files = photos_of_all([ticket.code for ticket in found]) if found else {}
    return _shown_with(found, files, at=at)


def _shown_with(
    found: list[Ticket], files: dict[str, list[Attachment]], *, at: datetime
) -> list[PublicTicket]:
    return [
        shown(
            ticket,
            at=at,
            photos=tuple(file.code for file in files.get(ticket.code, ()) if file.public),
        )
        for ticket in found
    ]


def narrowed(filters: PublicFilters, *, on: date) -> QuerySet[Ticket]:
    rows = public_tickets()
    if filters.is_nonsense:
        return rows.none()
    if filters.codes:
        rows = rows.filter(code__in=filters.codes)
    if filters.category:
        rows = rows.filter(category__code=filters.category)
    if filters.categories:
        rows = rows.filter(category__code__in=filters.categories)
    if filters.unit is not None:
        below = units.descendants(filters.unit, on=on, include_self=True)
        rows = rows.filter(unit__in=list(below.values_list("id", flat=True)))
    if filters.states:
        rows = rows.filter(state__in=filters.states)
    if filters.open_only:
        rows = rows.filter(closed_at=None)
    if filters.closed_only:
        rows = rows.exclude(closed_at=None)
    if filters.overdue_at is not None:
        rows = rows.filter(closed_at=None, paused=False, due_at__lt=filters.overdue_at)
    if filters.since is not None:
        rows = rows.filter(received_at__gte=filters.since)
    if filters.until is not None:
        rows = rows.filter(received_at__lte=filters.until)
    if filters.changed_since is not None:
        rows = rows.filter(changed_at__gte=filters.changed_since)
    if filters.changed_until is not None:
        rows = rows.filter(changed_at__lte=filters.changed_until)
    if filters.search:
        # Words that are not shown are not found, either.
        known_code = filters.search.strip().upper().startswith("PA-")
        rows = searched(
            rows if known_code else rows.filter(visibility=Visibility.PUBLIC), filters.search
        )
    return rows


def shown(
    ticket: Ticket,
    *,
    at: datetime,
    photos: tuple[str, ...] = (),
    result_photos: tuple[str, ...] = (),
) -> PublicTicket:
    """The public face of a loaded report: what is not released is not there."""
    words = ticket.visibility == Visibility.PUBLIC
    published = ticket.state == State.PUBLISHED
    ended = ticket.resolved_at or ticket.closed_at
    return PublicTicket(
        code=ticket.code,
        category=ticket.category.code,
        category_name=ticket.category.name,
        state=State(ticket.state),
        state_label=str(State(ticket.state).label),
        urgent=ticket.urgency == "urgent",
        danger=ticket.danger,
        unit_code=ticket.unit.code,
        unit_name=ticket.unit.name,
        lon=None if ticket.lon is None else round(ticket.lon, PLACES),
        lat=None if ticket.lat is None else round(ticket.lat, PLACES),
        received_at=ticket.received_at,
        changed_at=ticket.changed_at,
        due_at=ticket.due_at,
        closed_at=ticket.closed_at,
        resolved_at=ticket.resolved_at,
        is_open=ticket.closed_at is None,
        is_overdue=rules.is_overdue(
            due_at=ticket.due_at, paused=ticket.paused, ended_at=ended, at=at
        ),
        paused=ticket.paused,
        age_days=max(0, ((ended or at) - ticket.received_at).days),
        me_too=ticket.me_too,
        reopened=ticket.reopened,
        rating=ticket.rating,
        words_shown=words,
        title=ticket.title if words else "",
        text=ticket.text if words else "",
        address=ticket.address if words else "",
        answer=ticket.answer if words and published else "",
        language=ticket.language,
        handling_unit_name=ticket.handling_unit.name,
        partner_name=ticket.partner.name if ticket.partner else "",
        merged_into=ticket.merged_into.code if ticket.merged_into else "",
        photos=photos if words else (),
        result_photos=result_photos if words and published else (),
        answers=tuple(answers_of(ticket)) if words else (),
    )


def public_timeline(ticket: Ticket) -> list[PublicStep]:
    """The steps that everybody may follow, oldest first; reasons only where they are public."""
    words = ticket.visibility == Visibility.PUBLIC
    return [
        PublicStep(
            act=Act(move.act),
            label=str(Act(move.act).label),
            at=move.at,
            unit_code=move.to_unit,
            partner=move.partner,
            words=move.reason if words and move.public else "",
        )
        for move in Move.objects.filter(ticket=ticket).order_by("id")
        if move.act in PUBLIC_ACTS
    ]


def public_messages(ticket: Ticket) -> list[Message]:
    """Words that everybody may read: none while the report's own words are not released."""
    if ticket.visibility != Visibility.PUBLIC:
        return []
    return list(Message.objects.filter(ticket=ticket, public=True).order_by("id"))


def partner_tasks(ticket: Ticket) -> list[PartnerTask]:
    """The partners that were asked, with their time: public."""
    tasks = PartnerTask.objects.filter(ticket=ticket).select_related("partner", "clock")
    return list(tasks.order_by("id"))


# --- Maps ----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class OpenTicket:
    """What other domains may know of a report that is not closed: no words, no people."""

    code: str
    unit_code: str
    category: str
    lon: float | None
    lat: float | None
    state: str
    is_urgent: bool
    is_paused: bool
    is_overdue: bool
    received_at: datetime
    due_at: datetime | None
    near_due_at: datetime | None
    handling_unit: str
    visibility: str

    def clock_state(self, at: datetime) -> str:
        """`good`, `near_due`, `overdue` or `paused`, as the clock would say."""
        if self.is_paused:
            return "paused"
        if self.due_at is not None and at > self.due_at:
            return "overdue"
        near = self.near_due_at is not None and at >= self.near_due_at
        return "near_due" if near else "good"


def open_ticket(code: str, *, at: datetime) -> OpenTicket | None:
    """One report, while it is open."""
    rows = list(Ticket.objects.filter(code=code, closed_at=None).values(*_OPEN))
    return _open(rows[0], at=at) if rows else None


def open_tickets(*, at: datetime, codes: Collection[str] | None = None) -> Iterator[OpenTicket]:
    """Those of some reports that are open; all open ones, to draw a map anew."""
    rows = Ticket.objects.filter(closed_at=None).order_by("id").values(*_OPEN)
    few = None if codes is None else rows.filter(code__in=codes)
    for row in rows.iterator(chunk_size=2000) if few is None else few:
        yield _open(row, at=at)


_OPEN = (
    "code", "unit_id", "category_id", "lon", "lat", "state", "urgency", "paused",
    "received_at", "due_at", "clock__near_due_at", "handling_unit_id", "visibility",
)  # fmt: skip


def _open(row: dict[str, Any], *, at: datetime) -> OpenTicket:
    known = catalogue.current()
    return OpenTicket(
        code=row["code"],
        unit_code=known.unit_code(row["unit_id"]),
        category=known.category_code(row["category_id"]),
        lon=row["lon"],
        lat=row["lat"],
        state=row["state"],
        is_urgent=row["urgency"] == "urgent",
        is_paused=row["paused"],
        is_overdue=rules.is_overdue(
            due_at=row["due_at"], paused=row["paused"], ended_at=None, at=at
        ),
        received_at=row["received_at"],
        due_at=row["due_at"],
        near_due_at=row["clock__near_due_at"],
        handling_unit=known.unit_code(row["handling_unit_id"]),
        visibility=row["visibility"],
    )


def public_features(
    *, at: datetime, box: Box | None = None, filters: PublicFilters | None = None
) -> dict[str, Any]:
    """Public reports as GeoJSON (RFC 7946), newest first, at most `MAP_AT_MOST`.

    Places are rounded to a metre; properties hold facts only.
    """
    wanted = filters or PublicFilters(open_only=True)
    rows = narrowed(wanted, on=at.date()).exclude(lon=None)
    if box is not None:
        rows = rows.filter(
            Q(lon__gte=box.west, lon__lte=box.east) & Q(lat__gte=box.south, lat__lte=box.north)
        )
    found = list(rows.order_by("-received_at", "-id")[: MAP_AT_MOST + 1])
    return {
        "type": "FeatureCollection",
        "features": [_feature(shown(ticket, at=at)) for ticket in found[:MAP_AT_MOST]],
        "truncated": len(found) > MAP_AT_MOST,
    }


def tone_of(ticket: PublicTicket) -> str:
    """How a map draws a report: a colour and a shape each for good, near, late and paused."""
    if not ticket.is_open:
        return "good"
    if ticket.paused:
        return "paused"
    return "late" if ticket.is_overdue else "near" if ticket.urgent else "good"


def _feature(ticket: PublicTicket) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": ticket.code,
        "geometry": {"type": "Point", "coordinates": [ticket.lon, ticket.lat]},
        "properties": {
            "code": ticket.code,
            "category": ticket.category,
            "name": ticket.title or ticket.category_name,
            "state": ticket.state.value,
            "label": ticket.state_label,
            "tone": tone_of(ticket),
            "open": ticket.is_open,
            "overdue": ticket.is_overdue,
            "paused": ticket.paused,
            "urgent": ticket.urgent,
            "unit": ticket.unit_code,
            "received_at": ticket.received_at.isoformat(),
            "due_at": ticket.due_at.isoformat() if ticket.due_at else None,
            "me_too": ticket.me_too,
        },
    }
