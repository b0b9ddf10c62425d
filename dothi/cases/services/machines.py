"""Programs open what is personal of a dossier: with a purpose, and noted before it leaves."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from dothi.accounts import selectors as accounts
from dothi.accounts.models import Machine
from dothi.cases import permissions, selectors
from dothi.cases.models import Dossier, Party
from dothi.cases.services.refusals import NotYours
from dothi.core.access.services import opened
from dothi.core.attachments.models import Attachment
from dothi.core.clock import local


@dataclass(frozen=True, kw_only=True)
class Opened:
    """Who applies, what it is about, and everything that was answered."""

    parties: list[Party]
    summary: str
    answers: dict[str, Any]
    post_to: str


@transaction.atomic
def open_whole(*, dossier: Dossier, machine: Machine, purpose: str, at: datetime) -> Opened:
    """All that is personal of a dossier, the encrypted answers among it.

    Raises:
        NotYours: the post of the program does not have the dossier.
        ValueError: no purpose is given.
    """
    sealed: dict[str, Any] = json.loads(dossier.sealed) if dossier.sealed else {}
    fields = ["applicant", "citizen_id", "summary", *sorted({*dossier.answers, *sealed})]
    _note(dossier, machine, purpose=purpose, fields=[name[:60] for name in fields], at=at)
    posting = selectors.posting_of(dossier)
    return Opened(
        parties=list(Party.objects.filter(dossier=dossier).order_by("id")),
        summary=dossier.summary,
        answers={**dossier.answers, **sealed},
        post_to=posting.address if posting else "",
    )


@transaction.atomic
def open_file(
    *, dossier: Dossier, code: str, machine: Machine, purpose: str, at: datetime
) -> Attachment | None:
    """A file of a paper or result; None where the dossier has none of that code.

    Raises:
        NotYours, ValueError: see `open_whole`.
    """
    found = selectors.files_of(dossier).get(code)
    if found is not None:
        _note(dossier, machine, purpose=purpose, fields=["file"], at=at)
    return found


def _note(
    dossier: Dossier, machine: Machine, *, purpose: str, fields: list[str], at: datetime
) -> None:
    user, on = machine.user, local(at).date()
    if not permissions.may_open(user, dossier, on=on):
        raise NotYours
    posts = accounts.standing(user, on=on).posts
    near = {dossier.handling_unit_id, dossier.receiving_unit_id}
    post = next((post for post in posts if post.unit_id in near), posts[0])
    # The citizen reads which system it was, not a role that sounds like a person.
    opened(
        record=dossier.subject, by=user.actor, at=at, purpose=purpose, fields=fields,
        post=f"{machine.name}, {post.unit.name}"[:200],
    )  # fmt: skip
