"""Papers of dossiers, and the files that come with them."""

from datetime import datetime

from dothi.cases.models import Document
from dothi.cases.services.applying import Given
from dothi.cases.services.moving import Actor, actor_of
from dothi.core.attachments.services import claim, hand_over
from dothi.core.rows import append


def add_document(document: Document, given: Given | None, *, by: Actor, at: datetime) -> None:
    """Write a paper of a dossier; `given` says what was handed in of it now."""
    if given is not None:
        note_given(document, given, by=by, at=at)
        document.reused_from_id = given.reused_from
        document.digitised |= given.reused_from is not None
    append(document)
    if given is not None:
        take_files(document, given)


def note_given(document: Document, given: Given, *, by: Actor, at: datetime) -> None:
    """Set when and by whom a paper was handed in."""
    document.given_at, document.given_by = at, actor_of(by)


def take_files(document: Document, given: Given) -> None:
    """Give a paper its files; it is digitised when one came, and what was so once stays so."""
    if not given.files:
        return
    if given.held_by:
        taken = hand_over(codes=given.files, owner=given.held_by, to=document.subject)
    else:
        taken = claim(codes=given.files, owner=document.subject)
    if taken and not document.digitised:
        document.digitised = True
        document.save(update_fields=["digitised"])
