"""What the wall says of dossiers now, what the store says of that moment, and the book agree."""

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dothi.cases import selectors
from dothi.cases.choices import Figure
from dothi.cases.rules import Period
from dothi.cases.services import counters
from dothi.cases.tests.factories import MONDAY_9AM, Office
from dothi.cases.tests.waiting import Hall
from dothi.cases.tests.walking import walk
from dothi.datastore.catalogue.registry import datasets
from dothi.datastore.indicators import selectors as indicators
from dothi.datastore.indicators.selectors import Part
from dothi.datastore.ingestion import services as feeding

pytestmark = pytest.mark.django_db(transaction=True)
CODES = (
    "cases.share_in_time", "cases.share_online", "cases.open", "cases.overdue",
    "cases.received_today",
)  # fmt: skip
Said = dict[datetime, dict[str, dict[int, tuple[float, float]]]]


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> None:
    settings.STORE = tmp_path / "store"


def by_unit(parts: list[Part]) -> dict[int, tuple[float, float]]:
    return {part.unit_id: (part.numerator, part.denominator) for part in parts}


def said_now(at: datetime) -> dict[str, dict[int, tuple[float, float]]]:
    return {code: by_unit(indicators.parts_now(code, at=at)) for code in CODES}


def said_by_the_store(at: datetime) -> dict[str, dict[int, tuple[float, float]]]:
    with indicators.Store() as store:
        return {code: by_unit(store.run(indicators.find(code), at=at).parts) for code in CODES}


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 6))]
)
def test_the_store_says_of_any_past_moment_what_was_said_then(office: Office, seed: int) -> None:
    chance = random.Random(seed)
    at, said = MONDAY_9AM, Said()
    for _stretch in range(8):
        at = walk(office, chance, at, 18)
        said[at] = said_now(at)
    for code in ("cases-register", "cases-register-steps", "cases-history", "cases-months"):
        feeding.feed(datasets[code], at=at)
    later = at + timedelta(days=40)
    said[later] = said_now(later)
    for moment, kept in said.items():
        assert said_by_the_store(moment) == kept, moment
    assert any(kept["cases.overdue"] for kept in said.values())


def test_the_wall_and_the_book_of_a_period_count_alike(office: Office) -> None:
    at = walk(office, random.Random(3), MONDAY_9AM, 150)
    period = Period(since=(at - timedelta(days=30)).date(), until=(at + timedelta(days=1)).date())
    at = selectors.moments(period)[0] + timedelta(days=30)
    book = selectors.summed(selectors.lines([office.river.pk], period, at=at)).counts
    said = said_now(at)
    in_time, judged = said["cases.share_in_time"][office.river.pk]
    assert (in_time, judged) == (book[Figure.IN_TIME], book[Figure.JUDGED])
    assert said["cases.open"][office.river.pk][0] == book[Figure.OPEN]
    assert said["cases.overdue"].get(office.river.pk, (0, 0))[0] == book[Figure.OVERDUE]
    online, received = said["cases.share_online"][office.river.pk]
    assert (online, received) == (book[Figure.ONLINE], book[Figure.RECEIVED])


def test_minutes_waited_are_the_same_on_the_wall_and_in_the_store_of_any_moment(
    office: Office,
) -> None:
    hall, code, ward = Hall(office), "cases.minutes_waited", office.river.pk
    hall.seated()
    nine = MONDAY_9AM
    late, quick = hall.take(at=nine), hall.take(at=nine + timedelta(minutes=4))
    hall.next(at=nine + timedelta(minutes=10))
    moment = nine + timedelta(minutes=11)
    said = {moment: by_unit(indicators.parts_now(code, at=moment))}
    assert said[moment] == {ward: (10.0, 1.0)}
    late.refresh_from_db()
    counters.did_not_come(turn=late, by=hall.hoa, at=moment)
    hall.next(at=nine + timedelta(minutes=12))
    counters.back_in_line(turn=late, by=hall.hoa, at=nine + timedelta(minutes=13))
    moment = nine + timedelta(minutes=14)
    said[moment] = by_unit(indicators.parts_now(code, at=moment))
    assert said[moment] == {ward: (8.0, 1.0)}, "who waits once more was not called yet"
    hall.next(at=nine + timedelta(minutes=20))
    moment = nine + timedelta(hours=1)
    said[moment] = by_unit(indicators.parts_now(code, at=moment))
    assert said[moment] == {ward: (15.0, 2.0)}
    assert quick.label == "A002"
    for name in ("cases-turns", "cases-turns-steps"):
        feeding.feed(datasets[name], at=moment)
    said[moment + timedelta(days=40)] = {}
    for then, kept in said.items():
        with indicators.Store() as store:
            parts = store.run(indicators.find(code), at=then).parts
        assert by_unit(parts) == kept, then
