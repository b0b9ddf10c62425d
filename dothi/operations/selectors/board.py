"""The figures of the wall: every one an indicator, the wards on the boundaries of today."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.utils.formats import number_format
from django.utils.functional import Promise

from dothi.core.clock import local
from dothi.datastore.indicators import selectors as indicators
from dothi.datastore.indicators.selectors import Figure
from dothi.operations import rules
from dothi.units import selectors as units
from dothi.units.rules import Count, Restated
from dothi.units.selectors import Shape

SHARE, OPEN, OVERDUE, TODAY = (
    "feedback.share_on_time",
    "feedback.open",
    "feedback.overdue",
    "feedback.received_today",
)
# The measures on the wall, in their order; every one is defined once, by feedback.
TILES = (SHARE, OPEN, OVERDUE, TODAY)
TREND_DAYS = 14
NOWHERE = -1  # No unit has this id.


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One measure as the wall shows it."""

    code: str
    title: str | Promise
    value: float | None
    unit: str
    tone: str

    @property
    def words(self) -> str:
        """The figure in the language of the page."""
        if self.value is None:
            return "–"
        shown = number_format(round(self.value), 0, use_l10n=True, force_grouping=True)
        return f"{shown}\u00a0{self.unit}".strip("\u00a0")


@dataclass(frozen=True, kw_only=True)
class Ward:
    """One row of the table by ward. Without a shape: what lies on no ward."""

    shape: Shape | None
    open: int
    overdue: int
    on_time: float | None

    @property
    def code(self) -> str:
        return self.shape.code if self.shape else ""

    @property
    def name(self) -> str:
        return self.shape.name if self.shape else ""


@dataclass(frozen=True, kw_only=True)
class Board:
    """Everything the wall shows at a moment; no personal data is in it."""

    at: datetime
    tiles: tuple[Tile, ...]
    wards: tuple[Ward, ...]
    elsewhere: Ward

    def to_json(self) -> dict[str, Any]:
        """Figures only: each screen writes them in its own language."""
        return {
            "tiles": [
                {
                    "code": tile.code,
                    "value": None if tile.value is None else round(tile.value),
                    "unit": tile.unit,
                    "tone": tile.tone,
                }
                for tile in self.tiles
            ],
            "wards": [
                {
                    "code": ward.code,
                    "open": ward.open,
                    "overdue": ward.overdue,
                    "on_time": None if ward.on_time is None else round(ward.on_time),
                }
                for ward in (*self.wards, self.elsewhere)
            ],
        }


def board(*, at: datetime) -> Board:
    """Ask each indicator once; wards and totals come from the same parts."""
    spreads = {code: indicators.spread_now(code, at=at) for code in TILES}
    shapes = {shape.unit_id: shape for shape in units.ward_areas(at.date())}
    parts = {
        code: _on_wards(spread.by_unit, shapes, on=at.date()) for code, spread in spreads.items()
    }
    return Board(
        at=at,
        wards=tuple(_ward(parts, key, shape) for key, shape in shapes.items()),
        elsewhere=_ward(parts, None, None),
        tiles=tuple(
            Tile(
                code=code,
                title=spread.whole.indicator.title,
                value=spread.whole.value.value,
                unit=spread.whole.indicator.unit_of_measure,
                tone=_tone(code, spread.whole.value.value),
            )
            for code, spread in spreads.items()
        ),
    )


_kept: tuple[float, Board] | None = None


def recent_board(*, at: datetime) -> Board:
    """The board as it was asked for a second ago at most: pages that everybody opens share it."""
    global _kept
    now = time.monotonic()
    kept = _kept
    if kept is None or now - kept[0] >= settings.FIGURES_KEPT_FOR:
        kept = _kept = (now, board(at=at))
    return kept[1]


Parts = Mapping[int | None, tuple[float, float]]


def _on_wards(figures: Mapping[int, Figure], shapes: Mapping[int, Shape], *, on: date) -> Parts:
    """Numerator and denominator for each ward of today; None: what lies on no ward.

    What was reported in a ward that is no more went over to those that followed it.
    """
    found: dict[int | None, tuple[float, float]] = {}

    def add(key: int, numerator: float, denominator: float) -> None:
        place = key if key in shapes else None
        known = found.get(place, (0.0, 0.0))
        found[place] = (known[0] + numerator, known[1] + denominator)

    for key, figure in figures.items():
        value = figure.value
        if key in shapes:
            add(key, value.numerator, value.denominator)
    gone = {key: figure.value for key, figure in figures.items() if key not in shapes}
    if gone:
        above = units.restate([_count(k, v.numerator) for k, v in gone.items()], on=on)
        below = units.restate([_count(k, v.denominator) for k, v in gone.items()], on=on)
        nothing = Restated()
        for key in above.by_unit.keys() | below.by_unit.keys():
            numerator = above.by_unit.get(key, nothing).amount
            add(key, float(numerator), float(below.by_unit.get(key, nothing).amount))
        add(NOWHERE, float(above.nowhere.amount), float(below.nowhere.amount))
    return found


def _count(unit: int, amount: float) -> Count:
    return Count(unit=unit, amount=Fraction(amount))


def _ward(parts: Mapping[str, Parts], key: int | None, shape: Shape | None) -> Ward:
    numerator, denominator = parts[SHARE].get(key, (0.0, 0.0))
    share = indicators.value_of(SHARE, numerator=numerator, denominator=denominator)
    return Ward(
        shape=shape,
        open=round(parts[OPEN].get(key, (0.0, 0.0))[0]),
        overdue=round(parts[OVERDUE].get(key, (0.0, 0.0))[0]),
        on_time=share.value,
    )


def _tone(code: str, value: float | None) -> str:
    if value is None:
        return ""
    if code == OVERDUE:
        return "late" if value else "good"
    return rules.tone_of_share(value) if code == SHARE else ""


def trend(*, at: datetime) -> list[tuple[date, float]]:
    """The share on time of the last days, from kept readings: the last one of each day."""
    days: dict[date, float] = {}
    for moment, value in indicators.trend(SHARE, since=at - timedelta(days=TREND_DAYS)):
        if value.value is not None:
            days[local(moment).date()] = value.value
    return list(days.items())
