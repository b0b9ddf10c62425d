"""The landing folder: every file as it was received, by its hash; nothing is ever overwritten."""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from dothi.core.audit.services import record
from dothi.datastore.ingestion.models import Delivery
from dothi.lib.codes import public_code

AT_MOST = 20 * 1024**3
CHUNK = 4 * 1024 * 1024


class TooLarge(Exception):
    """The file is larger than the landing folder takes. `size` is in bytes."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class HeldErased(Exception):
    """A person who was erased stands in this very file. It does not come in again."""


def receive(
    *,
    dataset: str,
    chunks: Iterable[bytes],
    name: str,
    by: str,
    at: datetime,
    at_most: int = AT_MOST,
) -> Delivery:
    """Keep a file that came for a dataset. The same file again is the same delivery.

    Args:
        chunks: the bytes of the file, in order; they are never held together.

    Raises:
        TooLarge, HeldErased: nothing is kept then.
    """
    sha256, size = _keep(chunks, at_most)
    return _noted(dataset, sha256, size, name=name, by=by, at=at)


def receive_file(
    path: Path, *, dataset: str, name: str, by: str, at: datetime, at_most: int = AT_MOST
) -> Delivery:
    """The same for a file that lies here already: by a link where that can be, however large it is.

    The file stays where it is; nobody may write into it any more.

    Raises:
        TooLarge, HeldErased: nothing is kept then. OSError: it cannot be read.
    """
    size = path.stat().st_size
    if size > at_most:
        raise TooLarge(size)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if not _linked(path, place_of(sha256)):
        with path.open("rb") as file:
            sha256, size = _keep(iter(lambda: file.read(CHUNK), b""), at_most)
    return _noted(dataset, sha256, size, name=name, by=by, at=at)


def _linked(path: Path, target: Path) -> bool:
    """Whether the file lies in its place by a link now; not across disks, or of somebody else."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    coming = target.with_name(f"coming-{secrets.token_hex(8)}")
    try:
        os.link(path, coming, follow_symlinks=False)
    except OSError:
        return False
    coming.chmod(0o440)
    os.replace(coming, target)
    return True


def _noted(dataset: str, sha256: str, size: int, *, name: str, by: str, at: datetime) -> Delivery:
    if Delivery.objects.filter(sha256=sha256).exclude(erased_at=None).exists():
        place_of(sha256).unlink(missing_ok=True)
        raise HeldErased(sha256)
    with transaction.atomic():
        delivery, new = Delivery.objects.get_or_create(
            dataset=dataset,
            sha256=sha256,
            defaults={
                "code": public_code("NH", at),
                "name": Path(name).name[:200] or sha256[:12],
                "size": size,
                "actor": by,
                "at": at,
            },
        )
        if new:
            record(
                "datastore.receive", subject=f"datastore.delivery:{delivery.code}", by=by, at=at,
                dataset=dataset, sha256=sha256, size=size,
            )  # fmt: skip
    return delivery


def place_of(sha256: str) -> Path:
    """Where the file of that hash lies."""
    return _folder() / sha256[:2] / sha256


def _folder() -> Path:
    return Path(settings.STORE) / "landing"


def _keep(chunks: Iterable[bytes], at_most: int) -> tuple[str, int]:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=folder, prefix="coming-")
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > at_most:
                    raise TooLarge(size)
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        target = place_of(digest.hexdigest())
        target.parent.mkdir(exist_ok=True, mode=0o700)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size
