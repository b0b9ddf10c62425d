"""The figures of the wall: every one an indicator, the wards on the boundaries of today."""

import logging
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import Error
from django.utils.formats import number_format
from django.utils.functional import Promise

from dothi.core.clock import local
from dothi.datastore.indicators import selectors as indicators
from dothi.datastore.indicators.choices import Better, Run, Scale
from dothi.datastore.indicators.selectors import Figure, Spread
from dothi.operations.wall import rules
from dothi.operations.wall.selectors.arranged import OPEN, OVERDUE, SHARE, Place, arranged
from dothi.units import selectors as units
from dothi.units.selectors import Shape

logger = logging.getLogger(__name__)
BY_WARD = (SHARE, OPEN, OVERDUE)  # What the table says of each ward.
TREND_DAYS = 14


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One measure as the wall shows it."""

    code: str
    title: str | Promise
    value: float | None
    unit: str
    tone: str
    places: int = 0
    run: Run = Run.NOW
    at: datetime | None = None  # None: there is no figure.
    public: bool = True

    @property
    def name(self) -> str:
        """Two tiles may show one indicator, now and over the store."""
        return self.code if self.run == Run.NOW else f"{self.code}.{self.run.value}"

    @property
    def time(self) -> str:
        return f"{local(self.at):%H:%M}" if self.at else "–"

    @property
    def told(self) -> str:
        """Over what it was counted, and as of when."""
        return f"{self.run.label} {self.time}"

    @property
    def words(self) -> str:
        """The figure in the language of the page."""
        if self.value is None:
            return "–"
        shown = number_format(
            round(self.value, self.places), self.places, use_l10n=True, force_grouping=True
        )
        return f"{shown}\u00a0{self.unit}".strip("\u00a0")


@dataclass(frozen=True, kw_only=True)
class Ward:
    """One row of the table by ward. Without a shape: what lies on no ward, and on a wall that
    everybody sees also what is not public."""

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
    """Everything the wall shows at a moment; no personal data is in it.

    `for_everybody`: each ward counts only what everybody may see one by one, so that its small
    numbers tell nothing. The tiles count the whole, and `elsewhere` what is left of it.
    """

    at: datetime
    tiles: tuple[Tile, ...]
    wards: tuple[Ward, ...]
    elsewhere: Ward
    for_everybody: bool = False

    def to_json(self) -> dict[str, Any]:
        """Figures only: each screen writes them in its own language."""
        return {
            "tiles": [
                {
                    "name": tile.name,
                    "code": tile.code,
                    "time": tile.time,
                    "places": tile.places,
                    "value": None if tile.value is None else round(tile.value, tile.places),
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
    """Ask each indicator once; wards and totals come from the same parts.

    One that cannot be counted leaves its tile empty and takes no other with it.
    """
    places = arranged()
    hot = [place.code for place in places if place.run == Run.NOW]
    shapes = {shape.unit_id: shape for shape in units.ward_areas(at.date())}
    spreads = {code: _spread(code, at, shapes) for code in dict.fromkeys([*BY_WARD, *hot])}
    stored = indicators.newest_kept([place.code for place in places if place.run == Run.STORE])
    parts = {code: _on_wards(spreads[code], shapes, on=at.date()) for code in BY_WARD}
    now = {code: spread.whole for code, spread in spreads.items() if spread}
    kept = {code: one.figure for code, one in stored.items()}
    tiles = [
        _tile(place, (now if place.run == Run.NOW else kept).get(place.code)) for place in places
    ]
    return Board(
        at=at,
        wards=tuple(_ward(parts, key, shape) for key, shape in shapes.items()),
        elsewhere=_ward(parts, None, None),
        for_everybody=settings.PUBLIC_WALL,
        # What everybody may see holds nothing that not everybody may read.
        tiles=tuple(tile for tile in tiles if tile.public or not settings.PUBLIC_WALL),
    )


def _spread(code: str, at: datetime, there: Collection[int]) -> Spread | None:
    try:
        return indicators.spread_now(
            code, at=at, on=at.date(), there=there, for_everybody=settings.PUBLIC_WALL
        )
    except (Error, indicators.Unknown):
        logger.exception("%s could not be counted for the wall", code)
        return None


def _tile(place: Place, figure: Figure | None) -> Tile:
    """A tile, also of an indicator that is no more or cannot be counted: it shows a dash."""
    try:
        indicator = indicators.find(place.code)
    except indicators.Unknown:
        return Tile(
            code=place.code, title=place.code, value=None, unit="", tone="", run=place.run,
            public=False,
        )  # fmt: skip
    value = figure.value.value if figure else None
    return Tile(
        code=place.code,
        title=indicator.title,
        value=value,
        unit=indicator.unit_of_measure,
        tone=rules.tone_of(value, Better(indicator.better), place.near, place.late),
        places=1 if indicator.scale == Scale.MEAN else 0,
        run=place.run,
        at=figure.at if figure else None,
        public=indicator.public,
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


def _on_wards(spread: Spread | None, shapes: Mapping[int, Shape], *, on: date) -> Parts:
    """Numerator and denominator for each ward of today; None: what lies on no ward.

    What was reported in a ward that is no more went over to those that followed it.
    """
    found: dict[int | None, tuple[float, float]] = {}
    parts = spread.parts if spread else ()
    for key, amount in indicators.on_boundaries(parts, on=on, there=shapes).items():
        place = key if key in shapes else None
        known = found.get(place, (0.0, 0.0))
        found[place] = (
            known[0] + float(amount.numerator), known[1] + float(amount.denominator)
        )  # fmt: skip
    return found


def _ward(parts: Mapping[str, Parts], key: int | None, shape: Shape | None) -> Ward:
    numerator, denominator = parts[SHARE].get(key, (0.0, 0.0))
    share = indicators.value_of(SHARE, numerator=numerator, denominator=denominator)
    return Ward(
        shape=shape,
        open=round(parts[OPEN].get(key, (0.0, 0.0))[0]),
        overdue=round(parts[OVERDUE].get(key, (0.0, 0.0))[0]),
        on_time=share.value,
    )


def trend(*, at: datetime) -> list[tuple[date, float]]:
    """The share on time of the last days, from kept readings: the last one of each day."""
    days: dict[date, float] = {}
    for moment, value in indicators.trend(SHARE, since=at - timedelta(days=TREND_DAYS)):
        if value.value is not None:
            days[local(moment).date()] = value.value
    return list(days.items())
