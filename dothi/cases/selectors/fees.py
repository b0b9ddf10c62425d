"""What is to be paid for dossiers, what was paid, and who took it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Case, Count, F, Q, QuerySet, Sum, When
from django.utils import timezone
from rapidfuzz import fuzz, process

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.cases.choices import Found, Paid, PaymentState, Power
from dothi.cases.models import (
    Agency,
    Dossier,
    FeeLine,
    Payment,
    Receipt,
    Refund,
    Statement,
    StatementLine,
)
from dothi.cases.selectors.single import agency_of
from dothi.lib import payref, vietqr
from dothi.lib.vietqr import NoSuchTransfer, Transfer
from dothi.units.models import Unit


@dataclass(frozen=True, kw_only=True)
class Fees:
    """Everything about money of one dossier, as plain rows."""

    lines: list[FeeLine] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return sum(row.amount for row in self.lines)

    @property
    def paid(self) -> int:
        return sum(row.paid for row in self.lines)

    @property
    def open(self) -> int:
        return sum(row.open for row in self.lines)

    @property
    def valid(self) -> list[Receipt]:
        """Receipts that were not voided."""
        return [row for row in self.receipts if row.voided_at is None]

    @property
    def waits(self) -> bool:
        """Whether an online payment was begun and is not answered."""
        return any(row.state == PaymentState.BEGUN for row in self.payments)


def fees_of(dossier: Dossier) -> Fees:
    """What a dossier costs, and what was paid for it."""
    return Fees(
        lines=list(FeeLine.objects.filter(dossier=dossier, dropped_at=None).order_by("id")),
        receipts=list(Receipt.objects.filter(dossier=dossier).order_by("id")),
        payments=list(Payment.objects.filter(dossier=dossier).order_by("id")),
    )


def receipt_of(dossier: Dossier, pk: int) -> Receipt:
    """One receipt of a dossier. Raises Receipt.DoesNotExist."""
    return Receipt.objects.select_related("dossier", "unit").get(dossier=dossier, pk=pk)


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where to transfer what is open, and the QR code that fills the transfer in."""

    bank: str
    number: str
    holder: str
    reference: str
    amount: int
    code: str


def account_for(dossier: Dossier, amount: int, *, on: date) -> Account | None:
    """The account of the agency that received it; None where it has none, or nothing is open."""
    agency = agency_of(dossier.receiving_unit, on=on)
    if amount <= 0 or agency is None or not agency.bank_account:
        return None
    reference = payref.reference(dossier.code)
    try:
        code = vietqr.payload(_transfer(agency, amount, reference))
    except NoSuchTransfer:
        return None
    return Account(
        bank=agency.bank_bin, number=agency.bank_account, holder=agency.bank_name,
        reference=reference, amount=amount, code=code,
    )  # fmt: skip


def _transfer(agency: Agency, amount: int, reference: str) -> Transfer:
    return Transfer(
        bank=agency.bank_bin, account=agency.bank_account, amount=amount, purpose=reference
    )


# --- Statements ----------------------------------------------------------------------------------

NEAR = 85.0  # Of 100: how much of a reference has to be right to be offered.
OFFERS, LOOKED_AT, PAGE = 5, 3000, 200


def statements_seen_by(user: User, *, on: date) -> QuerySet[Statement]:
    """Statements of the units where the person reconciles, the newest first."""
    where = accounts.standing(user, on=on).units_for(Power.COLLECT)
    rows = Statement.objects.filter(unit__in=where).select_related("unit")
    counts = {found.value: Count("lines", filter=Q(lines__found=found)) for found in Found}
    return rows.annotate(**counts, read=Count("lines")).order_by("-taken_at", "-id")


def lines_of(statement: Statement, *, found: str = "", start: int = 0) -> list[StatementLine]:
    """A page of a statement's lines, those for a person first, with their dossiers."""
    rows = StatementLine.objects.filter(statement=statement).select_related("dossier")
    if found:
        rows = rows.filter(found=found)
    first = Case(When(found=Found.DOUBTFUL, then=0), default=1)
    return list(rows.order_by(first, "number")[start : start + PAGE])


def left_of(rows: Sequence[StatementLine] | Sequence[Payment]) -> dict[int, int]:
    """What of the money of these rows stands for nothing and was not given back, by their ids."""
    if not rows:
        return {}
    column = "line" if isinstance(rows[0], StatementLine) else "payment"
    ids = [row.pk for row in rows]
    gone: Counter[int] = Counter()
    for found in (
        Receipt.objects.filter(voided_at=None, **{f"{column}__in": ids}),
        Refund.objects.filter(**{f"{column}__in": ids}),
    ):
        sums = found.values_list(column).annotate(Sum("amount"))
        gone.update({key: amount for key, amount in sums})
    return {
        row.pk: (row.amount if isinstance(row, StatementLine) else row.received) - gone[row.pk]
        for row in rows
    }


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A dossier that money may be for."""

    code: str
    open: int
    fits: bool  # Exactly this amount is open.


def offers_for(lines: Iterable[StatementLine], unit: Unit) -> dict[int, list[Offer]]:
    """For lines that wait for a person: dossiers of the unit whose reference is near, or whose
    open amount is the same; by the ids of the lines."""
    waiting = [line for line in lines if line.found == Found.DOUBTFUL]
    if not waiting:
        return {}
    rows = (
        FeeLine.objects.filter(dossier__receiving_unit=unit, dropped_at=None, paid__lt=F("amount"))
        .values("dossier__code")
        .annotate(left=Sum(F("amount") - F("paid")))
        .order_by("-dossier__code")[:LOOKED_AT]
    )
    known = {row["dossier__code"]: row["left"] for row in rows}
    references = {code: payref.reference(code) for code in known}
    return {line.pk: _offers(line, known, references) for line in waiting}


def _offers(line: StatementLine, known: dict[str, int], references: dict[str, str]) -> list[Offer]:
    purpose = payref.bare(line.purpose)
    near = process.extract(
        purpose, references, scorer=fuzz.partial_ratio, score_cutoff=NEAR, limit=OFFERS
    )
    found = {code: known[code] for _reference, _score, code in near}
    for code, left in known.items():
        if len(found) >= OFFERS:
            break
        if left == line.amount:
            found.setdefault(code, left)
    offers = [Offer(code=code, open=left, fits=left == line.amount) for code, left in found.items()]
    return sorted(offers, key=lambda one: not one.fits)


def payments_for_a_person(user: User, *, on: date) -> list[Payment]:
    """Online payments that nobody's fee was open for, or of another amount, the newest first."""
    where = accounts.standing(user, on=on).units_for(Power.COLLECT)
    rows = Payment.objects.filter(
        state__in=[PaymentState.DOUBTFUL, PaymentState.SURPLUS],
        dossier__receiving_unit__in=where,
    ).select_related("dossier__receiving_unit")
    return list(rows.order_by("-ended_at", "-id")[:200])


# --- The day's list -------------------------------------------------------------------------------


def receipts_seen_by(user: User, *, on: date) -> QuerySet[Receipt]:
    """Receipts of the units where the person collects or sees dossiers."""
    standing = accounts.standing(user, on=on)
    where = standing.units_for(Power.COLLECT) | standing.units_for(Power.SEE)
    return Receipt.objects.filter(unit__in=where).select_related("dossier", "unit")


@dataclass(frozen=True, kw_only=True)
class DayTotal:
    """What one person took on a day, by one way of paying."""

    taken_by: str
    how: str
    amount: int
    receipts: int


def day_list(user: User, *, day: date, on: date, how: str = "", whose: str = "") -> list[Receipt]:
    """The receipts of a day of the city, in their order; voided ones stand among them."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    rows = receipts_seen_by(user, on=on).filter(
        taken_at__gte=start, taken_at__lt=start + timedelta(days=1)
    )
    if how:
        rows = rows.filter(how=how)
    if whose:
        rows = rows.filter(taken_by=whose)
    return list(rows.order_by("taken_at", "id")[:MOST])


def totals(rows: Iterable[Receipt]) -> list[DayTotal]:
    """What came together of these receipts, a person and way; voided ones count nothing."""
    sums: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        if row.voided_at is None and row.how != Paid.NOTHING:
            sums.setdefault((row.taken_by, row.how), []).append(row.amount)
    return [
        DayTotal(taken_by=who, how=str(Paid(how).label), amount=sum(found), receipts=len(found))
        for (who, how), found in sorted(sums.items())
    ]


def open_amounts(dossiers: Iterable[Dossier]) -> dict[int, int]:
    """What is open for each of some dossiers, by their ids."""
    rows = FeeLine.objects.filter(dossier__in=dossiers, dropped_at=None).values("dossier")
    found = rows.annotate(asked=Sum("amount"), paid=Sum("paid"))
    return {row["dossier"]: row["asked"] - row["paid"] for row in found}


MOST = 5000
