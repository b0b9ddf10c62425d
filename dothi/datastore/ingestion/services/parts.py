"""The files that a run writes: Parquet parts, and beside each the lines that its rows stood in."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from dothi.datastore.ingestion.models import Run
from dothi.datastore.tables import services as tables


@dataclass(frozen=True, kw_only=True)
class Part:
    """One file of taken rows. `skip` is where in the delivery it begins, to find its bytes again;
    None for mended rows, which stand anywhere."""

    file: str
    rows: int
    skip: int | None

    @property
    def lines_file(self) -> str:
        return self.file.replace(".parquet", ".lines")

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        return cls(**kept)


def parts_of(run: Run) -> list[Part]:
    return [Part.of(kept) for kept in run.parts]


def folder_of(run: Run) -> Path:
    return tables.workspace(run.dataset, run.code)


def paths_of(run: Run) -> list[Path]:
    """The files whose rows are to be published."""
    folder = folder_of(run)
    return [folder / part.file for part in parts_of(run) if part.rows]


def write(
    run: Run,
    name: str,
    rows: Sequence[pa.Table] | pa.Table,
    lines: Sequence[pa.Table] | pa.Table,
    *,
    skip: int | None,
) -> Part:
    """Write a part so that it is whole or not there; an older try of the same name is replaced."""
    folder = folder_of(run)
    whole = rows if isinstance(rows, pa.Table) else pa.concat_tables(rows)
    places = lines if isinstance(lines, pa.Table) else pa.concat_tables(lines)
    part = Part(file=f"{name}.parquet", rows=len(whole), skip=skip)
    write_file(places, folder / part.lines_file)
    write_file(whole, folder / part.file)
    return part


def lines_of(run: Run, part: Part) -> pa.Table:
    """`_line` and `_span` of the rows of a part, in their order."""
    return pq.read_table(folder_of(run) / part.lines_file)


def rows_of(run: Run, part: Part) -> pa.Table:
    return pq.read_table(folder_of(run) / part.file)


def write_file(table: pa.Table, path: Path) -> None:
    """Write a Parquet file whole or not at all, never in place: one of an earlier try may be part
    of a version already."""
    coming = path.with_suffix(f"{path.suffix}.coming")
    pq.write_table(table, coming, compression="zstd", compression_level=1)
    with coming.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(coming, path)
