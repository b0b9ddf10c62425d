"""Sum up a version as one role sees it, once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import shapely

from dothi.core import queueing
from dothi.datastore.catalogue.choices import Type
from dothi.datastore.catalogue.rules.contract import LATITUDE, LONGITUDE, Field
from dothi.datastore.quality.models import Distribution, Profile
from dothi.datastore.quality.rules import figures
from dothi.datastore.sharing.services import Opening
from dothi.datastore.tables.rules.sql import name

DATA = "data"
PROFILE = "quality.profile"
# So many rows are summed up while a reader waits; more are by a worker.
AT_ONCE = 200_000
POINTS = 50_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def profile(opening: Opening, *, at: datetime) -> Profile:
    """The figures of what somebody sees; taken when nobody in the same role asked before."""
    known = kept(opening)
    if known is not None:
        return known
    # Two who ask at the same time find the same figures; the first one's are kept.
    Profile.objects.bulk_create(
        [
            Profile(
                dataset=opening.dataset, version=opening.version, mark=opening.path.stem,
                figures=measured(opening), taken_at=at,
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return Profile.objects.get(dataset=opening.dataset, mark=opening.path.stem)


def kept(opening: Opening) -> Profile | None:
    return Profile.objects.filter(dataset=opening.dataset, mark=opening.path.stem).first()


def profile_or_ask(opening: Opening, *, user_id: int | None, at: datetime) -> Profile | None:
    """The same for somebody who waits: a large version is left to a worker, and None returned."""
    if opening.rows <= AT_ONCE:
        return profile(opening, at=at)
    known = kept(opening)
    if known is None:
        queueing.once(
            PROFILE, lock=f"{PROFILE}:{opening.path.stem}", queue="store",
            dataset=opening.dataset, version=opening.version, user_id=user_id,
        )  # fmt: skip
    return known


def forget(dataset: str, numbers: list[int]) -> int:
    """The rows of these versions are gone or others than before: so are their figures."""
    gone, _each = Profile.objects.filter(dataset=dataset, version__in=numbers).delete()
    words, _each = Distribution.objects.filter(dataset=dataset, version__in=numbers).delete()
    return gone + words


# --- Measuring -----------------------------------------------------------------------------------


def measured(opening: Opening) -> dict[str, Any]:
    """Types, empties, different values, ranges, frequent values, bins, and where points lie."""
    exact = opening.rows <= figures.EXACT_UP_TO
    with opening.connect() as connection:
        question = figures.one_pass(opening.fields, DATA, exact=exact)
        [row] = connection.execute(question).to_arrow_table().to_pylist()
        rows = row["rows"]
        columns = [
            _column(connection, one, rows, _of(row, number))
            for number, one in enumerate(opening.fields)
        ]
        return {
            "rows": rows,
            "exact": exact,
            "columns": columns,
            "places": _places(connection, opening),
        }


def _of(row: dict[str, Any], number: int) -> dict[str, Any]:
    before = f"{number}."
    return {key.removeprefix(before): row[key] for key in row if key.startswith(before)}


def _column(connection: Any, one: Field, rows: int, found: dict[str, Any]) -> dict[str, Any]:
    plain = {key: _plain(value) for key, value in found.items() if value is not None}
    made: dict[str, Any] = {
        "name": one.name, "type": str(one.type), "personal": one.is_personal,
        "empty": rows - found["filled"], **plain,
    }  # fmt: skip
    if one.is_personal or not found["filled"]:
        return made
    if one.type in figures.WORDS and found["distinct"] < found["filled"]:
        made["top"] = connection.execute(figures.most_frequent(one, DATA)).fetchall()
    if one.type in figures.NUMBERS | figures.TIMES and found["minimum"] is not None:
        made["bins"] = _bins(connection, one, found["minimum"], found["maximum"])
    return made


def _bins(connection: Any, one: Field, low: Any, high: Any) -> list[list[Any]]:
    """[from, to, rows]; `to` is left out of the bin, but for the last one."""
    first, last = _number(low), _number(high)
    cut = figures.span(one, first, last)
    if cut is None:
        return []
    counts = dict(
        connection.execute(figures.binned(one, DATA, cut), [cut.low, cut.width]).fetchall()
    )
    edges = [cut.low + cut.width * number for number in range(cut.bins + 1)]
    return [
        [_edge(one, edges[number]), _edge(one, edges[number + 1]), counts.get(number, 0)]
        for number in range(cut.bins)
    ]


def _number(value: Any) -> float:
    """As `figures.as_number` has it."""
    if isinstance(value, datetime):
        return (value - EPOCH).total_seconds()
    if isinstance(value, date):
        return float((value - EPOCH.date()).days)
    return float(value)


def _edge(one: Field, value: float) -> Any:
    if one.type == Type.DATE:
        return (EPOCH.date() + timedelta(days=value)).isoformat()
    if one.type == Type.MOMENT:
        return (EPOCH + timedelta(seconds=value)).isoformat()
    return int(value) if one.type == Type.INTEGER else value


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


# --- Places --------------------------------------------------------------------------------------


def _places(connection: Any, opening: Opening) -> dict[str, Any] | None:
    """Where points lie: how far they reach, and how many in each cell of a grid."""
    seen = {one.name: one for one in opening.fields if not one.is_personal}
    east = next((one for one in LONGITUDE if one in seen), None)
    north = next((one for one in LATITUDE if one in seen), None)
    if east is not None and north is not None:
        return _grid(connection, name(east), name(north), DATA)
    shape = next((one for one in seen.values() if one.type == Type.GEOMETRY), None)
    if shape is None:
        return None
    # The connection of an opening makes no table; the middles of shapes come from outside.
    middles = _middles(connection, shape.name)
    connection.register("middles", middles)
    try:
        return _grid(connection, "lon", "lat", "middles")
    finally:
        connection.unregister("middles")


def _middles(connection: Any, column: str) -> pa.Table:
    """The middle of each shape, in batches: a point of a table is 16 bytes, its GeoJSON is not."""
    question = f"select {name(column)} as s from {DATA} where {name(column)} is not null"
    lon, lat = [], []
    for batch in connection.execute(question).to_arrow_reader(POINTS):
        shapes = shapely.from_geojson(batch["s"].to_pylist(), on_invalid="ignore")
        middles = shapely.centroid(shapes)
        lon.append(pa.array(shapely.get_x(middles), pa.float64()))
        lat.append(pa.array(shapely.get_y(middles), pa.float64()))
    kind = pa.float64()
    return pa.table({"lon": pa.chunked_array(lon, kind), "lat": pa.chunked_array(lat, kind)})


def _grid(connection: Any, east: str, north: str, source: str) -> dict[str, Any] | None:
    count, west, south, right, top = connection.execute(
        figures.extent(east, north, source)
    ).fetchone()
    if not count:
        return None
    width, height = right - west, top - south
    longer = max(width, height) or 1.0
    across = max(1, round(figures.GRID * width / longer))
    up = max(1, round(figures.GRID * height / longer))
    cells = connection.execute(
        figures.gridded(east, north, source),
        [across, west, width / across or 1.0, up, south, height / up or 1.0],
    ).fetchall()
    return {
        "count": count, "west": west, "south": south, "east": right, "north": top,
        "across": across, "up": up, "cells": cells,
    }  # fmt: skip
