"""What the wall says now and what the store says of that moment agree, ward by ward."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dothi.datastore.catalogue.registry import datasets
from dothi.datastore.indicators import selectors as indicators
from dothi.datastore.indicators.selectors import Part
from dothi.datastore.ingestion import services as feeding
from dothi.feedback import services
from dothi.feedback.models import Ticket
from dothi.feedback.services import Refused
from dothi.feedback.tests.factories import BY_THE_RIVER, MONDAY_9AM, UPHILL, City, fresh

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
        partial(services.resolve, text="Đã dọn xong.", by=city.lan, **by),
        partial(services.reopen, reason="Vẫn còn cây đổ.", **by),
        partial(services.reject, reason="Ngoài thẩm quyền.", by=city.operator, **by),
        partial(services.rate, stars=4, **by),
    ]


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


def agree(at: datetime) -> None:
    with indicators.Store() as store:
        for code in CODES:
            answer = store.run(indicators.find(code), at=at)
            assert by_unit(answer.parts) == by_unit(indicators.parts_now(code, at=at)), code


def by_unit(parts: list[Part]) -> dict[int, tuple[float, float]]:
    return {part.unit_id: (part.numerator, part.denominator) for part in parts}


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))]
)
def test_both_runs_agree_whatever_happened(city: City, seed: int) -> None:
    chance = random.Random(seed)
    at = MONDAY_9AM
    for steps in (25, 10):  # The second stretch comes in by what moved only.
        at = some_days(city, chance, at, steps)
        feeding.feed(datasets["feedback-register"], at=at)
        for moment in (at, at - timedelta(days=2), at + timedelta(days=9)):
            agree(moment)
    assert Ticket.objects.count() > 5


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
