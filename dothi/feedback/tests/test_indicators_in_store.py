"""What the wall says now and what the store says of that moment agree, ward by ward."""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dothi.datastore.catalogue.registry import History, datasets
from dothi.datastore.indicators import selectors as indicators
from dothi.datastore.indicators.choices import Run
from dothi.datastore.indicators.selectors import Part
from dothi.datastore.ingestion import services as feeding
from dothi.feedback import services
from dothi.feedback.choices import Danger
from dothi.feedback.models import Ticket
from dothi.feedback.services import Refused
from dothi.feedback.tests.factories import (
    BY_THE_RIVER,
    MONDAY_9AM,
    UPHILL,
    City,
    fresh,
    photo,
)
from dothi.lib.geo import Point
from dothi.units import services as units
from dothi.units.choices import Kind

pytestmark = pytest.mark.django_db(transaction=True)
CODES = (
    "feedback.open",
    "feedback.overdue",
    "feedback.received_today",
    "feedback.share_on_time",
)


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> None:
    settings.STORE = tmp_path / "store"


def acts(city: City, ticket: Ticket, at: datetime) -> list[Callable[[], object]]:
    """What may happen to a report; most of it is refused in most states."""
    by: dict[str, Any] = {"ticket": ticket, "at": at}
    return [
        partial(services.forward, unit=city.river, by=city.operator, **by),
        partial(services.assign, to=city.lan, by=city.lan, **by),
        partial(services.ask_reporter, question="Ở số nhà nào?", by=city.lan, **by),
        partial(services.answer_from_reporter, text="Số nhà 12.", **by),
        partial(services.lapse, **by),
        partial(
            services.progress_report, text="Đang chờ xe cẩu.", photos=[photo(at=at)],
            until=at.date() + timedelta(days=9), by=city.lan, **by,
        ),
        partial(services.mark_danger, number=Danger.FIRE, by=city.lan, **by),
        partial(services.resolve, text="Đã dọn xong.", by=city.lan, **by),
        partial(services.resolve, text="Đã dọn.", publish=True, by=city.lan, **by),
        partial(services.hold_back, reason="Có tên người.", by=city.lan, **by),
        partial(services.reopen, reason="Vẫn còn cây đổ.", **by),
        partial(services.reject, reason="Ngoài thẩm quyền.", by=city.operator, **by),
        partial(services.rate, stars=4, **by),
        partial(services.merge, into=chance_of(city, ticket), by=city.operator, **by),
        partial(services.unmerge, reason="Hai việc khác nhau.", by=city.operator, **by),
    ]  # fmt: skip


def chance_of(city: City, ticket: Ticket) -> Ticket:
    """Another report of the same place, or itself: then nothing is merged."""
    return Ticket.objects.filter(unit=ticket.unit).exclude(pk=ticket.pk).last() or ticket


def some_days(city: City, chance: random.Random, begin: datetime, steps: int) -> datetime:
    """Reports come in and move, some of them held back from the public."""
    at, tickets = begin, list(Ticket.objects.all())
    for _ in range(steps):
        at += timedelta(minutes=chance.choice([7, 300, 1500]))
        if not tickets or chance.random() < 0.3:
            place = chance.choice([BY_THE_RIVER, UPHILL])
            subject = chance.choice(["trees", "waste", "conduct"])
            tickets.append(city.submit(at=at, place=place, category=subject))
            continue
        with suppress(Refused):
            chance.choice(acts(city, fresh(chance.choice(tickets)), at))()
    return at


def by_unit(parts: list[Part]) -> dict[int, tuple[float, float]]:
    return {part.unit_id: (part.numerator, part.denominator) for part in parts}


Said = dict[datetime, dict[str, dict[int, tuple[float, float]]]]


def said_now(at: datetime) -> dict[str, dict[int, tuple[float, float]]]:
    return {code: by_unit(indicators.parts_now(code, at=at)) for code in CODES}


def said_by_the_store(at: datetime) -> dict[str, dict[int, tuple[float, float]]]:
    with indicators.Store() as store:
        return {code: by_unit(store.run(indicators.find(code), at=at).parts) for code in CODES}


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))]
)
def test_the_store_says_of_any_past_moment_what_was_said_then(city: City, seed: int) -> None:
    """Reports come in, are put off, wait, are answered, merged and opened again; what the figures
    said meanwhile is kept, and asked of the store when all is over."""
    chance = random.Random(seed)
    at, said = MONDAY_9AM, Said()
    for stretch in range(12):
        at = some_days(city, chance, at, 6)
        said[at] = said_now(at)
        said[at + timedelta(minutes=1)] = said_now(at + timedelta(minutes=1))
        if stretch % 4 == 2:  # What moved later comes in by itself.
            feed(at)
    feed(at)
    later = at + timedelta(days=9)
    said[later] = said_now(later)
    for moment, kept in said.items():
        assert said_by_the_store(moment) == kept, moment
    assert Ticket.objects.count() > 5


def feed(at: datetime) -> None:
    for code in ("feedback-register", "feedback-register-steps"):
        feeding.feed(datasets[code], at=at)


def test_an_extension_a_wait_and_a_reopening_do_not_change_the_past(city: City) -> None:
    late = MONDAY_9AM + timedelta(days=8)
    ticket = city.assigned()
    overdue = by_unit(indicators.parts_now("feedback.overdue", at=late))
    assert overdue == {ticket.unit_id: (1, 1)}
    after = late + timedelta(hours=1)
    services.progress_report(
        ticket=fresh(ticket), text="Đang chờ xe cẩu.", photos=[photo(at=after)],
        until=late.date() + timedelta(days=3), by=city.lan, at=after,
    )  # fmt: skip
    services.resolve(ticket=fresh(ticket), text="Xong.", by=city.lan, at=after)
    again = after + timedelta(days=1)
    services.reopen(ticket=fresh(ticket), reason="Vẫn còn.", at=again)
    feed(again)
    assert not indicators.parts_now("feedback.overdue", at=late), "the row forgot it"
    asked = indicators.ask("feedback.overdue", now=again, at=late, run=Run.NOW)
    assert (asked.run, by_unit(list(asked.parts))) == (Run.STORE, overdue)
    between = after + timedelta(hours=1)
    assert indicators.from_store("feedback.open", at=between).value.value == 0
    assert indicators.from_store("feedback.open", at=again).value.value == 1


def test_both_runs_tell_where_a_report_of_a_split_ward_lies(city: City) -> None:
    places = (BY_THE_RIVER, Point(106.655, 10.765))
    for place in (*places, UPHILL):
        city.submit(place=place)
    on = date(2026, 4, 1)
    halves = [
        units.NewUnit(code=code, name_vi=f"Phường {code}", kind=Kind.WARD, parent=city.root)
        for code in ("00003", "00004")
    ]
    links = [units.Link(before=city.river, after=one.code, share=Decimal("0.5")) for one in halves]
    units.reorganise(
        on=on, decision="Nghị quyết 1", ends=[city.river], creates=halves, links=links,
        at=MONDAY_9AM, by="system",
    )  # fmt: skip
    feed(MONDAY_9AM)
    hot = indicators.parts_now("feedback.open", at=MONDAY_9AM, on=on)
    with indicators.Store() as store:
        stored = store.run(indicators.find("feedback.open"), at=MONDAY_9AM, on=on).parts
    assert {(one.unit_id, one.place) for one in hot} == {
        (city.river.pk, places[0]), (city.river.pk, places[1]), (city.hill.pk, None)
    }  # fmt: skip
    assert sorted(hot, key=str) == sorted(stored, key=str)


def test_what_came_in_before_steps_were_kept_stands_as_it_is(city: City) -> None:
    """A house whose log begins later, or a release from before there was a history."""
    ticket = city.assigned()
    feeding.feed(datasets["feedback-register"], at=MONDAY_9AM)
    assert indicators.from_store("feedback.open", at=MONDAY_9AM).value.value == 1
    assert indicators.known_since(indicators.find("feedback.open")) is None
    begun = MONDAY_9AM + timedelta(days=2)
    services.ask_reporter(ticket=fresh(ticket), question="Ở đâu?", by=city.lan, at=begun)
    city.submit(at=begun)
    kept = datasets["feedback-register-steps"]
    assert isinstance(kept.feed, History)
    rows = kept.feed.rows
    later = History(rows=lambda event, at: rows(event, at) if at >= begun else (), number="number")
    feeding.feed(datasets["feedback-register"], at=begun)
    feeding.feed(replace(kept, feed=later), at=begun)
    for moment, there in ((MONDAY_9AM, 1), (begun, 2)):
        assert indicators.from_store("feedback.open", at=moment).value.value == there
    assert indicators.known_since(indicators.find("feedback.open")) == begun


def test_held_reports_are_counted_in_both(city: City) -> None:
    """The open table does not hold them; the figures of the city do."""
    held = city.submit(category="conduct")
    for code in ("feedback-register", "feedback-reports"):
        feeding.feed(datasets[code], at=MONDAY_9AM)
    assert indicators.now("feedback.open", at=MONDAY_9AM).value.value == 1
    assert indicators.from_store("feedback.open", at=MONDAY_9AM).value.value == 1
    with indicators.Store() as store:
        found, versions = store.run_by(indicators.find("feedback.open"), "subject", at=MONDAY_9AM)
    assert {key: part.numerator for key, part in found.items()} == {(held.unit_id, "conduct"): 1}
    assert versions == {"feedback-register": 1}
