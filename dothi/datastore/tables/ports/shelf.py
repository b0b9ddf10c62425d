"""Files come into the folder of a table under names that nothing had before."""

import os
import uuid
from collections.abc import Sequence
from pathlib import Path

from dothi.datastore.tables.ports.engine import sync
from dothi.datastore.tables.ports.lake import File, part
from dothi.datastore.tables.rules.columns import Columns


def take(location: Path, parts: Sequence[Path], *, columns: Columns) -> tuple[File, ...]:
    """Link Parquet files into a table, after a look at each; they stay where they are, too.

    A run that was killed finds its parts as it left them. What no commit names is vacuumed.

    Raises:
        SchemaRefused: a part has other columns than were announced.
    """
    looked_at = [part(path, columns) for path in parts]
    location.mkdir(parents=True, exist_ok=True, mode=0o700)
    batch = uuid.uuid4().hex
    taken = []
    for number, (path, file) in enumerate(zip(parts, looked_at, strict=True)):
        if not file.rows:
            continue
        sync(path)
        new = f"{batch}-{number:05}.parquet"
        os.link(path, location / new)
        taken.append(File(new, file.size, file.rows))
    sync(location)
    return tuple(taken)


def anew(location: Path, files: Sequence[File]) -> tuple[File, ...]:
    """The same files under new names: a commit that changes the columns may not keep a name."""
    batch = uuid.uuid4().hex
    named = []
    for number, one in enumerate(files):
        new = f"{batch}-{number:05}.parquet"
        os.link(location / one.path, location / new)
        named.append(File(new, one.size, one.rows))
    sync(location)
    return tuple(named)
