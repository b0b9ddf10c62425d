"""Rows as files: streamed at any size, each value as it is."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
from django.conf import settings

from dothi.datastore.catalogue.choices import Share, Type
from dothi.datastore.catalogue.rules.contract import Contract, Field, places_in
from dothi.datastore.sharing.choices import Audience, Form
from dothi.datastore.sharing.rules import policy
from dothi.datastore.sharing.services.opening import Opening, narrowed
from dothi.datastore.tables import selectors as tables
from dothi.datastore.tables.registry import Told, Wanted
from dothi.lib import tables as sheets

if TYPE_CHECKING:
    from dothi.datastore.tables.models import Version

AT_ONCE = 5000
HASH = ".sha256"  # Beside a file: its hash, as hex digits.


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
            _put(half, target)
        finally:
            half.unlink(missing_ok=True)
    return target


def _put(half: Path, target: Path) -> None:
    """The first to be done gives the file, and writes its hash beside it."""
    with half.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with suppress(FileExistsError):
        os.link(half, target)
        target.with_name(target.name + HASH).write_text(digest, "ascii")


@dataclass(frozen=True, kw_only=True)
class Held:
    """A file that lies here: its size, and its hash where that is known."""

    bytes: int
    sha256: str = ""


def held_files(contract: Contract, share: Share, version: "Version") -> dict[Form, Held]:
    """The files that everybody gets of a version, as far as they were made already; none is made,
    and nothing is opened. Of rows about persons none: who may be in them changes by the day."""
    role = policy.role_of(contract, share=share, audience=Audience.EVERYBODY)
    if role is None or any(one.is_personal for one in contract.fields):
        return {}
    place = tables.serving_place(version, narrowed(role, version.shape))
    folder = _exports() / contract.dataset
    found = {form: folder / f"{place.stem}.{form}" for form in (Form.PARQUET, Form.XLSX)}
    return {
        form: held
        for form, path in {**found, Form.DUCKDB: place}.items()
        if (held := _held(path)) is not None
    }


def _held(path: Path) -> Held | None:
    try:
        size = path.stat().st_size
        beside = path.with_name(path.name + HASH)
        return Held(bytes=size, sha256=beside.read_text("ascii") if beside.exists() else "")
    except FileNotFoundError:  # Swept away meanwhile.
        return None


def sweep() -> int:
    """Remove files whose serving file is gone. Return how many."""
    kept = {path.stem for path in (Path(settings.STORE) / "serving").rglob("*.duckdb")}
    there = (path for path in _exports().rglob("*.*") if path.is_file())
    gone = [path for path in there if path.name.partition(".")[0] not in kept]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def copies(wanted: Wanted) -> Told:
    """How many files of rows were made of the table and lie beside its serving files."""
    folder = _exports() / wanted.table
    return {"exports": sum(_is_file(path) for path in folder.rglob("*")) if wanted.rows else 0}


def forget_copies(wanted: Wanted) -> Told:
    """A person is erased: files that were made of rows before are made anew when asked for."""
    folder = _exports() / wanted.table
    gone = [path for path in folder.rglob("*") if path.is_file()]
    for path in gone:
        path.unlink(missing_ok=True)
    return {"exports": sum(path.suffix != HASH for path in gone)}


def _is_file(path: Path) -> bool:
    return path.is_file() and path.suffix != HASH


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
