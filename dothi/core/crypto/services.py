"""Encrypt, hash and sign with the keys of this house.

Keys are files in `settings.KEYS`, outside the database and outside of backups, mode 600, made at
first use. `DOTHI_KEY_<NAME>` in the environment stands in for a file where there is no disk.

Every process sees a new key at once. The hash key is never rotated: exact search would find nothing
that was written before.
"""

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from dothi.core.audit.services import record
from dothi.core.crypto import registry, rules
from dothi.core.crypto.fields import EncryptedTextField

FIELD, HASH, SIGN = "field", "hash", "sign"
ENVIRONMENT = "DOTHI_KEY_FIELD"
BATCH = 500


class KeysFromEnvironment(Exception):
    """The field keys stand in `DOTHI_KEY_FIELD`: a new one is added there, by whoever sets it."""


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """How many values went over to the active key, and how many did not open with any."""

    values: int
    unreadable: int


def encrypt(text: str, *, purpose: str) -> str:
    """Encrypt with the active key. `purpose` is bound to the value and needed to open it."""
    ring = _ring(Path(settings.KEYS))
    key_id = max(ring)  # The newest.
    return rules.encrypt(text, key_id=key_id, key=ring[key_id], purpose=purpose)


def decrypt(token: str, *, purpose: str) -> str:
    """Open a value.

    Raises:
        rules.Unreadable: it was changed, has another purpose, or its key is gone.
    """
    folder = Path(settings.KEYS)
    keys = _ring(folder)
    if rules.key_id_of(token) not in keys:
        keys = _ring(folder, anew=True)  # Another process may have just made it.
    return rules.decrypt(token, keys=keys, purpose=purpose)


def keyed_hash(text: str, *, purpose: str) -> str:
    """Hash for exact search; the caller normalises the text."""
    return rules.keyed_hash(text, key=_single(HASH, Path(settings.KEYS)), purpose=purpose)


def sign(payload: Mapping[str, Any], *, purpose: str, expires: datetime) -> str:
    """Sign a small payload for a link."""
    return rules.sign(
        payload, key=_single(SIGN, Path(settings.KEYS)), purpose=purpose, expires=expires
    )


def unsign(token: str, *, purpose: str, at: datetime) -> dict[str, Any]:
    """Read a signed payload.

    Raises:
        rules.Expired, rules.Unreadable: see there.
    """
    return rules.unsign(token, key=_single(SIGN, Path(settings.KEYS)), purpose=purpose, at=at)


def make_keys() -> list[Path]:
    """Make the keys that are missing; say which files were made."""
    folder = Path(settings.KEYS)
    before = set(folder.glob("*.key"))
    _ring(folder)
    _single(HASH, folder)
    _single(SIGN, folder)
    return sorted(set(folder.glob("*.key")) - before)


def add_key(*, by: str, at: datetime) -> str:
    """Put a new key on the ring; new values use it at once, in every process. Return its id.

    Raises:
        KeysFromEnvironment: the keys of this house are no files.
    """
    if os.environ.get(ENVIRONMENT):
        raise KeysFromEnvironment
    folder = Path(settings.KEYS)
    key_id = f"{int(max(_ring(folder))) + 1:04d}"
    _file(folder / f"{FIELD}-{key_id}.key")
    with transaction.atomic():
        record("crypto.add_key", subject=f"crypto.key:{key_id}", by=by, at=at)
    return key_id


def active_key() -> str:
    """The id of the key that new values get."""
    return max(_ring(Path(settings.KEYS)))


def re_encrypt(
    *, by: str, at: datetime, tell: Callable[[str, int], None] | None = None
) -> Rotation:
    """Bring every encrypted value to the active key, in batches; it can be stopped and run again.

    The house goes on meanwhile: a value that somebody changes is left to that change. `tell` hears
    the place and the count as it goes. What does not open is counted and stays as it is.
    """
    active = active_key()
    values = unreadable = 0
    for column in _columns():
        done, lost = column.re_encrypt(active)
        values, unreadable = values + done, unreadable + lost
        if tell:
            tell(column.purpose, done)
    for store in registry.stores.values():
        done = store.re_encrypt(active)
        values += done
        if tell:
            tell(store.name, done)
    with transaction.atomic():
        record(
            "crypto.re_encrypt",
            subject=f"crypto.key:{active}",
            by=by,
            at=at,
            values=values,
            unreadable=unreadable,
        )
    return Rotation(values=values, unreadable=unreadable)


def retire_keys(*, by: str, at: datetime) -> list[str]:
    """Put away the keys that no value uses any more. Return their ids.

    They are called `.retired` and still open what was encrypted with them: a backup from before, or
    a value that was being written meanwhile. Whoever throws the file away ends that.
    """
    folder = Path(settings.KEYS)
    used = {active_key()}
    for column in _columns():
        used |= column.key_ids()
    for store in registry.stores.values():
        used |= store.key_ids()
    unused = [path for path in sorted(folder.glob(f"{FIELD}-*.key")) if _id_of(path) not in used]
    for path in unused:
        path.rename(path.with_suffix(".retired"))
        with transaction.atomic():
            record("crypto.retire_key", subject=f"crypto.key:{_id_of(path)}", by=by, at=at)
    return [_id_of(path) for path in unused]


@dataclass(frozen=True)
class _Column:
    """One encrypted column of one table, read and written as it lies there. Names are quoted."""

    purpose: str
    table: str
    column: str
    key: str

    def key_ids(self) -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute(f"select distinct split_part({self.column}, '.', 2) from {self.table}")
            return {row[0] for row in cursor.fetchall() if row[0]}

    def re_encrypt(self, active: str) -> tuple[int, int]:
        """How many values went over, and how many do not open."""
        done = lost = 0
        rows = self._stale(active)
        while rows:
            with transaction.atomic():
                for key, token in rows:
                    try:
                        text = decrypt(token, purpose=self.purpose)
                    except rules.Unreadable:
                        lost += 1
                        continue
                    done += self._replace(key, token, encrypt(text, purpose=self.purpose))
            rows = self._stale(active, rows[-1][0])
        return done, lost

    def _stale(self, active: str, after: Any = None) -> list[tuple[Any, str]]:
        onward = "" if after is None else f"and {self.key} > %s"
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                select {self.key}, {self.column} from {self.table}
                where {self.column} <> '' and {self.column} not like %s {onward}
                order by {self.key} limit %s
                """,
                [f"{rules.VERSION}.{active}.%", *([] if after is None else [after]), BATCH],
            )
            return list(cursor.fetchall())

    def _replace(self, key: Any, old: str, new: str) -> int:
        """Compare and set: what somebody wrote meanwhile stays."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"update {self.table} set {self.column} = %s "
                f"where {self.key} = %s and {self.column} = %s",
                [new, key, old],
            )
            return int(cursor.rowcount)


def _columns() -> Iterator[_Column]:
    quote = connection.ops.quote_name
    for model in apps.get_models():
        meta = model._meta
        for field in meta.local_concrete_fields:
            if isinstance(field, EncryptedTextField) and meta.pk is not None:
                names = (meta.db_table, field.column, meta.pk.column)
                yield _Column(f"{names[0]}.{names[1]}", *map(quote, names))


class _Ring:
    """The field keys of a folder by id, read anew when the folder has changed."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.stamp = 0
        self.keys: dict[str, bytes] = {}

    def read(self, folder: Path, *, anew: bool = False) -> dict[str, bytes]:
        stamp = _stamp(folder)
        if anew or not stamp or (folder, stamp) != (self.folder, self.stamp):
            # Retired ones sort before the active one: they have lower ids.
            paths = [*folder.glob(f"{FIELD}-*.key"), *folder.glob(f"{FIELD}-*.retired")]
            keys = {_id_of(path): _file(path) for path in paths or [folder / f"{FIELD}-0001.key"]}
            # The stamp from before the reading: what came in between is read the next time.
            self.keys, self.folder, self.stamp = keys, folder, stamp
        return self.keys


_rings = _Ring()


def _ring(folder: Path, *, anew: bool = False) -> dict[str, bytes]:
    """All field keys by id; the highest id is the active one."""
    if text := os.environ.get(ENVIRONMENT):
        return _from_environment(text)
    return _rings.read(folder, anew=anew)


@cache
def _from_environment(text: str) -> dict[str, bytes]:
    """`<64 hex digits>` or `0001:<64 hex digits>,0002:<64 hex digits>`."""
    found = {}
    for number, part in enumerate(text.split(","), start=1):
        key_id, _, digits = part.strip().rpartition(":")
        found[key_id or f"{number:04d}"] = bytes.fromhex(digits)
    return found


def _stamp(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _id_of(path: Path) -> str:
    return path.stem.removeprefix(f"{FIELD}-")


@cache
def _single(name: str, folder: Path) -> bytes:
    if text := os.environ.get(f"DOTHI_KEY_{name.upper()}"):
        return bytes.fromhex(text)
    return _file(folder / f"{name}.key")


def _file(path: Path) -> bytes:
    """Read a key, making it first if nobody did."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        # Written aside and linked into place: a reader never meets half a key.
        half = path.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}")
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(half, path)
        except FileExistsError:
            pass
        finally:
            half.unlink()
    return bytes.fromhex(path.read_text("utf-8").strip())
