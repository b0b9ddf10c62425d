"""Files in a ZIP archive: listed, measured before they are unpacked, opened as streams."""

import lzma
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from dothi.datastore.ingestion.readers.shape import Reason, Unreadable

MAGIC = b"PK\x03\x04"
MOST_BYTES = 20 * 1024**3  # Unpacked, of one member.
MOST_RATIO = 200  # Plain text packs 5 to 20 times.
MOST_MEMBERS = 1000
# Below this size the ratio says nothing: a small table of zeros packs well.
_SMALL = 64 * 1024**2
_INNER = ("[Content_Types].xml", "mimetype", "META-INF/manifest.xml")
_ENCRYPTED = 0x1
# What reading a damaged archive can end in.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError,
    struct.error, UnicodeDecodeError,
)  # fmt: skip


def members(path: Path) -> list[str]:
    """The files of an archive that can be read, in its order; none for any other file.

    A workbook is an archive too, but one file to us.

    Raises:
        Unreadable: it is broken, encrypted, or would grow beyond every measure.
    """
    with path.open("rb") as file:
        if file.read(4) != MAGIC:
            return []
    with _archive(path) as packed:
        infos = packed.infolist()
        if any(info.filename in _INNER for info in infos):
            return []
        if len(infos) > MOST_MEMBERS:
            raise Unreadable(Reason.BOMB, members=len(infos), at_most=MOST_MEMBERS)
        found = [info for info in infos if not _is_left_out(info.filename)]
        for info in found:
            check(info)
        return [info.filename for info in found]


def check(info: zipfile.ZipInfo, *, most: int = MOST_BYTES) -> None:
    """Refuse a member that is encrypted or would grow too large.

    Raises:
        Unreadable: with the figures.
    """
    if info.flag_bits & _ENCRYPTED:
        raise Unreadable(Reason.ENCRYPTED, member=info.filename)
    if info.file_size > most:
        raise Unreadable(Reason.BOMB, member=info.filename, bytes=info.file_size, at_most=most)
    ratio = info.file_size / max(info.compress_size, 1)
    if info.file_size > _SMALL and ratio > MOST_RATIO:
        raise Unreadable(Reason.BOMB, member=info.filename, ratio=round(ratio), at_most=MOST_RATIO)


@contextmanager
def opened(path: Path, member: str = "") -> Iterator[IO[bytes]]:
    """The file, or a member of it, as a stream from its beginning.

    Raises:
        Unreadable: there is no such member, or it is refused.
    """
    if not member:
        with path.open("rb") as file:
            yield file
        return
    with _archive(path) as packed:
        try:
            info = packed.getinfo(member)
        except KeyError as error:
            raise Unreadable(Reason.NO_MEMBER, member=member) from error
        check(info)
        try:
            stream = packed.open(info)
        except (OSError, ValueError, RuntimeError) as error:  # Places that are not in the file.
            raise Unreadable(Reason.BROKEN, said=str(error)) from error
        with stream:
            yield stream


@contextmanager
def as_file(path: Path, member: str = "") -> Iterator[Path]:
    """The file, or a member unpacked to a temporary one, for readers that jump about in it."""
    if not member:
        yield path
        return
    with opened(path, member) as stream, tempfile.NamedTemporaryFile(prefix="dothi-") as copy:
        shutil.copyfileobj(stream, copy, 1024 * 1024)
        copy.flush()
        yield Path(copy.name)


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as packed:
            yield packed
    except DAMAGE as error:
        raise Unreadable(Reason.BROKEN, said=str(error)) from error


def _is_left_out(name: str) -> bool:
    """Folders, and what systems put beside the files of people."""
    last = name.rpartition("/")[2]
    return not last or last.startswith(".") or name.startswith("__MACOSX/")
