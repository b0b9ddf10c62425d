"""Questions about papers."""

import hashlib
from typing import IO

from django.db.models import QuerySet

from dothi.core.papers.models import Paper


def by_code(code: str) -> Paper | None:
    return Paper.objects.select_related("signer").filter(code=code.strip().upper()).first()


def of(subject: str) -> QuerySet[Paper]:
    """The papers issued about something, oldest first."""
    return Paper.objects.filter(subject=subject).order_by("id")


def is_the_same(paper: Paper, file: IO[bytes]) -> bool:
    """Whether a file is, byte for byte, the paper that was issued."""
    return hashlib.sha256(file.read()).hexdigest() == paper.sha256
