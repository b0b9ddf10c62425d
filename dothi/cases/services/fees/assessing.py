"""What a dossier costs: lines from its version, the answers, the way, the place and the day."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from dothi.cases.choices import Status
from dothi.cases.models import Dossier, FeeLine
from dothi.cases.rules import FINAL
from dothi.cases.services.moving import Actor, actor_of
from dothi.cases.services.refusals import NotAllowedNow, PaidBefore
from dothi.cases.services.saying import everything_said
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.rows import append
from dothi.procedures import selectors as procedures
from dothi.procedures.choices import Per, Way
from dothi.procedures.rules import fees as tariff
from dothi.procedures.rules.definition import Definition, Fee
from dothi.units import selectors as units

logger = logging.getLogger(__name__)


def assess(
    dossier: Dossier, definition: Definition, answers: Mapping[str, Any], *, by: Actor, at: datetime
) -> list[FeeLine]:
    """Write the lines of a dossier as the tariff of its version had them when it was submitted.

    A line of 0 ₫ is a line, too.
    """
    made = []
    for line in _lines(dossier, definition, answers):
        row = _row(dossier, line, by=actor_of(by), at=at)
        append(row)
        made.append(row)
    return made


@transaction.atomic
def set_copies(*, dossier: Dossier, copies: int, pages: int, by: Actor, at: datetime) -> None:
    """Another number of copies or pages is wanted: what is not paid yet is counted anew.

    Raises:
        PaidBefore: it would cost less than was paid; the receipt has to be voided first.
        NotAllowedNow: the dossier is finished.
        ValueError: less than one.
    """
    if copies < 1 or pages < 1:
        raise ValueError("at least one copy of one page")
    locked = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier.pk)
    if locked.status in FINAL | {Status.DONE}:
        raise NotAllowedNow(locked.code, Status(locked.status))
    locked.copies, locked.pages = copies, pages
    definition = procedures.content_of(locked.version_id)
    rows = {row.code: row for row in FeeLine.objects.filter(dossier=locked, dropped_at=None)}
    for line in _lines(locked, definition, everything_said(locked)):
        row = rows.get(line.fee.code)
        if row is None:
            append(_row(locked, line, by=actor_of(by), at=at))
            continue
        if line.amount < row.paid:
            raise PaidBefore
        row.amount, row.price, row.pieces = line.amount, line.fee.amount, _pieces(line.fee, locked)
        row.save(update_fields=["amount", "price", "pieces"])
    locked.save(update_fields=["copies", "pages"])
    dossier.copies, dossier.pages = copies, pages
    record(
        "cases.set_copies", subject=dossier.subject, by=actor_of(by), at=at,
        unit=dossier.unit.code, copies=copies, pages=pages,
    )  # fmt: skip


def _lines(
    dossier: Dossier, definition: Definition, answers: Mapping[str, Any]
) -> list[tariff.Line]:
    if not definition.fees:
        return []
    placed = any(fee.places for fee in definition.fees)
    above = units.ancestors(dossier.unit, include_self=True) if placed else ()
    case = tariff.Case(
        way=Way(dossier.way),
        places={unit.code for unit in above},
        on=local(dossier.submitted_at).date(),
        answers=answers,
        copies=dossier.copies,
        pages=dossier.pages,
    )
    try:
        return tariff.lines(definition.fees, case)
    except tariff.FeesClash:
        # A dossier is not turned away for it: the counter asks for the fee by hand.
        logger.exception("Two fees of %s fit %s", definition.code, dossier.code)
        return []


def _row(dossier: Dossier, line: tariff.Line, *, by: str, at: datetime) -> FeeLine:
    fee = line.fee
    return FeeLine(
        dossier=dossier, code=fee.code, name_vi=fee.name.vi[:300], name_en=fee.name.en[:300],
        kind=fee.kind.value, collected=fee.collected, price=fee.amount,
        pieces=_pieces(fee, dossier), amount=line.amount, source=fee.source.text, added_at=at,
        added_by=by,
    )  # fmt: skip


def _pieces(fee: Fee, dossier: Dossier) -> int:
    if fee.per == Per.PAGE:
        return dossier.copies * dossier.pages
    return dossier.copies if fee.per == Per.COPY else 1
