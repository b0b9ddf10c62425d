"""Read papers of dossiers: they carry names, so each reading by staff is noted first."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from dothi.accounts.models import User
from dothi.cases.models import Dossier, IssuedPaper
from dothi.cases.services import moving, people
from dothi.cases.services.papers.application import as_sent
from dothi.core.attachments.models import Attachment
from dothi.core.attachments.selectors import content_of
from dothi.core.papers.models import Paper

FIELDS = ["name", "address", "phone", "email"]
PURPOSE_LENGTH = 200


@transaction.atomic
def open_paper(*, dossier: Dossier, code: str, by: User, purpose: str, at: datetime) -> Paper:
    """A paper of a dossier, for the post that has it and the counter that received it.

    Raises:
        NotYours: it is not on the person's table.
        BadText: no purpose is given.
        IssuedPaper.DoesNotExist: the dossier has no such paper.
    """
    row = IssuedPaper.objects.get(dossier=dossier, paper=code)
    note_reading(dossier=dossier, by=by, purpose=purpose, at=at)
    return Paper.objects.get(code=row.paper)


@transaction.atomic
def open_application(*, dossier: Dossier, by: User, purpose: str, at: datetime) -> bytes:
    """The application as it was sent in, for the post that has it and the counter that received it.

    Raises:
        NotYours: it is not on the person's table.
        BadText: no purpose is given.
    """
    note_reading(dossier=dossier, by=by, purpose=purpose, at=at)
    return as_sent(dossier, at=at)


@transaction.atomic
def open_papers(*, dossiers: Iterable[Dossier], by: User, purpose: str, at: datetime) -> None:
    """Note that papers of several dossiers are read."""
    for dossier in dossiers:
        note_reading(dossier=dossier, by=by, purpose=purpose, at=at)


def note_reading(*, dossier: Dossier, by: User, purpose: str, at: datetime) -> None:
    why = moving.words(purpose, most=PURPOSE_LENGTH)
    people.note(dossier, by=by, purpose=why, fields=FIELDS, at=at)


def bytes_of(paper: Paper) -> bytes | None:
    """The file of a paper; None: it is gone."""
    file = Attachment.objects.filter(code=paper.file).first()
    return content_of(file) if file is not None else None
