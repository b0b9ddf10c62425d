"""The halls of the four wards: groups, counters, appointments, and the last hour and a half."""

import random
from contextlib import suppress
from datetime import date, datetime, time, timedelta

from dothi.accounts.choices import Role
from dothi.cases.models import Counter, ServiceGroup
from dothi.cases.services import counters
from dothi.cases.services.counters import NotOpen
from dothi.core.clock import local
from dothi.core.workdays.selectors import official_calendar
from dothi.run.demo import base
from dothi.run.demo.cases_story import AGENCIES
from dothi.run.demo.feedback_story import somebody
from dothi.units import selectors as units
from dothi.units.models import Unit

SINCE = date(2025, 7, 1)
GROUPS = (
    ("A", "Hộ tịch, chứng thực", "Civil status, certified copies"),
    ("B", "Xây dựng, kinh doanh, đất đai", "Building, business, land"),
    ("C", "Chính sách xã hội", "Social policy"),
)
MORNING, AFTERNOON = (time(8), time(11)), (time(13, 30), time(16))
SINCE_LONG = timedelta(minutes=90)


def halls(at: datetime) -> None:
    """Every ward has its hall; people took numbers and were called until just now."""
    chance, end = random.Random(11), base.last_working_moment(at, official_calendar())
    for code in AGENCIES:
        unit = units.unit_of(code, on=local(at).date())
        groups = [_group(unit, *words, at=at) for words in GROUPS]
        first = counters.set_counter(unit=unit, number=1, groups=groups, by="system", at=at)
        counters.set_counter(unit=unit, number=2, groups=groups[:1], by="system", at=at)
        _morning(unit, first, groups, chance, end)


def _group(unit: Unit, letter: str, name_vi: str, name_en: str, *, at: datetime) -> ServiceGroup:
    group = counters.set_group(
        unit=unit, letter=letter, name_vi=name_vi, name_en=name_en, by="system", at=at
    )
    for weekday in range(5):
        for opens, closes in (MORNING, AFTERNOON):
            counters.set_slots(
                group=group, weekday=weekday, opens=opens, closes=closes, minutes=30, capacity=2,
                valid_from=SINCE, by="system", at=at,
            )  # fmt: skip
    return group


def _morning(
    unit: Unit, counter: Counter, groups: list[ServiceGroup], chance: random.Random, end: datetime
) -> None:
    """One comes every seven minutes or so, and the counter calls a little more slowly."""
    officer = somebody(Role.COUNTER, unit.pk, end)
    if officer is None:
        return
    moment = end - SINCE_LONG
    counters.sit_down(counter=counter, by=officer, at=moment)
    while moment < end:
        with suppress(NotOpen):  # The pause at noon may lie between.
            counters.take_turn(
                group=chance.choice([groups[0], *groups]), by="public", at=moment,
                priority=chance.random() < 0.15,
            )  # fmt: skip
        if chance.random() < 0.7:
            counters.call_next(counter=counter, by=officer, at=moment + timedelta(minutes=2))
        moment += timedelta(minutes=chance.randrange(4, 11))
