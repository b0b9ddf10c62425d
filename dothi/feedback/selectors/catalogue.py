"""What officers set, kept in memory: every report needs it, and it changes seldom.

Each process keeps the newest edition; each thread asks for the stamps at most every
`settings.AREAS_CHECKED_EVERY` seconds. What is returned is shared between threads: read it only.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q

from dothi.core.clock import local
from dothi.core.clocks.choices import Kind
from dothi.core.clocks.rules import Spec
from dothi.feedback import rules
from dothi.feedback.choices import Duty, Parameter, Urgency
from dothi.feedback.models import (
    AnswerTemplate,
    Category,
    Edition,
    Partner,
    Question,
    Route,
    Setting,
    TimeLimit,
)
from dothi.units.models import Edition as UnitsEdition
from dothi.units.models import Unit

Stamps = tuple[UUID | None, UUID | None]


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One time limit as data, with what a clock needs of it."""

    category_id: int | None
    duty: Duty
    urgency: Urgency
    kind: Kind
    spec: Spec
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """One edition of everything that officers set."""

    stamps: Stamps
    by_code: Mapping[str, Category]
    by_id: Mapping[int, Category]
    partners: Mapping[int, Partner]
    asked: Mapping[int, tuple[Question, ...]]  # Questions by subject, of all times.
    limits: tuple[Limit, ...]
    routes: tuple[rules.Route, ...]
    settings: tuple[Setting, ...]
    units: Mapping[int, Unit]  # All there ever were.
    roots: tuple[Unit, ...]

    def categories(self, *, on: date) -> list[Category]:
        """The subjects to choose from, in their order."""
        return [
            category
            for category in self.by_id.values()
            if rules.in_force(category.valid_from, category.valid_to, on=on)
        ]

    def category(self, code: str, *, on: date) -> Category | None:
        found = self.by_code.get(code)
        if found is None or not rules.in_force(found.valid_from, found.valid_to, on=on):
            return None
        return found

    def questions(self, category_id: int, *, on: date) -> list[Question]:
        """What a subject asks on that day, in order."""
        return [
            question
            for question in self.asked.get(category_id, ())
            if rules.in_force(question.valid_from, question.valid_to, on=on)
        ]

    def limit(self, duty: Duty, *, category_id: int, urgency: Urgency, on: date) -> Limit | None:
        """The time limit in force: that of the subject first, an urgent one before a normal one."""
        in_force = [
            limit
            for limit in self.limits
            if limit.duty == duty
            and limit.category_id in (category_id, None)
            and limit.urgency in (urgency, Urgency.NORMAL)
            and rules.in_force(limit.valid_from, limit.valid_to, on=on)
        ]
        return max(
            in_force,
            key=lambda limit: (
                limit.urgency == urgency,
                limit.category_id is not None,
                limit.valid_from,
            ),
            default=None,
        )

    def unit_code(self, key: int) -> str:
        """The code of a unit; one that was made a moment ago is asked for."""
        unit = self.units.get(key)
        return str((unit or Unit.objects.get(pk=key)).code)

    def category_code(self, key: int) -> str:
        category = self.by_id.get(key)
        return str((category or Category.objects.get(pk=key)).code)

    def parameter(self, parameter: Parameter, *, on: date) -> int:
        for setting in self.settings:
            if setting.parameter == parameter and rules.in_force(
                setting.valid_from, setting.valid_to, on=on
            ):
                return setting.value
        return rules.DEFAULTS[parameter]

    def route(
        self, *, category_id: int, unit_id: int, channel: str, at: datetime
    ) -> rules.Route | None:
        """The first route that fits; hours are those of the city."""
        return rules.first_route(
            self.routes,
            rules.Matter(category_id=category_id, unit_id=unit_id, channel=channel, at=local(at)),
        )

    def root(self, *, on: date) -> Unit | None:
        for unit in self.roots:
            if rules.in_force(unit.valid_from, unit.valid_to, on=on):
                return unit
        return None


_newest: Catalogue | None = None
_mine = threading.local()


def current() -> Catalogue:
    """The catalogue as it stands."""
    global _newest
    now = time.monotonic()
    checked = getattr(_mine, "checked", None)
    if checked is not None and now - checked < settings.AREAS_CHECKED_EVERY:
        mine: Catalogue = _mine.kept
        return mine
    stamps = _stamps()
    kept = _newest
    if kept is None or kept.stamps != stamps or None in stamps:
        kept = _newest = _read(stamps)
    _mine.kept, _mine.checked = kept, now
    return kept


def forget() -> None:
    """Ask for the stamps at the next question: this thread changed the catalogue."""
    _mine.checked = None


def templates_for(*, act: str, category_id: int | None) -> list[AnswerTemplate]:
    """Words to answer with: those of the subject first, then those for all."""
    rows = AnswerTemplate.objects.filter(active=True, act=act).filter(
        Q(category=None) | Q(category=category_id)
    )
    return sorted(rows, key=lambda row: (row.category_id is None, row.title_vi))


def templates_of(category_id: int) -> list[AnswerTemplate]:
    """Words for every act on a report of a subject: its own first, then those for all."""
    rows = AnswerTemplate.objects.filter(active=True).filter(
        Q(category=None) | Q(category=category_id)
    )
    return sorted(rows, key=lambda row: (row.category_id is None, row.title_vi))


def _stamps() -> Stamps:
    """Both stamps in one question: routes name areas, so that new units matter, too."""
    ours, theirs = Edition._meta.db_table, UnitsEdition._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"select (select stamp from {ours}), (select stamp from {theirs})")
        row = cursor.fetchone()
    assert row is not None
    return row[0], row[1]


def _read(stamps: Stamps) -> Catalogue:
    categories = list(Category.objects.order_by("order", "code"))
    asked: dict[int, list[Question]] = {}
    for question in Question.objects.order_by("order", "id"):
        asked.setdefault(question.category_id, []).append(question)
    routes = list(Route.objects.order_by("order", "id"))
    units = {unit.pk: unit for unit in Unit.objects.order_by("id")}
    parents = {key: unit.parent_id for key, unit in units.items()}
    return Catalogue(
        stamps=stamps,
        by_code={category.code: category for category in categories},
        by_id={category.pk: category for category in categories},
        asked={key: tuple(questions) for key, questions in asked.items()},
        partners={partner.pk: partner for partner in Partner.objects.all()},
        limits=tuple(_limit(row) for row in TimeLimit.objects.order_by("-valid_from", "id")),
        routes=tuple(_route(row, parents) for row in routes),
        settings=tuple(Setting.objects.order_by("-valid_from", "id")),
        units=units,
        roots=tuple(unit for unit in units.values() if unit.parent_id is None),
    )


def _limit(row: TimeLimit) -> Limit:
    return Limit(
        category_id=row.category_id,
        duty=Duty(row.duty),
        urgency=Urgency(row.urgency),
        kind=Kind(row.kind),
        spec=Spec.from_json(row.spec),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _route(row: Route, parents: Mapping[int, int | None]) -> rules.Route:
    return rules.Route(
        order=row.order,
        category_id=row.category_id,
        area_ids=_below(row.area_id, parents),
        channel=row.channel,
        from_hour=row.from_hour,
        to_hour=row.to_hour,
        weekdays=frozenset(row.weekdays),
        to_unit_id=row.to_unit_id,
        to_role=row.to_role,
        partner_id=row.partner_id,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _below(top: int | None, parents: Mapping[int, int | None]) -> frozenset[int]:
    """The unit and everything that ever stood below it."""
    if top is None:
        return frozenset()
    found: set[int] = {top}
    grown = True
    while grown:
        more = {unit for unit, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return frozenset(found)
