"""The data store in a backup: every version that can be read, as of one moment."""

import re
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dothi.run.database import Database
from dothi.run.words import CannotWork

NAME = "store.tar"
TABLES = "tables"
LOG = "_delta_log"
# A commit or a checkpoint; what is being written has another name.
ENTRY = re.compile(r"\d{20}\.[\w.-]*(json|parquet)")
# `dothi.datastore.tables.services.copying`, without Django: a backup before an upgrade is taken of
# a database that is older than this program.
HOLD = "select pg_advisory_lock_shared(7204, 0)"


@contextmanager
def held(base: Database) -> Iterator[None]:
    """No file leaves the store meanwhile. Publishing goes on: files come, and never change."""
    with base.connect() as connection:
        connection.execute(HOLD)
        yield


def pack(target: Path, store: Path) -> None:
    """Pack the tables of the store: within `held`, and after the database was saved.

    The logs come before the files that they name, so every version in them is whole. Versions that
    came after the database was saved are in the logs only; the next writer writes their rows.
    Serving files are built anew by a restore.
    """
    with tarfile.open(target, "w") as archive:
        for table in _tables(store):
            # First what names a checkpoint, then the checkpoints.
            for pattern in (f"{LOG}/_last_checkpoint", f"{LOG}/*", "*.parquet"):
                for path in sorted(table.glob(pattern)):
                    if pattern != f"{LOG}/*" or ENTRY.fullmatch(path.name):
                        archive.add(path, arcname=str(path.relative_to(store)))


def _tables(store: Path) -> list[Path]:
    folder = store / TABLES
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in found if (path / LOG).is_dir()]


def require_empty(store: Path) -> None:
    """A restore does not mix its tables with those of another house.

    Raises:
        CannotWork: there are tables.
    """
    if _tables(store):
        raise CannotWork(f"there are tables in {store}; restore elsewhere.")


def unpack(source: Path, store: Path) -> None:
    """Bring the tables back. Backups from before there was a store have none."""
    if not source.exists():
        return
    require_empty(store)
    store.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tarfile.open(source) as archive:
        archive.extractall(store, filter="data")


def empty(store: Path) -> None:
    """Take the tables away that a restore brought which came to nothing."""
    shutil.rmtree(store / TABLES, ignore_errors=True)


def build() -> None:
    """Build the serving files that there were."""
    from dothi.core import clock
    from dothi.datastore.tables import services

    services.serve_again(at=clock.now())
