"""Rows as files: streamed at any size, each value as it is."""

import json
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.conf import settings

from dothi.datastore.catalogue.choices import Type
from dothi.datastore.catalogue.rules.contract import Field, places_in
from dothi.datastore.sharing.choices import Form
from dothi.datastore.sharing.services.opening import Opening
from dothi.datastore.tables.registry import Told, Wanted
from dothi.lib import tables as sheets

AT_ONCE = 5000


class TooManyRows(Exception):
    """A sheet does not hold so many rows; `most` says how many it does."""

    def __init__(self, rows: int, most: int) -> None:
        super().__init__(rows, most)
        self.rows, self.most = rows, most


class NoPlaces(Exception):
    """The dataset has no place or area that this person sees."""


def forms_of(opening: Opening) -> list[Form]:
    """The kinds of file in which this opening can be had."""
    left_out = set()
    if places_of(opening) is None:
        left_out.add(Form.GEOJSON)
    if opening.rows > sheets.MOST_IN_A_SHEET:
        left_out.add(Form.XLSX)
    return [form for form in Form if form not in left_out]


def stream(opening: Opening, form: Form) -> Iterator[bytes]:
    """The file piece by piece: CSV, JSON or GeoJSON.

    Raises:
        NoPlaces: of GeoJSON, before the first piece.
    """
    match form:
        case Form.CSV:
            return (line.encode() for line in _csv(opening))
        case Form.JSON:
            return _json(opening)
        case Form.GEOJSON:
            if places_of(opening) is None:
                raise NoPlaces(opening.dataset)
            return _geojson(opening)
    raise ValueError(form)


def whole_file(opening: Opening, form: Form) -> Path:
    """The file on disk, made once for each version and audience: Parquet, XLSX or DuckDB.

    It lies beside the serving file and goes when that goes.

    Raises:
        TooManyRows: of XLSX.
    """
    if form == Form.DUCKDB:
        return opening.path
    if form == Form.XLSX and opening.rows > sheets.MOST_IN_A_SHEET:
        raise TooManyRows(opening.rows, sheets.MOST_IN_A_SHEET)
    target = _exports() / opening.dataset / f"{opening.path.stem}.{form}"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix="coming-")
        os.close(handle)
        half = Path(name)
        try:
            _write(opening, form, half)
            os.replace(half, target)
        except BaseException:
            half.unlink(missing_ok=True)
            raise
    return target


def sweep() -> int:
    """Remove files whose serving file is gone. Return how many."""
    kept = {path.stem for path in (Path(settings.STORE) / "serving").rglob("*.duckdb")}
    gone = [path for path in _exports().rglob("*.*") if path.is_file() and path.stem not in kept]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def copies(wanted: Wanted) -> Told:
    """How many files of rows were made of the table and lie beside its serving files."""
    folder = _exports() / wanted.table
    return {"exports": sum(path.is_file() for path in folder.rglob("*")) if wanted.rows else 0}


def forget_copies(wanted: Wanted) -> Told:
    """A person is erased: files that were made of rows before are made anew when asked for."""
    folder = _exports() / wanted.table
    gone = [path for path in folder.rglob("*") if path.is_file()]
    for path in gone:
        path.unlink(missing_ok=True)
    return {"exports": len(gone)}


def _exports() -> Path:
    return Path(settings.STORE) / "exports"


def _write(opening: Opening, form: Form, path: Path) -> None:
    if form == Form.XLSX:
        with path.open("wb") as file:
            rows = ([_cell(row[one.name]) for one in opening.fields] for row in _rows(opening))
            sheets.write_xlsx(file, [one.name for one in opening.fields], rows)
        return
    # The connection of an opening writes nothing: rows go over in batches.
    with opening.connect() as connection:
        reader = connection.execute("select * from data").to_arrow_reader(AT_ONCE * 20)
        with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(batch)


def _rows(opening: Opening) -> Iterator[dict[str, Any]]:
    with opening.connect() as connection:
        for batch in connection.execute("select * from data").to_arrow_reader(AT_ONCE):
            yield from batch.to_pylist()


# --- CSV -----------------------------------------------------------------------------------------


def _csv(opening: Opening) -> Iterator[str]:
    """Texts that a spreadsheet would take for a formula get an apostrophe; nothing else changes."""
    texts = {one.name for one in opening.fields if one.type == Type.TEXT}
    yield from sheets.exact_csv_lines(
        [one.name for one in opening.fields],
        (
            [
                sheets.plain(row[one.name]) if one.name in texts else _text(row[one.name])
                for one in opening.fields
            ]
            for row in _rows(opening)
        ),
    )


def _text(value: Any) -> str:
    """ISO 8601 for times, in UTC; numbers with a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else str(value)


def _cell(value: Any) -> Any:
    return value.astimezone() if isinstance(value, datetime) else value


# --- JSON ----------------------------------------------------------------------------------------


def _json(opening: Opening) -> Iterator[bytes]:
    yield b"["
    for number, row in enumerate(_rows(opening)):
        yield (b",\n" if number else b"\n") + _dumped(
            {one.name: _plain(row[one.name], one) for one in opening.fields}
        )
    yield b"\n]\n"


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _plain(value: Any, one: Field) -> Any:
    if isinstance(value, datetime | date):
        return _text(value)
    if one.type == Type.GEOMETRY and value is not None:
        return json.loads(value)
    return value


# --- GeoJSON -------------------------------------------------------------------------------------


def places_of(opening: Opening) -> tuple[str, ...] | None:
    """The column of shapes, or those of longitude and latitude; None without either."""
    return places_in(opening.fields)


def _geojson(opening: Opening) -> Iterator[bytes]:
    """RFC 7946: one feature a row; a row without a place has the geometry null."""
    places = places_of(opening)
    assert places is not None
    others = [one for one in opening.fields if one.name not in places]
    yield b'{"type": "FeatureCollection", "features": ['
    for number, row in enumerate(_rows(opening)):
        feature = {
            "type": "Feature",
            "geometry": _geometry(row, places),
            "properties": {one.name: _plain(row[one.name], one) for one in others},
        }
        yield (b",\n" if number else b"\n") + _dumped(feature)
    yield b"\n]}\n"


def _geometry(row: dict[str, Any], places: tuple[str, ...]) -> Any:
    values = [row[name] for name in places]
    if any(value is None for value in values):
        return None
    return json.loads(values[0]) if len(values) == 1 else {"type": "Point", "coordinates": values}
