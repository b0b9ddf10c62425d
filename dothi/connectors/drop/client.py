"""The folder: which files are whole, and where they go afterwards.

A file is whole when nobody has written to it for a while; the time of its last change (ctime) tells
it, which no program can set back. Files that are known to be half-written by their names wait, too.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

TAKEN, REFUSED = "taken", "refused"
QUIET_SECONDS = 30
HALF = (".part", ".partial", ".tmp", ".filepart", ".crdownload", ".swp", ".lock")


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """A file that lies in the folder; `stamp` changes with every write to it."""

    path: Path
    stamp: tuple[int, int, int]


class OutOfBounds(Exception):
    """The folder is not below the one where files are dropped."""


def folder_of(root: Path, name: str) -> Path:
    """The folder of a source, made where it is missing.

    Raises:
        OutOfBounds: the name leads elsewhere.
    """
    folder = (root / name).resolve()
    if not folder.is_relative_to(root.resolve()):
        raise OutOfBounds(name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def whole(folder: Path, pattern: str, *, at: datetime) -> list[Dropped]:
    """The files that are whole, the oldest first."""
    quiet_since = (at.timestamp() - QUIET_SECONDS) * 1e9
    found = [one for one in _files(folder, pattern) if one.stamp[2] <= quiet_since]
    return sorted(found, key=lambda one: (one.stamp[1], one.path.name))


def stamp_of(path: Path) -> tuple[int, int, int]:
    """Size, time of writing, time of any change."""
    status = path.stat(follow_symlinks=False)
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def put_away(origin: Path, folder: Path, name: str, reason: str = "") -> None:
    """Move a file into a folder of files that are done with; a reason lies beside it. One that is
    gone already was put away before."""
    folder.mkdir(exist_ok=True)
    target = folder / name
    try:
        os.replace(origin, target)
    except FileNotFoundError:
        return
    if reason:
        target.with_name(f"{name}.txt").write_text(reason + "\n", "utf-8")


def everything(folder: Path) -> list[Path]:
    """All files of a source: waiting, taken, refused; not those of a source below it."""
    places = (folder, folder / TAKEN, folder / REFUSED)
    return sorted(
        path
        for place in places if place.is_dir()
        for path in place.iterdir() if path.is_file() and not path.is_symlink()
    )  # fmt: skip


def remove(path: Path, folder: Path, note: str) -> None:
    """Take a file away for good; a note in the folder of refused files says so."""
    folder.mkdir(exist_ok=True)
    (folder / f"{path.name}.txt").write_text(note + "\n", "utf-8")
    path.unlink(missing_ok=True)


def _files(folder: Path, pattern: str) -> Iterator[Dropped]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith((".", "~")) or name.lower().endswith(HALF):
                continue
            if entry.is_file(follow_symlinks=False) and fnmatchcase(name, pattern):
                yield Dropped(path=folder / name, stamp=stamp_of(folder / name))
