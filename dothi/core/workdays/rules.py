"""The holidays of Việt Nam as a seed for the calendar.

Bộ luật Lao động 45/2019/QH14, điều 111–112; NQ 80-NQ/TW (24 November, from 2026). The library
computes the lunar ones and knows the announced swaps but one; that one is added here with its
source. Labels are our own, because the library's name the days before Tết wrongly.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import holidays

from dothi.core.workdays.choices import Certainty, DayKind, Source

LABOUR_CODE = "Bộ luật Lao động 45/2019/QH14, điều 112"
IN_LIEU = "Bộ luật Lao động 45/2019/QH14, điều 111 khoản 3"
CULTURE_DAY = "NQ 80-NQ/TW"
# The last year whose announced days `holidays` 0.109 knows. What it says of later years is
# computed, and the government may decide otherwise.
KNOWN_UNTIL = 2026


@dataclass(frozen=True, kw_only=True)
class Day:
    """One row of the seed."""

    day: date
    kind: DayKind
    label_vi: str
    label_en: str
    legal_basis: str
    certainty: Certainty = Certainty.ANNOUNCED
    source: Source = Source.LIBRARY


# The swap that the library misses.
CORRECTIONS = (
    Day(
        day=date(2026, 1, 2),
        kind=DayKind.OFF,
        label_vi="Nghỉ hoán đổi, làm bù ngày 10/01/2026",
        label_en="Day off, made up for on 10/01/2026",
        legal_basis="VB 12729/VPCP-KGVX ngày 25/12/2025",
        source=Source.CORRECTION,
    ),
    Day(
        day=date(2026, 1, 10),
        kind=DayKind.MAKEUP,
        label_vi="Làm bù cho ngày 02/01/2026",
        label_en="Make-up day for 02/01/2026",
        legal_basis="VB 12729/VPCP-KGVX ngày 25/12/2025",
        source=Source.CORRECTION,
    ),
)
FIXED = {
    (1, 1): ("Tết Dương lịch", "New Year's Day"),
    (4, 30): ("Ngày Chiến thắng", "Reunification Day"),
    (5, 1): ("Ngày Quốc tế Lao động", "Labour Day"),
    (9, 2): ("Quốc khánh", "National Day"),
    (11, 24): ("Ngày Văn hóa Việt Nam", "Vietnam Culture Day"),
}
_SWAPPED = re.compile(r"substituted from (\d\d)/(\d\d)/(\d{4})")


def days_of(years: Iterable[int]) -> Iterator[Day]:
    """The days off and make-up days of some years, in order."""
    wanted = sorted(set(years))
    source = holidays.country_holidays("VN", years=wanted, language="en_US")
    found: dict[date, Day] = {}
    for day, name in source.items():
        found[day] = _off(day, name)
        if swapped := _SWAPPED.search(name):
            month, number, year = map(int, swapped.groups())
            makeup = date(year, month, number)
            found[makeup] = _makeup(makeup, instead_of=day)
    found |= {day.day: day for day in CORRECTIONS}
    yield from (found[day] for day in sorted(found) if day.year in wanted)


def _off(day: date, name: str) -> Day:
    """Fixed days and their in-lieu days stand in the law; the others are decided each year."""
    lower = name.lower()
    if swapped := _SWAPPED.search(lower):
        month, number, year = swapped.groups()
        made_up_on = f"{number}/{month}/{year}"
        return _day(
            day,
            f"Nghỉ hoán đổi, làm bù ngày {made_up_on}",
            f"Day off, made up for on {made_up_on}",
            _announcement(day),
            by_law=False,
        )
    if "(observed" in lower:
        return _day(day, "Nghỉ bù ngày lễ", "Day off in lieu of a holiday", IN_LIEU, by_law=True)
    if (day.month, day.day) in FIXED:
        basis = CULTURE_DAY if day.month == 11 else LABOUR_CODE
        return _day(day, *FIXED[day.month, day.day], basis, by_law=True)
    if "hung" in lower:
        return _day(
            day, "Giỗ Tổ Hùng Vương", "Hung Kings' Commemoration Day", LABOUR_CODE, by_law=True
        )
    if day.month == 9:
        return _day(day, "Nghỉ Quốc khánh", "National Day holiday", LABOUR_CODE, by_law=False)
    return _day(day, "Nghỉ Tết Nguyên đán", "Lunar New Year holiday", LABOUR_CODE, by_law=False)


def _day(day: date, label_vi: str, label_en: str, basis: str, *, by_law: bool) -> Day:
    return Day(
        day=day,
        kind=DayKind.OFF,
        label_vi=label_vi,
        label_en=label_en,
        legal_basis=basis,
        certainty=Certainty.ANNOUNCED if by_law else _certainty(day),
    )


def _makeup(day: date, *, instead_of: date) -> Day:
    return Day(
        day=day,
        kind=DayKind.MAKEUP,
        label_vi=f"Làm bù cho ngày {instead_of:%d/%m/%Y}",
        label_en=f"Make-up day for {instead_of:%d/%m/%Y}",
        legal_basis=_announcement(day),
        certainty=_certainty(day),
    )


def _announcement(day: date) -> str:
    return f"Thông báo hoán đổi ngày làm việc dịp lễ năm {day.year}"


def _certainty(day: date) -> Certainty:
    return Certainty.ESTIMATED if day.year > KNOWN_UNTIL else Certainty.ANNOUNCED
