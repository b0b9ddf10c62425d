"""Personal data of dossiers: opened one by one, each time with a purpose."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from dothi.accounts import selectors as accounts
from dothi.accounts.models import Post, User
from dothi.cases import permissions
from dothi.cases.models import Dossier, Party
from dothi.cases.services.refusals import NotYours, ReasonNeeded
from dothi.core.access.services import opened
from dothi.core.clock import local


@dataclass(frozen=True, kw_only=True)
class Unsealed:
    """The people of a dossier and all answers, the sensitive ones among them."""

    parties: list[Party]
    answers: dict[str, Any]


@transaction.atomic
def open_party(*, dossier: Dossier, part: str, by: User, purpose: str, at: datetime) -> Party:
    """The whole of who applies, the number among it; noted before it is read.

    Raises:
        NotYours: it is not on the person's table.
        ValueError: no purpose is given.
        Party.DoesNotExist: nobody has this part.
    """
    note(dossier, by=by, purpose=purpose, fields=["citizen_id"], at=at)
    return Party.objects.get(dossier=dossier, part=part)


@transaction.atomic
def open_sealed(*, dossier: Dossier, by: User, purpose: str, at: datetime) -> dict[str, Any]:
    """The answers of sensitive fields; noted before they are read.

    Raises:
        NotYours, ValueError: see `open_party`.
    """
    sealed: dict[str, Any] = json.loads(dossier.sealed) if dossier.sealed else {}
    if sealed:
        note(dossier, by=by, purpose=purpose, fields=sorted(sealed), at=at)
    return sealed


@transaction.atomic
def open_all(*, dossier: Dossier, by: User, purpose: str, at: datetime) -> Unsealed:
    """Everything personal in a dossier at once: people and answers; noted before it is read.

    Raises:
        NotYours, ReasonNeeded: see `open_party`; no purpose is given.
    """
    if not purpose.strip():
        raise ReasonNeeded
    sealed: dict[str, Any] = json.loads(dossier.sealed) if dossier.sealed else {}
    fields = ["name", "phone", "email", "address", "born_on", "citizen_id", "answers"]
    note(dossier, by=by, purpose=purpose[:300], fields=[*fields, *sorted(sealed)], at=at)
    people = list(Party.objects.filter(dossier=dossier).order_by("id"))
    return Unsealed(parties=people, answers={**dossier.answers, **sealed})


def note(dossier: Dossier, *, by: User, purpose: str, fields: list[str], at: datetime) -> None:
    """Note that somebody is about to read of the people of a dossier.

    Raises:
        NotYours: it is not on the person's table.
    """
    on = local(at).date()
    if not permissions.may_open(by, dossier, on=on):
        raise NotYours
    posts = accounts.standing(by, on=on).posts
    capacity = next((post for post in posts if post.unit_id == dossier.handling_unit_id), None)
    note_as(capacity or posts[0], dossier, by=by, purpose=purpose, fields=fields, at=at)


def note_as(
    post: Post, dossier: Dossier, *, by: User, purpose: str, fields: list[str], at: datetime
) -> None:
    """Note that somebody reads of the people of a dossier by right of a post."""
    opened(
        record=dossier.subject, by=by.actor, at=at, purpose=purpose, fields=fields,
        post=f"{post.get_role_display()}, {post.unit.name}",
    )  # fmt: skip
