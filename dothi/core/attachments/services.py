"""Take files in, and let them go."""

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import IO, NamedTuple

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from dothi.core.attachments import ports, rules
from dothi.core.attachments.choices import Kind, Refusal
from dothi.core.attachments.models import SHELVES, Attachment
from dothi.core.attachments.rules import Refused
from dothi.core.attachments.selectors import NO_OWNER
from dothi.core.rows import append
from dothi.lib import codes
from dothi.lib.geo import Point
from dothi.lib.text_vi import nfc

UNCLAIMED = timedelta(days=1)


class Taken(NamedTuple):
    """What came in, and where the camera says it was; the place itself is not kept here."""

    attachment: Attachment
    place: Point | None


def take(
    *, file: IO[bytes] | bytes, name: str, by: str, at: datetime, owner: str = NO_OWNER,
    public: bool = False,
) -> Taken:  # fmt: skip
    """Take a file: sniff, scan, make pictures anew, store. It is private unless said otherwise.

    A file without an owner is thrown away after a day; `claim` gives it one.

    Raises:
        Refused: with a sentence that says why.
    """
    content = file if isinstance(file, bytes) else file.read(rules.MAX_BYTES + 1)
    kind = rules.sniff(content)
    _scan(content)
    picture = rules.make_picture(content) if kind == Kind.IMAGE else None
    kept = picture.content if picture else content
    attachment = Attachment(
        code=codes.secret().replace("-", ""),
        owner=owner,
        kind=kind,
        name=nfc(PurePath(name.replace("\\", "/")).name)[-120:],
        size=len(kept),
        sha256=hashlib.sha256(kept).hexdigest(),
        width=picture.width if picture else None,
        height=picture.height if picture else None,
        likeness=picture.likeness if picture else None,
        public=public,
        actor=by,
        created_at=at,
    )
    # Files first: a row without its file would be a promise that cannot be kept. When the
    # transaction goes back, `sweep_orphans` finds them.
    default_storage.save(attachment.path(), ContentFile(kept))
    for size, small in (picture.renditions if picture else {}).items():
        default_storage.save(attachment.path(size), ContentFile(small))
    append(attachment)
    return Taken(attachment, picture.place if picture else None)


def claim(*, codes: Collection[str], owner: str, public: bool = False) -> int:
    """Give files that came in beforehand to their owner. Return how many were free."""
    free = Attachment.objects.filter(code__in=codes, owner=NO_OWNER)
    return free.update(owner=owner, public=public)


def hand_over(*, codes: Collection[str], owner: str, to: str) -> int:
    """Give files of one owner to another. Return how many it had; what it has not, stays."""
    return Attachment.objects.filter(code__in=codes, owner=owner).update(owner=to)


def remove(*, owner: str, codes: Collection[str]) -> int:
    """Remove some files of an owner. Return how many."""
    return _remove(list(Attachment.objects.filter(owner=owner, code__in=codes)))


def publish(*, owner: str, codes: Collection[str] | None = None, public: bool = True) -> int:
    """Make files of an owner public, or private again."""
    files = Attachment.objects.filter(owner=owner)
    if codes is not None:
        files = files.filter(code__in=codes)
    return files.update(public=public)


def erase(*, owner: str) -> int:
    """Remove every file of an owner, from the table and from the storage. Return how many."""
    return _remove(list(Attachment.objects.filter(owner=owner)))


def sweep_unclaimed(*, at: datetime) -> int:
    """Remove what was sent and never claimed: forms that nobody finished."""
    old = Attachment.objects.filter(owner=NO_OWNER, created_at__lt=at - UNCLAIMED)
    return _remove(list(old[:500]))


def _remove(files: list[Attachment]) -> int:
    with transaction.atomic():
        for attachment in files:
            Attachment.objects.filter(pk=attachment.pk).delete()
        # Rows first: if this goes back, they have their files still.
        transaction.on_commit(lambda: _delete_files(files))
    return len(files)


def _delete_files(files: list[Attachment]) -> None:
    for attachment in files:
        for size in (None, *rules.RENDITIONS):
            default_storage.delete(attachment.path(size))


def sweep_orphans(*, at: datetime) -> int:
    """Remove folders without a row: their transaction went back, or a kill came between.

    Young ones may belong to a transaction that is still open. Return how many folders went.
    """
    return sum(_sweep(shelf, at - UNCLAIMED) for shelf in _folders(SHELVES))


def _sweep(shelf: str, before: datetime) -> int:
    codes = _folders(f"{SHELVES}/{shelf}")
    known = set(Attachment.objects.filter(code__in=codes).values_list("code", flat=True))
    gone = 0
    for code in codes:
        folder = f"{SHELVES}/{shelf}/{code}"
        names = default_storage.listdir(folder)[1]
        paths = [f"{folder}/{name}" for name in names]
        if code in known or any(default_storage.get_modified_time(p) > before for p in paths):
            continue
        for path in paths:
            default_storage.delete(path)
        default_storage.delete(folder)
        gone += bool(paths)
    return gone


def _folders(path: str) -> list[str]:
    try:
        return sorted(default_storage.listdir(path)[0])
    except FileNotFoundError:
        return []


def _scan(content: bytes) -> None:
    address: str = settings.CLAMD
    if not address:
        return
    try:
        if ports.is_infected(content, address=address):
            raise Refused(Refusal.INFECTED)
    except ports.ScannerSilent as error:
        raise Refused(Refusal.NOT_SCANNED) from error
