"""Money comes in: receipts, numbered without a gap, and what they set going."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.cases import events
from dothi.cases.choices import Paid, Status
from dothi.cases.models import (
    Dossier,
    FeeLine,
    Payment,
    Receipt,
    ReceiptSeries,
    Refund,
    StatementLine,
)
from dothi.cases.services.moving import Actor, actor_of
from dothi.cases.services.refusals import BadText, NothingToPay, PaidBefore, ReasonNeeded
from dothi.cases.services.settling import go_on_paid
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.events.services import publish
from dothi.core.papers.models import Paper
from dothi.core.papers.services import revoke
from dothi.core.rows import append
from dothi.lib import text_vi
from dothi.procedures.choices import Collected

_TABLE = ReceiptSeries._meta.db_table
NEXT = f"""
    insert into {_TABLE} (agency, kind, year, last) values (%s, %s, %s, 1)
    on conflict (agency, kind, year) do update set last = {_TABLE}.last + 1
    returning last
"""


@transaction.atomic
def collect(
    *, dossier: Dossier, by: User, at: datetime, how: Paid, lines: Iterable[int] | None = None
) -> list[Receipt]:
    """The counter takes what is open, or these lines of it; one receipt for each kind.

    Raises:
        NothingToPay: nothing of it is open.
    """
    locked = lock(dossier)
    wanted = None if lines is None else set(lines)
    open_lines = [row for row in open_of(locked) if wanted is None or row.pk in wanted]
    if not open_lines:
        raise NothingToPay
    return take(locked, {row.pk: row.open for row in open_lines}, how=how, by=actor_of(by), at=at)


def nothing_due(dossier: Dossier, *, by: Actor, at: datetime) -> list[Receipt]:
    """Receipts of 0 ₫ for kinds that cost nothing; issued all the same (NQ 411/NQ-HĐND, 2025)."""
    rows = list(FeeLine.objects.filter(dossier=dossier, dropped_at=None).order_by("id"))
    kinds = {row.kind for row in rows} - {row.kind for row in rows if row.amount}
    if not kinds:
        return []
    kinds -= set(Receipt.objects.filter(dossier=dossier).values_list("kind", flat=True))
    return [
        _receipt(
            dossier, kind, {row.pk: 0 for row in rows if row.kind == kind},
            how=Paid.NOTHING, by=actor_of(by), at=at,
        )
        for kind in sorted(kinds)
    ]  # fmt: skip


def take(
    dossier: Dossier,
    wanted: Mapping[int, int],
    *,
    how: Paid,
    by: str,
    at: datetime,
    payment: Payment | None = None,
    line: StatementLine | None = None,
) -> list[Receipt]:
    """Write money down on the lines of a locked dossier; a duty that is met lets its clock go on.

    Raises:
        PaidBefore: somebody paid some of it meanwhile.
    """
    rows = {row.pk: row for row in open_of(dossier)}
    if any(key not in rows or amount > rows[key].open for key, amount in wanted.items()):
        raise PaidBefore
    by_kind: dict[str, dict[int, int]] = {}
    for key, amount in wanted.items():
        row = rows[key]
        row.paid += amount
        row.save(update_fields=["paid"])
        by_kind.setdefault(row.kind, {})[key] = amount
    made = [
        _receipt(dossier, kind, amounts, how=how, by=by, at=at, payment=payment, line=line)
        for kind, amounts in sorted(by_kind.items())
    ]
    _settle(dossier, rows.values(), by=by, at=at)
    return made


@transaction.atomic
def void(*, receipt: Receipt, reason: str, by: Actor, at: datetime) -> None:
    """Declare a receipt void: its number stays, what it stood for is open again.

    Raises:
        ReasonNeeded: it does not say why.
        PaidBefore: it was voided before.
    """
    why = text_vi.written(reason)[:2000]
    if not why:
        raise ReasonNeeded
    dossier = lock(receipt.dossier)
    row = Receipt.objects.select_for_update(of=("self",)).get(pk=receipt.pk)
    if row.voided_at is not None:
        raise PaidBefore(_("This receipt was voided before."))
    for line in FeeLine.objects.filter(dossier=dossier, pk__in=[int(key) for key in row.lines]):
        line.paid -= row.lines[str(line.pk)]
        line.save(update_fields=["paid"])
    row.voided_at, row.voided_by, row.voided_why = at, actor_of(by), why
    row.save(update_fields=["voided_at", "voided_by", "voided_why"])
    paper = Paper.objects.filter(code=row.paper).first() if row.paper else None
    if paper is not None:
        # Whoever verifies the paper reads this: no word of a person stands in it.
        revoke(paper=paper, reason=VOIDED, by=actor_of(by), at=at)
    record(
        "cases.void_receipt", subject=dossier.subject, by=actor_of(by), at=at,
        unit=row.unit.code, receipt=row.code, amount=row.amount,
    )  # fmt: skip
    _tell(dossier, row, at=at, voided=True)
    receipt.voided_at, receipt.voided_by, receipt.voided_why = at, row.voided_by, why


@transaction.atomic
def refund(
    *,
    amount: int,
    why: str,
    by: User,
    at: datetime,
    receipt: Receipt | None = None,
    payment: Payment | None = None,
    line: StatementLine | None = None,
) -> Refund:
    """Note that money was given back: of a voided receipt, a payment or a statement's line.

    Raises:
        ReasonNeeded: it does not say why.
        BadText: it is more than came in and is not given back yet, or the receipt still holds.
    """
    words = text_vi.written(why)[:2000]
    if not words:
        raise ReasonNeeded
    source = _source(receipt, payment, line)
    most = refundable(source)
    if not 0 < amount <= most:
        raise BadText(_("At most %(most)d ₫ can be given back here.") % {"most": most})
    row = Refund(
        amount=amount, receipt=receipt, payment=payment, line=line, why=words, noted_at=at,
        noted_by=by.actor,
    )  # fmt: skip
    append(row)
    record("cases.refund", subject=f"cases.refund:{row.pk}", by=by.actor, at=at, amount=amount)
    return row


Source = Receipt | Payment | StatementLine


def _source(receipt: Receipt | None, payment: Payment | None, line: StatementLine | None) -> Source:
    """The row that the money came by, held for the transaction."""
    if receipt is not None:
        return Receipt.objects.select_for_update(of=("self",)).get(pk=receipt.pk)
    if payment is not None:
        return Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    assert line is not None
    return StatementLine.objects.select_for_update(of=("self",)).get(pk=line.pk)


def refundable(source: Source) -> int:
    """What came in by it, stands for nothing, and was not given back yet."""
    back = sum(Refund.objects.filter(**{_name(source): source}).values_list("amount", flat=True))
    if isinstance(source, Receipt):
        # Money of a payment or a statement is given back there.
        own = source.payment_id is None and source.line_id is None
        return source.amount - back if source.voided_at and own else 0
    held = sum(source.receipts.filter(voided_at=None).values_list("amount", flat=True))
    came = source.received if isinstance(source, Payment) else source.amount
    return came - held - back


def _name(source: Source) -> str:
    if isinstance(source, Receipt):
        return "receipt"
    return "payment" if isinstance(source, Payment) else "line"


def lock(dossier: Dossier) -> Dossier:
    """The dossier as it is now; whoever moves it or takes money for it waits."""
    rows = Dossier.objects.select_related(
        "receiving_unit", "unit", "handling_unit", "handling_person", "clock", "step_clock",
        "reply_clock",
    )  # fmt: skip
    return rows.select_for_update(of=("self",)).get(pk=dossier.pk)


def open_of(dossier: Dossier) -> list[FeeLine]:
    """The lines on which something is still to be paid."""
    rows = FeeLine.objects.filter(dossier=dossier, dropped_at=None).order_by("id")
    return [row for row in rows if row.open]


def spread(dossier: Dossier, amount: int) -> dict[int, int]:
    """How money goes to what is open of a locked dossier, line by line; the rest is left over.

    Raises:
        NothingToPay: nothing is open, or there is no money.
    """
    found: dict[int, int] = {}
    for row in open_of(dossier):
        part = min(row.open, amount - sum(found.values()))
        if part > 0:
            found[row.pk] = part
    if not found:
        raise NothingToPay
    return found


def _settle(dossier: Dossier, rows: Iterable[FeeLine], *, by: str, at: datetime) -> None:
    """A dossier that waits for a financial duty goes on when that is paid."""
    if dossier.status != Status.PAYMENT:
        return
    asked = [row for row in rows if row.collected == Collected.SUPPLEMENT]
    if asked and not any(row.open for row in asked):
        go_on_paid(dossier, by=by, at=at)


def _receipt(
    dossier: Dossier,
    kind: str,
    amounts: Mapping[int, int],
    *,
    how: Paid,
    by: str,
    at: datetime,
    payment: Payment | None = None,
    line: StatementLine | None = None,
) -> Receipt:
    agency, year = dossier.code.rsplit("-", 2)[0], local(at).year
    row = Receipt(
        dossier=dossier, agency=agency, kind=kind, year=year,
        number=_next(agency, kind, year), unit=dossier.receiving_unit,
        amount=sum(amounts.values()), lines={str(key): value for key, value in amounts.items()},
        how=how.value, taken_at=at, taken_by=by, payment=payment, line=line,
    )  # fmt: skip
    append(row)
    record(
        "cases.receipt", subject=dossier.subject, by=by, at=at,
        unit=dossier.receiving_unit.code, receipt=row.code, amount=row.amount, how=row.how,
    )  # fmt: skip
    _tell(dossier, row, at=at)
    return row


def _next(agency: str, kind: str, year: int) -> int:
    """The number belongs to the transaction: when that fails, the next receipt gets it."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [agency, kind, year])
        found = cursor.fetchone()
    assert found is not None
    return int(found[0])


def _tell(dossier: Dossier, row: Receipt, *, at: datetime, voided: bool = False) -> None:
    publish(
        events.FeeReceipted(
            code=dossier.code, procedure=dossier.procedure, unit_code=row.unit.code,
            receipt=row.code, kind=row.kind, how=row.how, amount=row.amount, voided=voided,
        ),
        at=at,
    )  # fmt: skip


VOIDED = "Biên lai đã được hủy."
