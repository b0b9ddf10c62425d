"""Charts drawn on the server: lines with their scale as one small SVG. Pure geometry, no words."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 12, 28
TICKS = 4
TINY = 1e-12  # What is nearer together is one value.
LABELS = 6  # At most, along the bottom.


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A mark of the scale: where it is, and what value it stands for."""

    at: float
    value: float


@dataclass(frozen=True, kw_only=True)
class Label:
    """Words below the line: where they are, and how they are hung there."""

    at: float
    text: str
    anchor: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of values in their order."""

    path: str
    dots: tuple[tuple[float, float], ...]
    ticks: tuple[Tick, ...]
    labels: tuple[Label, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def scale(low: float, high: float, *, ticks: int = TICKS) -> list[float]:
    """Round values that enclose both: 1, 2 or 5 times a power of ten apart."""
    if not math.isfinite(low) or not math.isfinite(high) or low > high:
        raise ValueError((low, high))
    span = high - low if high - low > TINY else 1.0
    rough = span / ticks
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough * 0.999999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    if first == last:
        last += 1
    return [number * step for number in range(first, last + 1)]


def line(points: Sequence[tuple[str, float]]) -> Line | None:
    """Points in their order, evenly apart; the scale begins at nought unless values are below.

    None for fewer than two: that is no line.
    """
    known = [(text, value) for text, value in points if math.isfinite(value)]
    if len(known) < 2:
        return None
    values = [value for _text, value in known]
    marks = scale(min(0.0, *values), max(0.0, *values))
    low, span = marks[0], marks[-1] - marks[0]
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def across(number: int) -> float:
        return round(LEFT + wide * number / (len(known) - 1), 1)

    def up(value: float) -> float:
        return round(TOP + tall * (1 - (value - low) / span), 1)

    dots = tuple((across(number), up(value)) for number, value in enumerate(values))
    return Line(
        path="M" + "L".join(f"{x} {y}" for x, y in dots),
        dots=dots if len(dots) <= 60 else (),
        ticks=tuple(Tick(at=up(value), value=value) for value in marks),
        labels=tuple(_labels(known, across)),
    )


def _labels(known: Sequence[tuple[str, float]], across: Callable[[int], float]) -> list[Label]:
    last = len(known) - 1
    count = min(LABELS, len(known))
    places = sorted({round(last * number / (count - 1)) for number in range(count)})
    found = []
    for place in places:
        anchor = "start" if place == 0 else "end" if place == last else "middle"
        found.append(Label(at=across(place), text=known[place][0], anchor=anchor))
    return found
