"""The sample story ends at the last moment of work; it never leaves a house all overdue."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Q
from django.test import override_settings
from pytest_django import Settings

from dothi.cases.choices import Status
from dothi.cases.models import Dossier, Move
from dothi.core.workdays.selectors import official_calendar
from dothi.datastore.catalogue.selectors import every_dataset
from dothi.datastore.ingestion.choices import RunState
from dothi.datastore.ingestion.models import Run
from dothi.datastore.ingestion.selectors import lines_aside
from dothi.datastore.resolution import selectors
from dothi.datastore.resolution.models import Project
from dothi.datastore.tables import selectors as tables
from dothi.feedback.models import Ticket
from dothi.lib.worktime import Calendar
from dothi.run.demo import base, cases_story, feedback_story, store_story
from dothi.run.demo.base import last_working_moment
from tests.standing import Standing, standing

CITY = ZoneInfo("Asia/Ho_Chi_Minh")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CITY)


@pytest.mark.parametrize(("now", "end"), [
    ("2026-11-26T09:30", "2026-11-26T09:30"),  # In the middle of a morning.
    ("2026-11-26T12:15", "2026-11-26T11:30"),  # At noon.
    ("2026-11-26T22:00", "2026-11-26T17:00"),  # In the evening.
    ("2026-11-27T06:00", "2026-11-26T17:00"),  # Before the office opens.
    ("2026-11-29T23:50", "2026-11-27T17:00"),  # On a Sunday night.
    ("2026-11-30T07:30", "2026-11-27T17:00"),  # Monday, on the stroke.
    ("2026-11-30T07:31", "2026-11-30T07:31"),
])  # fmt: skip
def test_the_story_ends_with_the_last_moment_of_work(now: str, end: str) -> None:
    assert last_working_moment(at(now), Calendar()) == at(end)


def test_over_a_long_holiday_it_ends_on_the_day_before() -> None:
    days = [at("2026-02-16T00:00") + timedelta(days=number) for number in range(5)]
    closed = Calendar(off=frozenset(day.date() for day in days))
    assert last_working_moment(at("2026-02-19T10:00"), closed) == at("2026-02-13T17:00")


def open_office() -> None:
    """What a sample house has before its reports."""
    with override_settings(DEMO=True):
        for _, step in base.STEPS:
            if step not in {base._reports, base._dossiers, base._data}:
                step(at("2026-11-12T08:00"))


@pytest.fixture(scope="module")
def office_of_the_file(django_db_setup: None, django_db_blocker: Any) -> Iterator[Standing[None]]:
    yield from standing(open_office, django_db_blocker)


@pytest.fixture
def office(office_of_the_file: Standing[None], db: None, settings: Settings) -> None:
    settings.DEMO = True


def overdue(when: datetime) -> tuple[int, int]:
    """How many reports are open at a moment, and how many of them are late."""
    waiting = Ticket.objects.filter(closed_at=None, resolved_at=None)
    late = waiting.filter(Q(due_at__lt=when) | Q(forward_clock__due_at__lt=when, forwarded_at=None))
    return waiting.count(), late.count()


@pytest.mark.django_db
@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("now", ["2026-11-26T10:00", "2026-11-29T23:50", "2026-11-30T07:00"])
def test_it_opens_on_a_busy_office_not_on_a_failed_one(now: str) -> None:
    end = base.story_end(at(now))
    feedback_story.tell(end, random.Random(20261124))
    waiting, late = overdue(at(now))
    assert waiting >= 5
    assert late <= waiting / 2, f"{late} of {waiting} are late"


@pytest.mark.django_db
@pytest.mark.usefixtures("office")
def test_after_days_of_pause_the_office_has_settled_what_came_due() -> None:
    feedback_story.tell(base.story_end(at("2026-11-26T10:00")), random.Random(20261124))
    later = at("2026-12-06T22:00")
    feedback_story.settle(later, random.Random(7))
    waiting, late = overdue(later)
    assert late <= feedback_story.LEFT_LATE + 1, f"{late} of {waiting} are late"


@pytest.mark.django_db
@pytest.mark.usefixtures("office")
def test_nothing_of_the_story_lies_in_the_future() -> None:
    end = base.story_end(at("2026-11-29T23:50"))
    assert feedback_story.tell(end, random.Random(20261124)) > 40
    assert not Ticket.objects.filter(received_at__gte=end).exists()
    assert not Ticket.objects.filter(resolved_at__gt=end).exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("office")
def test_the_dossiers_stand_in_every_status_and_few_of_them_are_late() -> None:
    end = base.story_end(at("2026-11-29T23:50"))
    assert cases_story.tell(end, random.Random(20261124)) > 50
    found = Dossier.objects.all()
    assert set(found.values_list("status", flat=True)) == set(Status)
    assert found.exclude(extended=0).exists()
    late = found.filter(closed_at=None, done_at=None, paused=False, due_at__lt=end).count()
    assert 1 <= late <= found.filter(closed_at=None).count() / 2
    assert not Move.objects.filter(at__gt=end).exists()
    assert found.exclude(visit="").count() == 3


def test_the_office_of_the_story_keeps_the_calendar(db: None) -> None:
    base.STEPS[2][1](at("2026-11-12T08:00"))
    assert not official_calendar().is_working_day(at("2026-01-02T00:00").date())


@pytest.mark.django_db
def test_data_come_in_by_hand_and_people_have_matched_half_of_two_lists(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DEMO, settings.STORE = True, tmp_path / "store"
    now = at("2026-11-26T10:00")
    for _, step in base.STEPS[:4]:
        step(now)
    store_story.base(now)

    trees = Run.objects.get(dataset=store_story.TREES)
    assert trees.state == RunState.PUBLISHED
    assert trees.ledger.lines == 63
    assert trees.ledger.taken == 54, "51 were sound and three were mended"
    assert lines_aside(trees, state="waiting").count() == 7
    project = Project.objects.get()
    counts = selectors.counts(project)
    assert counts.waiting >= 3
    assert counts.decided >= 3
    changes = tables.difference(store_story.GOLDEN, 1, 2)
    assert changes.added == project.changes.filter(decisions__verdict="same").exclude(
        kind="merge"
    ).count(), "what people decided is the difference"  # fmt: skip
    for code in (store_story.TREES, store_story.ELDERLY, store_story.SUPPORT, store_story.GOLDEN):
        dataset = every_dataset().get(code=code)
        assert (dataset.state, dataset.sample) == ("published", True)
