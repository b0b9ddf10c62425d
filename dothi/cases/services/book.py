"""The book of what was received, taken out as a file with the people in it."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.cases import permissions, selectors
from dothi.cases.choices import Part
from dothi.cases.models import Dossier, Party
from dothi.cases.rules import Period
from dothi.cases.services import moving
from dothi.cases.services.refusals import NotYours
from dothi.core.access.services import opened_many
from dothi.core.audit.services import record
from dothi.core.clock import local

PERSONAL = ("name", "address", "phone")
BLOCK = 500
PURPOSE_LENGTH = 200


@transaction.atomic
def take_book(
    *, period: Period, by: User, purpose: str, at: datetime, unit: str = "", procedure: str = ""
) -> list[int]:
    """Note of each dossier received in a period that its people are read; return the ids.

    In the order of receipt (form 07 of TT 03/2025/TT-VPCP).

    Raises:
        NotYours: the person may not take dossiers out as a file.
        BadText: no purpose is given.
    """
    on = local(at).date()
    if not permissions.may_export(by, on=on):
        raise NotYours
    why = moving.words(purpose, most=PURPOSE_LENGTH)
    rows = selectors.register(by, period, at=at, unit=unit, procedure=procedure)
    found = list(rows.values_list("pk", "code"))
    post = accounts.standing(by, on=on).posts[0]
    opened_many(
        records=(f"cases.dossier:{code}" for _pk, code in found), by=by.actor, at=at, purpose=why,
        fields=PERSONAL, post=f"{post.get_role_display()}, {post.unit.name}",
    )  # fmt: skip
    record(
        "cases.take_book", subject="cases.register", by=by.actor, at=at, unit=unit,
        since=period.since.isoformat(), until=period.until.isoformat(), dossiers=len(found),
    )  # fmt: skip
    return [pk for pk, _code in found]


def book(ids: list[int]) -> Iterator[tuple[Dossier, Party]]:
    """Dossiers with who applies, in the order of the ids; read in blocks."""
    for begin in range(0, len(ids), BLOCK):
        block = ids[begin : begin + BLOCK]
        people = Party.objects.filter(dossier__in=block, part=Part.APPLICANT)
        found = {one.dossier_id: one for one in people}
        rows = selectors.loaded().in_bulk(block)
        yield from ((rows[pk], found[pk]) for pk in block)
