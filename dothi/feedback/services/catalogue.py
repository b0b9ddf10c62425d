"""Keep what officers set: subjects, time limits, routes, partners, figures, words to answer with.

A catalogue is a folder of CSV files (UTF-8, one head line). Loading it twice changes nothing.
"""

import csv
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.db import transaction

from dothi.accounts.choices import Role
from dothi.core.audit.services import record
from dothi.core.clocks.choices import Kind, ResumeMode, StartRule, TimeUnit
from dothi.core.clocks.rules import Spec
from dothi.core.verbs.frame import hold_from
from dothi.feedback import rules
from dothi.feedback.choices import AnswerKind, Channel, Danger, Duty, Parameter, Urgency
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
from dothi.feedback.selectors import catalogue
from dothi.feedback.services.moving import Actor, actor_of
from dothi.units import selectors as units
from dothi.units.models import Unit

Row = Mapping[str, str]


class CatalogueError(Exception):
    """A file of the catalogue cannot be read; says which line and why."""


@transaction.atomic
def load_catalogue(folder: Path | str, *, at: datetime, by: Actor = "system") -> int:
    """Take over a catalogue from a folder. Return how many rows it holds.

    A row without a first day holds from the day of `at` on.

    Raises:
        CatalogueError: with file, line and reason; nothing is taken over then.
    """
    place, count = Path(folder), 0
    for name, take in (
        ("categories", _category),
        ("questions", _question),
        ("limits", _limit),
        ("partners", _partner),
        ("settings", _setting),
        ("templates", _template),
        ("routes", _route),
    ):
        path = place / f"{name}.csv"
        for line, row in _rows(path, today=at.date().isoformat()):
            try:
                take(row)
            except (ValueError, KeyError, LookupError, Category.DoesNotExist) as error:
                raise CatalogueError(f"{path.name}, line {line}: {error}") from error
            except (Unit.DoesNotExist, Partner.DoesNotExist) as error:
                raise CatalogueError(f"{path.name}, line {line}: {error}") from error
            count += 1
    changed()
    record("feedback.load_catalogue", subject="feedback.catalogue", by=actor_of(by), at=at,
           rows=count)  # fmt: skip
    return count


def changed() -> None:
    """Stamp a new edition, so that every process reads the catalogue anew."""
    Edition.objects.update_or_create(pk=1, defaults={"stamp": uuid.uuid4()})
    catalogue.forget()


@transaction.atomic
def set_parameter(
    *, parameter: Parameter, value: int, valid_from: date, source: str, by: Actor, at: datetime
) -> Setting:
    """Set a figure from a day on; what held before ends on that day."""
    row = hold_from(
        Setting.objects.all(), valid_from, of={"parameter": parameter},
        values={"value": value, "source": source},
    )  # fmt: skip
    changed()
    record("feedback.set_parameter", subject=f"feedback.setting:{parameter}", by=actor_of(by),
           at=at, value=value)  # fmt: skip
    return row


@transaction.atomic
def set_limit(
    *,
    duty: Duty,
    spec: Spec,
    kind: Kind,
    source: str,
    valid_from: date,
    by: Actor,
    at: datetime,
    category: Category | None = None,
    urgency: Urgency = Urgency.NORMAL,
) -> TimeLimit:
    """Set a time limit from a day on. Clocks that run keep the one that they began with."""
    row = hold_from(
        TimeLimit.objects.all(), valid_from,
        of={"category": category, "duty": duty, "urgency": urgency},
        values={"kind": kind, "spec": spec.to_json(), "source": source},
    )  # fmt: skip
    changed()
    record("feedback.set_limit", subject=f"feedback.limit:{row.pk}", by=actor_of(by), at=at)
    return row


@transaction.atomic
def add_route(
    *,
    order: int,
    to_role: Role,
    valid_from: date,
    source: str,
    by: Actor,
    at: datetime,
    category: Category | None = None,
    area: Unit | None = None,
    channel: str = "",
    hours: tuple[time, time] | None = None,
    weekdays: Sequence[int] = (),
    to_unit: Unit | None = None,
    partner: Partner | None = None,
) -> Route:
    """Add a rule of routing; the first that fits a new report counts."""
    row = Route.objects.create(
        order=order,
        category=category,
        area=area,
        channel=channel,
        from_hour=hours[0] if hours else None,
        to_hour=hours[1] if hours else None,
        weekdays=list(weekdays),
        to_unit=to_unit,
        to_role=to_role,
        partner=partner,
        source=source,
        valid_from=valid_from,
    )
    changed()
    record("feedback.add_route", subject=f"feedback.route:{row.pk}", by=actor_of(by), at=at)
    return row


@transaction.atomic
def end_route(*, route: Route, on: date, by: Actor, at: datetime) -> None:
    """End a rule on a day (exclusive); one that never held is removed."""
    if on <= route.valid_from:
        route.delete()
    else:
        Route.objects.filter(pk=route.pk).update(valid_to=on)
    changed()
    record(
        "feedback.end_route", subject="feedback.route", by=actor_of(by), at=at, order=route.order
    )


# --- Lines of the files --------------------------------------------------------------------------


def _rows(path: Path, *, today: str) -> Iterator[tuple[int, Row]]:
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for row in reader:
            cells = {key: (value or "").strip() for key, value in row.items()}
            if not cells.get("valid_from", today):
                cells["valid_from"] = today
            yield reader.line_num, cells


def _category(row: Row) -> None:
    Category.objects.update_or_create(
        code=row["code"],
        defaults={
            "name_vi": row["name_vi"],
            "name_en": row["name_en"],
            "help_vi": row["help_vi"],
            "help_en": row["help_en"],
            "group": row["group"],
            "group_vi": row["group_vi"],
            "group_en": row["group_en"],
            "order": int(row["order"]),
            "dangers": [Danger(word).value for word in row["dangers"].split()],
            "hotline_code": row["hotline_code"],
            "conduct": row["conduct"] == "yes",
            **_period(row),
        },
    )


def _question(row: Row) -> None:
    """`options` are `key=Vietnamese|English`, with semicolons between them."""
    kind = AnswerKind(row["kind"])
    options = rules.options_of(row["options"].split(";"))
    if kind in rules.LISTS and not options:
        raise ValueError(f"{row['code']}: a list without options")
    Question.objects.update_or_create(
        category=Category.objects.get(code=row["category"]),
        code=row["code"],
        valid_from=date.fromisoformat(row["valid_from"]),
        defaults={
            "kind": kind.value,
            "required": row["required"] == "yes",
            "order": int(row["order"]),
            "label_vi": row["label_vi"],
            "label_en": row["label_en"],
            "help_vi": row["help_vi"],
            "help_en": row["help_en"],
            "options": options,
            "valid_to": _period(row)["valid_to"],
        },
    )


def _limit(row: Row) -> None:
    spec = Spec(
        amount=int(row["amount"]),
        unit=TimeUnit(row["unit"]),
        start=StartRule(row["start"]),
        resume=ResumeMode(row["resume"]),
        max_extensions=int(row["max_extensions"] or 0),
        max_extension=int(row["max_extension"]) if row["max_extension"] else None,
        basis=row["source"],
    )
    TimeLimit.objects.update_or_create(
        category=_subject(row),
        duty=Duty(row["duty"]).value,
        urgency=Urgency(row["urgency"]).value,
        valid_from=date.fromisoformat(row["valid_from"]),
        defaults={
            "kind": Kind(row["kind"]).value,
            "spec": spec.to_json(),
            "source": row["source"],
            "valid_to": _period(row)["valid_to"],
        },
    )


def _partner(row: Row) -> None:
    Partner.objects.update_or_create(
        code=row["code"],
        defaults={
            "name_vi": row["name_vi"],
            "name_en": row["name_en"],
            "email": row["email"],
            "phone": row["phone"],
            "language": row["language"] or "vi",
            **_period(row),
        },
    )


def _setting(row: Row) -> None:
    Setting.objects.update_or_create(
        parameter=Parameter(row["parameter"]).value,
        valid_from=date.fromisoformat(row["valid_from"]),
        defaults={
            "value": int(row["value"]),
            "source": row["source"],
            "valid_to": _period(row)["valid_to"],
        },
    )


def _template(row: Row) -> None:
    AnswerTemplate.objects.update_or_create(
        code=row["code"],
        defaults={
            "category": _subject(row),
            "act": row["act"],
            "title_vi": row["title_vi"],
            "title_en": row["title_en"],
            "body_vi": row["body_vi"],
            "body_en": row["body_en"],
        },
    )


def _route(row: Row) -> None:
    period = _period(row)
    on: date = period["valid_from"]
    Route.objects.update_or_create(
        order=int(row["order"]),
        valid_from=on,
        defaults={
            "category": _subject(row),
            "area": units.unit_of(row["area"], on=on) if row["area"] else None,
            "channel": Channel(row["channel"]).value if row["channel"] else "",
            "from_hour": time.fromisoformat(row["from_hour"]) if row["from_hour"] else None,
            "to_hour": time.fromisoformat(row["to_hour"]) if row["to_hour"] else None,
            "weekdays": [int(word) for word in row["weekdays"].split()],
            "to_unit": _to_unit(row["to_unit"], on),
            "to_role": Role(row["to_role"]).value,
            "partner": Partner.objects.get(code=row["partner"]) if row["partner"] else None,
            "source": row["source"],
            "valid_to": period["valid_to"],
        },
    )


def _to_unit(code: str, on: date) -> Unit | None:
    """A unit by code, `root` for the one above all, nothing for the unit of the place."""
    if not code:
        return None
    return units.root(on=on) if code == "root" else units.unit_of(code, on=on)


def _subject(row: Row) -> Category | None:
    return Category.objects.get(code=row["category"]) if row["category"] else None


def _period(row: Row) -> dict[str, Any]:
    return {
        "valid_from": date.fromisoformat(row["valid_from"]),
        "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
    }
