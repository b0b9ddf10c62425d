"""Questions about files."""

import base64
from collections.abc import Collection

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from dothi.core.attachments.choices import Kind
from dothi.core.attachments.models import Attachment

NO_OWNER = "unclaimed"


def of(owner: str) -> QuerySet[Attachment]:
    return Attachment.objects.filter(owner=owner).order_by("id")


def of_all(owners: Collection[str]) -> dict[str, list[Attachment]]:
    """The files of many owners in one query."""
    found: dict[str, list[Attachment]] = {owner: [] for owner in owners}
    for attachment in Attachment.objects.filter(owner__in=owners).order_by("id"):
        found[attachment.owner].append(attachment)
    return found


def content_of(attachment: Attachment) -> bytes | None:
    """What a file holds, as it is kept; None: it is gone."""
    if not default_storage.exists(attachment.path()):
        return None
    with default_storage.open(attachment.path()) as kept:
        content: bytes = kept.read()
    return content


def thumbnails(codes: Collection[str], *, size: int) -> dict[str, str]:
    """Small pictures for the form that sent them, as data addresses: nobody else may ask for them.

    Only of files that nobody owns yet; the order of the codes is kept.
    """
    free = Attachment.objects.filter(code__in=codes, owner=NO_OWNER, kind=Kind.IMAGE)
    by_code = {attachment.code: attachment for attachment in free}
    found: dict[str, str] = {}
    for code in codes:
        attachment = by_code.get(code)
        if attachment is None or not default_storage.exists(attachment.path(size)):
            continue
        with default_storage.open(attachment.path(size)) as file:
            found[code] = f"data:image/jpeg;base64,{base64.b64encode(file.read()).decode()}"
    return found
