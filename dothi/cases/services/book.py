"""The book of what was received, taken out as a file with the people in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.cases import permissions, selectors
from dothi.cases.choices import Part
from dothi.cases.models import Party
from dothi.cases.rules import Period
from dothi.cases.services import moving
from dothi.cases.services.refusals import NotYours
from dothi.core.access.services import opened_many
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.units.models import Unit

PERSONAL = ("name", "address", "phone")
BLOCK = 2000
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


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the book: a dossier and who applied."""

    code: str
    version_id: int
    copies: int
    unit: Unit
    received_at: datetime
    promised_at: datetime
    done_at: datetime | None
    returned_at: datetime | None
    delivery: str
    status: int
    name: str
    address: str
    phone: str


OF_DOSSIER = (
    "code", "version_id", "copies", "received_at", "promised_at", "done_at", "returned_at",
    "delivery", "status",
)  # fmt: skip


def book(ids: list[int]) -> Iterator[Line]:
    """The lines of dossiers in the order of the ids; read in blocks."""
    units = Unit.objects.in_bulk()
    more = [f"dossier__{one}" for one in OF_DOSSIER]
    columns = ("dossier_id", *PERSONAL, "dossier__unit_id", *more)
    for begin in range(0, len(ids), BLOCK):
        block = ids[begin : begin + BLOCK]
        rows = Party.objects.filter(dossier__in=block, part=Part.APPLICANT).values_list(*columns)
        found = {row[0]: row[1:] for row in rows}
        for pk in block:
            name, address, phone, unit, *rest = found[pk]
            yield Line(
                name=name, address=address, phone=phone, unit=units[unit],
                **dict(zip(OF_DOSSIER, rest, strict=True)),
            )  # fmt: skip
