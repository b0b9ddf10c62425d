"""Reporting periods. Pure.

State reports close on a day of the month (14 in most fields): the report of March runs from the
15th of February to the 14th of March, that of a year from the 15th of December before to the 14th
of December. A closing day of 0 gives the periods of the calendar. Nine months is a running total
of the year, so a day after its end belongs to no such period.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

CLOSING_DAY = 14
CALENDAR = 0
DAY = timedelta(days=1)


class Span(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    NINE_MONTHS = "nine_months"
    YEAR = "year"

    @property
    def months(self) -> int:
        return _MONTHS[self]

    @property
    def in_a_year(self) -> int:
        """How many of them a year has."""
        return 1 if self is Span.NINE_MONTHS else 12 // self.months


_MONTHS = {Span.MONTH: 1, Span.QUARTER: 3, Span.HALF: 6, Span.NINE_MONTHS: 9, Span.YEAR: 12}
_CODE = re.compile(r"(\d{4})(?:-(\d{2})|-Q(\d)|-H(\d)|-(9M))?")


class NoSuchPeriod(ValueError):
    """There is no such period, or no such closing day."""


@dataclass(frozen=True, order=True)
class Period:
    """A period of reports: `number` counts from 1 within the year, `closing` is its closing day."""

    year: int
    number: int
    span: Span
    closing: int = CLOSING_DAY

    def __post_init__(self) -> None:
        if not 0 <= self.closing <= 28:
            raise NoSuchPeriod(f"a closing day lies between 1 and 28, 0 for none: {self.closing}")
        if not 1 <= self.number <= self.span.in_a_year or not 1 < self.year < 9999:
            raise NoSuchPeriod(f"no {self.span} {self.number} in {self.year}")

    @property
    def first(self) -> date:
        return _after_close(self.year, (self.number - 1) * self.span.months, self.closing)

    @property
    def end(self) -> date:
        """The first day that is no longer part of it."""
        return _after_close(
            self.year, (self.number - 1) * self.span.months + self.span.months, self.closing
        )

    @property
    def last(self) -> date:
        return self.end - DAY

    @property
    def code(self) -> str:
        """`2026-03`, `2026-Q1`, `2026-H1`, `2026-9M`, `2026`. Codes sort within a span."""
        match self.span:
            case Span.MONTH:
                return f"{self.year:04}-{self.number:02}"
            case Span.QUARTER:
                return f"{self.year:04}-Q{self.number}"
            case Span.HALF:
                return f"{self.year:04}-H{self.number}"
            case Span.NINE_MONTHS:
                return f"{self.year:04}-9M"
            case Span.YEAR:
                return f"{self.year:04}"

    def __contains__(self, day: date) -> bool:
        return self.first <= day < self.end

    def shifted(self, by: int) -> "Period":
        """The period that many places later; nine months move by whole years."""
        place = self.year * self.span.in_a_year + self.number - 1 + by
        year, number = divmod(place, self.span.in_a_year)
        return Period(year, number + 1, self.span, self.closing)

    @property
    def previous(self) -> "Period":
        return self.shifted(-1)

    @property
    def next(self) -> "Period":
        return self.shifted(1)

    @property
    def year_before(self) -> "Period":
        """The same period of the year before: what growth is measured against."""
        return Period(self.year - 1, self.number, self.span, self.closing)


def period_of(day: date, span: Span, *, closing: int = CLOSING_DAY) -> Period | None:
    """The period that holds a day; None for nine months when the day comes after them."""
    year = day.year + (day >= _after_close(day.year, 12, closing))
    for number in range(1, span.in_a_year + 1):
        period = Period(year, number, span, closing)
        if day in period:
            return period
    return None


def periods_of(day: date, *, closing: int = CLOSING_DAY) -> list[Period]:
    """Every period that holds a day, the shortest first."""
    found = (period_of(day, span, closing=closing) for span in Span)
    return [period for period in found if period is not None]


def periods_between(
    first: date, last: date, span: Span, *, closing: int = CLOSING_DAY
) -> Iterator[Period]:
    """The periods that hold a day of `first ≤ day ≤ last`, in order."""
    for year in range(first.year, last.year + 2):
        for number in range(1, span.in_a_year + 1):
            period = Period(year, number, span, closing)
            if period.first <= last and period.end > first:
                yield period


def parse(code: str, *, closing: int = CLOSING_DAY) -> Period:
    """Read what `Period.code` wrote.

    Raises:
        NoSuchPeriod: it is no code of a period.
    """
    found = _CODE.fullmatch(code)
    if found is None:
        raise NoSuchPeriod(f"no code of a period: {code!r}")
    year, month, quarter, half, nine = found.groups()
    for text, span in ((month, Span.MONTH), (quarter, Span.QUARTER), (half, Span.HALF)):
        if text:
            return Period(int(year), int(text), span, closing)
    return Period(int(year), 1, Span.NINE_MONTHS if nine else Span.YEAR, closing)


def _after_close(year: int, months: int, closing: int) -> date:
    """The day after the close of so many months of a report year (0: the year before's close)."""
    place = year * 12 + months - (closing != CALENDAR)
    month = date(place // 12, place % 12 + 1, 1)
    return month + closing * DAY
