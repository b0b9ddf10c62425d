"""Files of any kind as batches of text: nothing lost, nothing garbled, every line accounted for.

`members` lists an archive, `sniff` says what a file is, `read` gives its rows, `profile` looks at
them, `propose` makes a contract of what was seen, `departing` says why a file stops at the door.
"""

from collections.abc import Iterator
from pathlib import Path

from dothi.datastore.ingestion.readers import (
    archive,
    csv_file,
    json_file,
    parquet_file,
    workbook,
)
from dothi.datastore.ingestion.readers.archive import members
from dothi.datastore.ingestion.readers.batch import Batch, Faulty
from dothi.datastore.ingestion.readers.looking import ROWS, carried_on, departing, worth_a_look
from dothi.datastore.ingestion.readers.profiling import ColumnProfile, profile
from dothi.datastore.ingestion.readers.proposing import propose
from dothi.datastore.ingestion.readers.shape import Format, Reason, Shape, Unreadable
from dothi.datastore.ingestion.readers.sniffing import Stated, sniff
from dothi.datastore.ingestion.readers.workbook import sheets

__all__ = [
    "ROWS", "Batch", "ColumnProfile", "Faulty", "Format", "Reason", "Shape", "Stated", "Unreadable",
    "carried_on", "departing", "members", "profile", "propose", "read", "sheets", "sniff",
    "worth_a_look",
]  # fmt: skip


def read(path: Path, shape: Shape, *, skip: int = 0) -> Iterator[Batch]:
    """The rows of the file, batch by batch.

    Args:
        skip: the `position` of the last batch that was finished: reading goes on behind it.

    Raises:
        Unreadable: the file is not, or no longer, what the shape says.
    """
    if shape.format.is_workbook:
        return workbook.read(path, shape, skip=skip)
    if shape.format == Format.PARQUET:
        return parquet_file.read(path, shape, skip=skip)
    if shape.format == Format.CSV:
        return _read_csv(path, shape, skip)
    return json_file.read(path, shape, skip=skip)


def _read_csv(path: Path, shape: Shape, skip: int) -> Iterator[Batch]:
    with archive.opened(path, shape.member) as file:
        yield from csv_file.read(file, shape, skip=skip)
