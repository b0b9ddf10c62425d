"""Which photos belong to a report."""

from collections.abc import Collection

from dothi.core.attachments import selectors as attachments
from dothi.core.attachments.models import Attachment
from dothi.feedback.models import Ticket

REPORT, PROGRESS, RESULT = "feedback.ticket", "feedback.progress", "feedback.result"
PARTS = (REPORT, PROGRESS, RESULT)


def owner_of(code: str, part: str = REPORT) -> str:
    """How attachments name the owner of a report's photos."""
    return f"{part}:{code}"


def code_in(owner: str) -> str:
    return owner.partition(":")[2]


def photos_of(ticket: Ticket, *, part: str = REPORT) -> list[Attachment]:
    """The photos of one part, in the order in which they came."""
    return list(attachments.of(owner_of(ticket.code, part)))


def photos_of_all(codes: Collection[str], *, part: str = REPORT) -> dict[str, list[Attachment]]:
    """The photos of many reports, by code, in one query."""
    found = attachments.of_all([owner_of(code, part) for code in codes])
    return {code_in(owner): files for owner, files in found.items()}


def photos_by_part(code: str) -> dict[str, list[Attachment]]:
    """The photos of a report, of its progress and of its result, in one query."""
    found = attachments.of_all([owner_of(code, part) for part in PARTS])
    return {owner.partition(":")[0]: files for owner, files in found.items()}


def likenesses(codes: Collection[str]) -> dict[str, frozenset[int]]:
    """The perceptual hashes of the photos of many reports."""
    return {
        code: frozenset(file.likeness for file in files if file.likeness is not None)
        for code, files in photos_of_all(codes).items()
    }
