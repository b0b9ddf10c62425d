"""What only the whole delivery can tell: rows that are there twice, and rows that refer to nothing.

Such rows were taken first. They are taken out of their parts again, and their bytes are looked up
in the file, so that they stand aside like all others.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import duckdb
import numpy as np
import pyarrow as pa
from django.db import transaction

from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.ingestion import readers
from dothi.datastore.ingestion.choices import Check
from dothi.datastore.ingestion.engine import MEMORY, Wrong
from dothi.datastore.ingestion.models import Aside, Run
from dothi.datastore.ingestion.readers import Shape
from dothi.datastore.ingestion.rules import fitting
from dothi.datastore.ingestion.rules.checking import LINE, SPAN
from dothi.datastore.ingestion.rules.ledger import Fault, moved_back
from dothi.datastore.ingestion.services import parts, putting_aside
from dothi.datastore.ingestion.services.landing import place_of
from dothi.datastore.ingestion.services.parts import Part
from dothi.datastore.tables import selectors as tables

Places = dict[str, dict[int, list[Fault]]]  # File of a part → number of the row in it → faults.


def settle(run: Run, contract: Contract, shape: Shape) -> None:
    """Put aside what is there twice by key or unique column, then what refers to nothing."""
    files = {part.file: part for part in parts.parts_of(run) if part.rows}
    if not files:
        return
    found: Places = {}
    with _engine(run) as connection:
        for fault, names in _uniques(contract):
            _note(found, fault, _twice(connection, run, files, names))
        for fault, name, dataset, column in _references(contract):
            _note(found, fault, _unknown(connection, run, files, name, dataset, column))
    for file in found:
        heads = fitting.known_as(contract, shape.heads)
        _take_out(run, shape, heads, files[file], found[file])


@contextmanager
def _engine(run: Run) -> Iterator[duckdb.DuckDBPyConnection]:
    spill = parts.folder_of(run) / "spill"
    connection = duckdb.connect(
        config={"memory_limit": MEMORY, "temp_directory": str(spill), "threads": 2}
    )
    try:
        yield connection
    finally:
        connection.close()


def _uniques(contract: Contract) -> Iterator[tuple[Fault, tuple[str, ...]]]:
    if contract.key:
        yield Fault(check=Check.TWICE, column="+".join(contract.key)), contract.key
    for one in contract.fields:
        if one.unique and (one.name,) != contract.key:
            yield Fault(check=Check.TWICE, column=one.name), (one.name,)


def _references(contract: Contract) -> Iterator[tuple[Fault, str, str, str]]:
    for one in contract.fields:
        if one.reference:
            dataset, column = one.reference.split(".")
            yield Fault(check=Check.REFERENCE, column=one.name), one.name, dataset, column


def _note(found: Places, fault: Fault, places: Iterable[tuple[str, int]]) -> None:
    for file, number in places:
        found.setdefault(file, {}).setdefault(number, []).append(fault)


def _rows(connection: duckdb.DuckDBPyConnection, run: Run, files: Iterable[str]) -> None:
    folder = parts.folder_of(run)
    connection.read_parquet(
        [str(folder / file) for file in sorted(files)], filename=True, file_row_number=True
    ).create_view("rows", replace=True)


def _twice(
    connection: duckdb.DuckDBPyConnection, run: Run, files: Iterable[str], names: Sequence[str]
) -> list[tuple[str, int]]:
    """All but the first of the rows that agree in these columns; empty ones agree with none."""
    _rows(connection, run, files)
    by = ", ".join(f'"{name}"' for name in names)
    full = " and ".join(f'"{name}" is not null' for name in names)
    connection.execute(
        f"create or replace temp table doubled as select {by} from rows where {full}"
        f" group by {by} having count(*) > 1"
    )
    found = connection.execute(
        f"select filename, file_row_number from rows semi join doubled using ({by})"
        f" qualify row_number() over (partition by {by} order by filename, file_row_number) > 1"
    ).fetchall()
    return [(str(file).rpartition("/")[2], int(number)) for file, number in found]


def _unknown(
    connection: duckdb.DuckDBPyConnection, run: Run, files: Iterable[str],
    name: str, dataset: str, column: str,
) -> list[tuple[str, int]]:  # fmt: skip
    """Rows whose value is not in a column of another dataset as it is published now."""
    _rows(connection, run, files)
    version = tables.latest(dataset)
    known = tables.files(version) if version is not None else []
    if known:
        connection.read_parquet(known).create_view("known", replace=True)
    there = f'and "{name}" not in (select "{column}" from known where "{column}" is not null)'
    found = connection.execute(
        f'select filename, file_row_number from rows where "{name}" is not null'
        f" {there if known else ''}"
    ).fetchall()
    return [(str(file).rpartition("/")[2], int(number)) for file, number in found]


def _take_out(
    run: Run, shape: Shape, heads: Mapping[str, str], part: Part, wrong: dict[int, list[Fault]]
) -> None:
    """Write the part anew without these rows, and put them aside, in one step."""
    rows, lines = parts.rows_of(run, part), parts.lines_of(run, part)
    stay = np.ones(len(rows), dtype=bool)
    numbers = sorted(wrong)
    stay[numbers] = False
    out = [
        Wrong(line=row[LINE], span=row[SPAN], faults=tuple(wrong[number]))
        for number, row in zip(numbers, lines.take(pa.array(numbers)).to_pylist(), strict=True)
    ]
    mask = pa.array(stay)
    new = parts.write(
        run, f"{part.file.removesuffix('.parquet')}-s", rows.filter(mask), lines.filter(mask),
        skip=part.skip,
    )  # fmt: skip
    aside = _with_bytes(run, shape, heads, part, out)
    with transaction.atomic():
        putting_aside.keep(aside)
        moved = moved_back(run.ledger, rows=len(out), lines=sum(one.span for one in out))
        run.taken, run.taken_lines = moved.taken, moved.taken_lines
        run.aside, run.aside_lines = moved.aside, moved.aside_lines
        run.parts = [new.as_dict() if one["file"] == part.file else one for one in run.parts]
        run.save()


def _with_bytes(
    run: Run, shape: Shape, heads: Mapping[str, str], part: Part, wrong: Sequence[Wrong]
) -> list[Aside]:
    """Look the rows up in the file once more: from where their part begins until all are found."""
    assert part.skip is not None
    waiting = {one.line: one for one in wrong}
    last = max(waiting)
    found: list[Aside] = []
    for batch in readers.read(place_of(run.delivery.sha256), shape, skip=part.skip):
        here = [waiting[line] for line in batch.rows[LINE].to_pylist() if line in waiting]
        found += putting_aside.of_rows(run, batch, here, heads)
        if len(batch.rows) and batch.rows[LINE][-1].as_py() >= last:
            break
    assert len(found) == len(wrong), "a row that was taken is not in its file any more"
    return found
