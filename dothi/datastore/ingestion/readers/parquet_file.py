"""Parquet: typed columns as plain text, row group by row group."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from dothi.datastore.ingestion.readers import archive, heads
from dothi.datastore.ingestion.readers.batch import LINE, SPAN, Batch
from dothi.datastore.ingestion.readers.shape import Format, Reason, Shape, Unreadable
from dothi.datastore.ingestion.readers.values import as_json, text_of

ROWS = 50_000  # Of a batch.


def sniff(path: Path, member: str) -> Shape:
    """The columns of the file; it says itself what it is.

    Raises:
        Unreadable: it is broken or encrypted.
    """
    with archive.as_file(path, member) as file, _opened(file) as source:
        names = source.schema_arrow.names
    return Shape(format=Format.PARQUET, heads=heads.unique(names), member=member)


def read(path: Path, shape: Shape, *, skip: int = 0) -> Iterator[Batch]:
    """Batches of rows; lines are rows from 1, and `position` is the last row that was read."""
    with archive.as_file(path, shape.member) as file, _opened(file) as source:
        if len(source.schema_arrow.names) != len(shape.heads):
            raise Unreadable(
                Reason.COLUMNS, expected=len(shape.heads), found=len(source.schema_arrow.names)
            )
        groups, before = _groups(source, skip)
        line = before + 1
        for part in source.iter_batches(batch_size=ROWS, row_groups=groups):
            left_out = min(max(skip + 1 - line, 0), part.num_rows)
            line += left_out
            part = part.slice(left_out)
            if part.num_rows:
                yield _batch(part, shape, line)
            line += part.num_rows


def _groups(source: parquet.ParquetFile, skip: int) -> tuple[list[int], int]:
    """The row groups that hold rows behind `skip`, and how many rows come before them."""
    before, first = 0, 0
    while first < source.num_row_groups:
        rows = source.metadata.row_group(first).num_rows
        if before + rows > skip:
            break
        before, first = before + rows, first + 1
    return list(range(first, source.num_row_groups)), before


def _batch(part: pa.RecordBatch, shape: Shape, line: int) -> Batch:
    columns = [texts(column) for column in part.columns]
    columns.append(pa.array(range(line, line + part.num_rows), pa.int64()))
    columns.append(pa.array([1] * part.num_rows, pa.int32()))
    rows = pa.Table.from_arrays(columns, names=[*shape.heads, LINE, SPAN])

    def raw_of(wanted: int) -> bytes:
        return as_json(
            rows.slice(wanted - line, 1).select(list(shape.heads)).to_pylist()[0]
        ).encode()

    return Batch(
        rows=rows, faulty=[], head=0, blank=0, lines=part.num_rows,
        position=line + part.num_rows - 1, raw_of=raw_of,
    )  # fmt: skip


def texts(column: pa.Array) -> pa.Array:
    """A column of any type as text, null where it is empty."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        written = pc.utf8_normalize(column.cast(pa.string()), form="NFC")
        return pc.if_else(pc.equal(written, ""), None, written)
    if pa.types.is_timestamp(kind):
        iso = pc.replace_substring(column.cast(pa.string()), " ", "T")
        return pc.replace_substring_regex(iso, r"\.0+(Z?)$", r"\1")
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_date32(kind):
        return column.cast(pa.string())
    return pa.array([text_of(value) for value in column.to_pylist()], pa.string())


@contextmanager
def _opened(path: Path) -> Iterator[parquet.ParquetFile]:
    try:
        with parquet.ParquetFile(path) as source:
            yield source
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        reason = Reason.ENCRYPTED if "encrypt" in str(error) else Reason.BROKEN
        raise Unreadable(reason, said=str(error)) from error
