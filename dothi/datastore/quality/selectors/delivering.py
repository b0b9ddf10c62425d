"""What is due when, what came, and whether a table is as new as its rhythm asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from dothi.core.clock import local
from dothi.core.workdays.selectors import official_calendar
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.choices import Rhythm
from dothi.datastore.ingestion import selectors as ingestion
from dothi.datastore.quality.rules import expected, usual
from dothi.datastore.quality.rules.expected import Expected, State
from dothi.datastore.tables import selectors as tables
from dothi.datastore.tables.choices import Origin

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

# What the house carries over itself is looked at once a day at least, whatever its rhythm.
OF_THE_HOUSE = timedelta(hours=36)
BACK = timedelta(days=400)  # How long a period that was never met counts as overdue.


def dataset_of(code: str) -> "Dataset | None":
    return catalogue.every_dataset().filter(code=code).first()


def every_code() -> list[str]:
    return list(catalogue.every_dataset().values_list("code", flat=True))


@dataclass(frozen=True, kw_only=True)
class Timeliness:
    in_time: bool
    since: datetime  # When it was last brought up to date.


def timeliness(dataset: "Dataset", rhythm: Rhythm, *, at: datetime) -> Timeliness | None:
    """None where nothing is expected at any time, or nothing came yet."""
    since = fresh_at(dataset)
    if since is None or rhythm == Rhythm.IRREGULAR:
        return None
    silent = usual.SILENT.get(rhythm, OF_THE_HOUSE)
    if dataset.registered or rhythm in usual.SILENT:
        return Timeliness(in_time=at - since <= silent, since=since)
    today = at.date()
    overdue = [
        one
        for one in expected_of(dataset, first=today - BACK, last=today)
        if one.came_on is None and one.period.due_on < today
    ]
    return Timeliness(in_time=not overdue, since=since)


def fresh_at(dataset: "Dataset") -> datetime | None:
    """When its rows were last brought up to date, also where nothing in them was new."""
    version = tables.latest(dataset.code)
    fed = ingestion.fed_at(dataset.code) if dataset.registered else None
    return max(filter(None, (version.at if version else None, fed)), default=None)


def is_dated(dataset: "Dataset") -> bool:
    """Whether there are days on which somebody has to send something."""
    agreed = dataset.agreed
    return not dataset.registered and agreed is not None and agreed.rhythm in expected.DATED


def expected_of(dataset: "Dataset", *, first: date, last: date) -> list[Expected]:
    """The deliveries that are due between two days. Nothing was due before it was offered."""
    agreed, contract = dataset.agreed, dataset.contract
    if agreed is None or contract is None or not is_dated(dataset):
        return []
    since = local(dataset.published_at or contract.valid_from).date()
    # What was due earlier takes its deliveries first, or an old one would be counted for a new.
    due = expected.periods(agreed.rhythm, max(since, first - BACK), last, official_calendar())
    came = tables.versions(dataset.code).filter(origin=Origin.DELIVERY).values_list("at", flat=True)
    found = expected.met(due, [local(moment).date() for moment in came])
    return [one for one in found if one.period.due_on >= first]


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One delivery on the calendar."""

    dataset: "Dataset"
    expected: Expected
    state: State


def calendar_of(
    datasets: Iterable["Dataset"], *, first: date, last: date, today: date
) -> list[Delivery]:
    """The deliveries of some datasets that are due between two days, by day."""
    calendar = official_calendar()
    found = [
        Delivery(dataset=dataset, expected=one, state=one.state(today, calendar))
        for dataset in datasets
        for one in expected_of(dataset, first=first, last=last)
    ]
    return sorted(found, key=lambda one: (one.expected.period.due_on, one.dataset.code))
