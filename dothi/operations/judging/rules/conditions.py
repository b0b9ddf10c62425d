"""What a rule asks, as data: checked when it is written, compiled when it is run.

A condition is a tagged JSON object (`{"is": "threshold", …}`). Times are in seconds. Those that ask
one stream (`Threshold`, `Rate`, `Absence`, `Stuck`, `Unusual`) are the leaves; `Scheduled` asks
another only at certain hours, `Composite` counts several over streams and indicators, and
`Spatial` counts how many streams in one place say so.
"""

from collections.abc import Iterator
from math import isfinite
from typing import Annotated, Final

import msgspec

from dothi.operations.judging.choices import How, Side
from dothi.operations.judging.rules.anomaly import Settings

DEEP: Final = 5  # Conditions within conditions.
PARTS: Final = 20
DAY: Final = 86_400
YEAR: Final = 366 * DAY

Seconds = Annotated[float, msgspec.Meta(ge=0, le=YEAR)]
Some = Annotated[float, msgspec.Meta(gt=0, le=YEAR)]
Count = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Degrees = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Hour = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
Weekday = Annotated[int, msgspec.Meta(ge=0, le=6)]


class _Condition(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="is"
):
    pass


class Threshold(_Condition, frozen=True, tag="threshold"):
    """Past `limit` for `hold` seconds; it ends when the value is back past `clear`."""

    side: Side
    limit: float
    clear: float | None = None  # None: at the limit itself.
    hold: Seconds = 0


class Rate(_Condition, frozen=True, tag="rate"):
    """Changes by more than `limit` within `within` seconds, upwards or downwards as `side` says."""

    side: Side
    limit: Annotated[float, msgspec.Meta(gt=0)]
    within: Some


class Absence(_Condition, frozen=True, tag="absence"):
    """Nothing came for `after` seconds."""

    after: Some


class Stuck(_Condition, frozen=True, tag="stuck"):
    """The last readings over `lasting` seconds lie within `tolerance` of one another."""

    lasting: Some
    tolerance: Annotated[float, msgspec.Meta(ge=0)] = 0


class Unusual(_Condition, frozen=True, tag="unusual"):
    """Unlike what the stream says at this hour; see `anomaly`. It ends after `calm` seconds."""

    threshold: Annotated[float, msgspec.Meta(gt=0, le=100)] = Settings.threshold
    short: Count = Settings.short
    long: Count = Settings.long
    seasonal: bool = Settings.seasonal
    calm: Seconds = 900


class Scheduled(_Condition, frozen=True, tag="scheduled"):
    """`of`, at certain hours of certain days of the week (0 is Monday) in the time of the house.

    `begin` after `end` is over midnight and belongs to the day on which it begins. `holidays`:
    also on days that the calendar closes; with False not on these.
    """

    of: "Condition"
    days: Annotated[list[Weekday], msgspec.Meta(min_length=1, max_length=7)]
    begin: Hour = "00:00"
    end: Hour = "24:00"
    holidays: bool = True


class Of(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a composite: a condition on a named stream, or on an indicator by its code."""

    condition: "Condition"
    stream: str = ""
    indicator: str = ""
    unit: str = ""  # Of the indicator; the whole house where it is empty.


class Composite(_Condition, frozen=True, tag="composite"):
    """So many of its parts hold together."""

    how: How
    parts: Annotated[list[Of], msgspec.Meta(min_length=1, max_length=PARTS)]
    least: Count = 1


class Spatial(_Condition, frozen=True, tag="spatial"):
    """At least `least` streams of one quantity say so, inside a unit or near a point (metres)."""

    of: "Condition"
    quantity: Code
    least: Count
    unit: str = ""
    lon: Degrees | None = None
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    within: Annotated[float, msgspec.Meta(gt=0, le=100_000)] | None = None


Condition = Threshold | Rate | Absence | Stuck | Unusual | Scheduled | Composite | Spatial

_decoder = msgspec.json.Decoder(Condition)
_encoder = msgspec.json.Encoder(order="deterministic")


class BadCondition(Exception):
    """What is wrong with a condition: where (`$.parts[0].limit`) and why."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where, self.why = where, why


def parse(text: bytes | str) -> Condition:
    """A condition from JSON. Raises BadCondition where it cannot be, or makes no sense."""
    try:
        found: Condition = _decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeError) as error:
        why, _, where = str(error).partition(" - at `")
        raise BadCondition(where.rstrip("`") or "$", why) from error
    for where, why in _faults(found, "$", 1):
        raise BadCondition(where, why)
    return found


def written(condition: Condition) -> str:
    """The condition as JSON; equal ones are written equally."""
    return _encoder.encode(condition).decode()


def _faults(one: Condition, at: str, deep: int) -> Iterator[tuple[str, str]]:
    if deep > DEEP:
        yield at, "too many conditions within conditions"
        return
    match one:
        case Threshold():
            yield from _threshold_faults(one, at)
        case Unusual() if one.short > one.long:
            yield f"{at}.short", "longer than long"
        case Scheduled():
            if one.begin == one.end or one.begin == "24:00":
                yield f"{at}.end", "no time lies between begin and end"
            yield from _faults(one.of, f"{at}.of", deep + 1)
        case Composite():
            yield from _composite_faults(one, at, deep)
        case Spatial():
            yield from _spatial_faults(one, at, deep)


def _threshold_faults(one: Threshold, at: str) -> Iterator[tuple[str, str]]:
    if not isfinite(one.limit) or (one.clear is not None and not isfinite(one.clear)):
        yield f"{at}.limit", "no finite number"
    elif one.clear is not None:
        ends_inside = one.clear > one.limit if one.side == Side.ABOVE else one.clear < one.limit
        if ends_inside:
            yield f"{at}.clear", "lies on the dangerous side of the limit"


def _composite_faults(one: Composite, at: str, deep: int) -> Iterator[tuple[str, str]]:
    if one.how == How.AT_LEAST and one.least > len(one.parts):
        yield f"{at}.least", "more than there are parts"
    for number, part in enumerate(one.parts):
        here = f"{at}.parts[{number}]"
        if bool(part.stream) == bool(part.indicator):
            yield here, "names one stream or one indicator"
        if part.unit and not part.indicator:
            yield f"{here}.unit", "belongs to an indicator"
        if isinstance(part.condition, Composite | Spatial):
            yield f"{here}.condition", "a part asks one stream or indicator"
        yield from _faults(part.condition, f"{here}.condition", deep + 1)


def _spatial_faults(one: Spatial, at: str, deep: int) -> Iterator[tuple[str, str]]:
    near = (one.lon, one.lat, one.within)
    if bool(one.unit) == any(part is not None for part in near):
        yield at, "names a unit, or a point and a distance"
    elif not one.unit and any(part is None for part in near):
        yield at, "a point has lon, lat and within"
    if isinstance(one.of, Composite | Spatial):
        yield f"{at}.of", "asks one stream each"
    yield from _faults(one.of, f"{at}.of", deep + 1)
