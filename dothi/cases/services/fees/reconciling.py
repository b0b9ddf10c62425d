"""Bank statements: what names a dossier and fits is matched; what does not, waits for a person."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.cases.choices import Doubt, Found, Paid
from dothi.cases.models import Agency, Dossier, Receipt, Statement, StatementLine
from dothi.cases.services.fees import taking
from dothi.cases.services.fees.reading import Booked, read_statement
from dothi.cases.services.refusals import (
    PaidBefore,
    ReasonNeeded,
    TakenBefore,
)
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.rows import append
from dothi.lib import payref, text_vi
from dothi.lib.payref import Named
from dothi.units.models import Unit


@transaction.atomic
def take_statement(
    *,
    name: str,
    content: bytes,
    unit: Unit,
    by: User,
    at: datetime,
    chosen: Mapping[str, str] | None = None,
) -> Statement:
    """Take in a file of the unit's bank, once; every line of money that came in is kept.

    Raises:
        TakenBefore: the same bytes were taken before.
        BadStatement: it cannot be read.
    """
    digest = hashlib.sha256(content).hexdigest()
    known = Statement.objects.filter(digest=digest).first()
    if known is not None:
        raise TakenBefore(
            _("This file was taken in before, on %(day)s, as “%(name)s”. Nothing was changed.")
            % {
                "day": formats.date_format(local(known.taken_at), "DATETIME_FORMAT"),
                "name": known.name,
            }
        )
    read = read_statement(content, chosen=chosen)
    statement = Statement.objects.create(
        unit=unit, name=text_vi.tidy(name)[:200] or "—", digest=digest,
        columns={"heads": read.columns, "left_out": read.left_out}, taken_at=at, taken_by=by.actor,
    )  # fmt: skip
    agencies = {payref.bare(code): code for code in Agency.objects.values_list("code", flat=True)}
    for booked in read.booked:
        _take_line(statement, booked, agencies, by=by, at=at)
    record(
        "cases.take_statement", subject=f"cases.statement:{statement.pk}", by=by.actor, at=at,
        unit=unit.code, lines=len(read.booked),
    )  # fmt: skip
    return statement


def _take_line(
    statement: Statement, booked: Booked, agencies: Mapping[str, str], *, by: User, at: datetime
) -> None:
    line = StatementLine(
        statement=statement, number=booked.number, booked_on=booked.day, amount=booked.amount,
        purpose=booked.purpose, payer=booked.payer, bank_ref=booked.reference,
        found=Found.DOUBTFUL.value,
    )  # fmt: skip
    if _stood_before(statement, booked):
        line.found = Found.REPEATED.value
        append(line)
        return
    named = payref.named(booked.purpose)
    dossiers = [one for one in (_dossier(name, agencies) for name in named) if one is not None]
    line.why = _doubt(line, named, dossiers, statement.unit)
    if line.why:
        append(line)
        return
    line.found, line.dossier = Found.MATCHED.value, dossiers[0]
    line.decided_at, line.decided_by = at, "system"
    append(line)
    dossier = taking.lock(dossiers[0])
    taking.take(
        dossier, {row.pk: row.open for row in taking.open_of(dossier)}, how=Paid.TRANSFER,
        by=by.actor, at=at, line=line,
    )  # fmt: skip


def _stood_before(statement: Statement, booked: Booked) -> bool:
    """Whether an earlier file of the unit had it: periods of statements overlap."""
    if not booked.reference:
        return False
    return (
        StatementLine.objects.filter(
            statement__unit=statement.unit, bank_ref=booked.reference, amount=booked.amount,
            booked_on=booked.day,
        )
        .exclude(statement=statement)
        .exists()
    )  # fmt: skip


def _dossier(named: Named, agencies: Mapping[str, str]) -> Dossier | None:
    agency = agencies.get(named.agency)
    if agency is None:
        return None
    code = f"{agency}-{named.day}-{named.number}"
    return Dossier.objects.select_related("receiving_unit").filter(code=code).first()


def _doubt(line: StatementLine, named: list[Named], dossiers: list[Dossier], unit: Unit) -> str:
    """Why a line is not matched by itself; empty when it is."""
    if not named:
        return (Doubt.MISSPELT if payref.looks_like_one(line.purpose) else Doubt.NO_REF).value
    if not dossiers:
        return Doubt.UNKNOWN.value
    if len(named) > 1:
        return Doubt.AMOUNT.value
    if dossiers[0].receiving_unit_id != unit.pk:
        return Doubt.ELSEWHERE.value
    rows = taking.open_of(dossiers[0])
    if not rows:
        return Doubt.PAID.value
    return "" if sum(row.open for row in rows) == line.amount else Doubt.AMOUNT.value


@transaction.atomic
def match(*, line: StatementLine, dossier: Dossier, by: User, at: datetime) -> list[Receipt]:
    """A person says for which dossier money came; what is left over can be given back.

    Raises:
        PaidBefore: somebody decided about the line before.
        NothingToPay: nothing is open for the dossier.
    """
    row = _line(line, Found.DOUBTFUL)
    locked = taking.lock(dossier)
    _decide(row, Found.MATCHED, by=by, at=at, dossier=locked)
    return taking.take(
        locked, taking.spread(locked, taking.refundable(row)), how=Paid.TRANSFER, by=by.actor,
        at=at, line=row,
    )  # fmt: skip


@transaction.atomic
def unmatch(*, line: StatementLine, reason: str, by: User, at: datetime) -> None:
    """Undo a match: its receipts are voided, the money waits for a person again.

    A dossier that went on when it was paid stays where it is.

    Raises:
        ReasonNeeded, PaidBefore: see there.
    """
    why = text_vi.written(reason)[:2000]
    if not why:
        raise ReasonNeeded
    row = _line(line, Found.MATCHED)
    for receipt in row.receipts.select_related("dossier", "unit").filter(voided_at=None):
        taking.void(receipt=receipt, reason=why, by=by, at=at)
    row.why = Doubt.UNDONE.value
    _decide(row, Found.DOUBTFUL, by=by, at=at, note=why)


@transaction.atomic
def set_aside(*, line: StatementLine, note: str, by: User, at: datetime) -> None:
    """Money that is for no dossier: says what it is.

    Raises:
        ReasonNeeded, PaidBefore: see there.
    """
    why = text_vi.written(note)[:2000]
    if not why:
        raise ReasonNeeded
    _decide(_line(line, Found.DOUBTFUL), Found.FOREIGN, by=by, at=at, note=why)


@transaction.atomic
def look_again(*, line: StatementLine, by: User, at: datetime) -> None:
    """What was set aside waits for a person again."""
    row = _line(line, Found.FOREIGN)
    row.why = row.why or Doubt.UNDONE.value
    _decide(row, Found.DOUBTFUL, by=by, at=at)


def _line(line: StatementLine, found: Found) -> StatementLine:
    row = (
        StatementLine.objects.select_for_update(of=("self",))
        .select_related("statement__unit")
        .get(pk=line.pk)
    )
    if row.found != found:
        raise PaidBefore(
            _("Somebody decided about this line: %(state)s.") % {"state": row.get_found_display()}
        )
    return row


def _decide(
    row: StatementLine,
    found: Found,
    *,
    by: User,
    at: datetime,
    dossier: Dossier | None = None,
    note: str = "",
) -> None:
    row.found, row.dossier, row.note = found.value, dossier, note
    row.decided_at, row.decided_by = at, by.actor
    row.save(update_fields=["found", "why", "dossier", "note", "decided_at", "decided_by"])
    record(
        f"cases.statement_{found.value}",
        subject=dossier.subject if dossier else f"cases.statement:{row.statement_id}",
        by=by.actor, at=at, unit=row.statement.unit.code, line=row.number, amount=row.amount,
    )  # fmt: skip
