"""What a dossier costs, what was paid for it, and how money finds its dossier."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from dothi.cases import rules
from dothi.cases.choices import FeeType, Found, Paid, PaymentState
from dothi.cases.models.dossier import Dossier
from dothi.core.triggers import stays
from dothi.procedures.choices import Collected


class FeeLine(models.Model):
    """One thing to pay for a dossier, 0 ₫ too. A line that is taken off is dropped, not deleted."""

    personal: ClassVar[dict[str, str]] = {"dropped_why": "personal"}

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="fees", db_index=False)
    code = models.CharField(max_length=40)
    name_vi = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300)
    kind = models.CharField(max_length=8, choices=FeeType)
    collected = models.PositiveSmallIntegerField(choices=Collected)
    price = models.BigIntegerField()  # Of one piece; later pieces may cost another one.
    pieces = models.PositiveIntegerField(default=1)
    amount = models.BigIntegerField()
    paid = models.BigIntegerField(default=0)
    source = models.CharField(max_length=300, blank=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=80)
    dropped_at = models.DateTimeField(null=True)
    dropped_why = models.CharField(max_length=rules.REASON_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(price__gte=0, amount__gte=0, paid__gte=0), name="fee_not_below_nothing"
            ),
            models.CheckConstraint(
                condition=Q(paid__lte=F("amount")), name="fee_paid_at_most_asked"
            ),
            models.CheckConstraint(
                condition=Q(dropped_at=None) | Q(paid=0), name="fee_dropped_is_not_paid"
            ),
            models.UniqueConstraint(
                fields=["dossier", "code"], condition=Q(dropped_at=None), name="fee_line_once"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="fees_are_not_deleted", operation=pgtrigger.Delete),
            stays("fees_stay"),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.dossier_id}"

    @property
    def name(self) -> str:
        return self.name_en if get_language() == "en" else self.name_vi

    @property
    def open(self) -> int:
        """What is still to be paid."""
        return 0 if self.dropped_at else self.amount - self.paid


class ReceiptSeries(models.Model):
    """The last number of a series of receipts. Locked while one is given."""

    personal: ClassVar[dict[str, str]] = {}

    agency = models.CharField(max_length=40)
    kind = models.CharField(max_length=8, choices=FeeType)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "kind", "year"], name="receipt_series_once")
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.kind} {self.year}: {self.last}"


class Payment(models.Model):
    """One try to pay through a provider. `reference` is ours, `provider_ref` theirs.

    What came in is `received`; money that nothing was open for any more is `surplus`.
    """

    personal: ClassVar[dict[str, str]] = {}

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="payments")
    reference = models.CharField(max_length=32)
    provider = models.CharField(max_length=20)
    provider_ref = models.CharField(max_length=64, blank=True)
    amount = models.BigIntegerField()
    lines = models.JSONField(default=dict)  # Line to amount, as it was when it began.
    state = models.CharField(max_length=10, choices=PaymentState)
    received = models.BigIntegerField(default=0)
    url = models.CharField(max_length=500, blank=True)  # Where the payer is sent.
    begun_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)  # When the provider was last asked.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, received__gte=0), name="payment_above_nothing"
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=~Q(state=PaymentState.SURPLUS),
                name="payment_reference_once",
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_ref"],
                condition=~Q(provider_ref=""),
                name="payment_taken_once",
            ),
        ]
        indexes = [
            # Serve the job that asks after what is not answered, and the list for a person.
            models.Index(
                fields=["begun_at"],
                name="payment_not_ended",
                condition=Q(state=PaymentState.BEGUN),
            ),
            models.Index(
                fields=["ended_at"],
                name="payment_for_a_person",
                condition=Q(state__in=[PaymentState.DOUBTFUL, PaymentState.SURPLUS]),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="payments_are_not_deleted", operation=pgtrigger.Delete),
            stays("payments_stay"),
        ]

    def __str__(self) -> str:
        return self.reference


class Statement(models.Model):
    """A file of a bank, taken once: `digest` is that of its bytes."""

    personal: ClassVar[dict[str, str]] = {}

    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, unique=True)
    columns = models.JSONField(default=dict)
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=80)

    class Meta:
        indexes = [models.Index(fields=["unit", "-taken_at"], name="statement_of_unit")]
        triggers = [
            pgtrigger.Protect(
                name="statements_are_final", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            stays("statements_stay"),
        ]

    def __str__(self) -> str:
        return self.name


class StatementLine(models.Model):
    """Money that came in by a statement: what it was for, or why a person has to look at it."""

    personal: ClassVar[dict[str, str]] = {
        "purpose": "personal",
        "payer": "personal",
        "note": "personal",
    }

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines", db_index=False)
    number = models.PositiveIntegerField()
    booked_on = models.DateField()
    amount = models.BigIntegerField()
    purpose = models.CharField(max_length=500)
    payer = models.CharField(max_length=200, blank=True)
    bank_ref = models.CharField(max_length=80, blank=True)
    found = models.CharField(max_length=10, choices=Found)
    why = models.CharField(max_length=10, blank=True)
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=rules.REASON_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "number"], name="statement_line_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="statement_line_is_income"),
            models.CheckConstraint(
                condition=~Q(found=Found.MATCHED) | Q(dossier__isnull=False),
                name="statement_line_matched_has_dossier",
            ),
        ]
        indexes = [
            models.Index(fields=["bank_ref"], name="statement_bank_ref", condition=~Q(bank_ref="")),
            models.Index(
                fields=["statement"],
                name="statement_line_doubtful",
                condition=Q(found=Found.DOUBTFUL),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="statement_lines_are_kept", operation=pgtrigger.Delete),
            stays("statement_lines_stay"),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}/{self.number}"


class Receipt(models.Model):
    """A receipt: numbered without a gap a year, agency and kind. It may be voided, nothing else."""

    personal: ClassVar[dict[str, str]] = {"voided_why": "personal"}

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="receipts")
    agency = models.CharField(max_length=40)
    kind = models.CharField(max_length=8, choices=FeeType)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="+", db_index=False)
    amount = models.BigIntegerField()
    lines = models.JSONField()  # Line to amount.
    how = models.CharField(max_length=8, choices=Paid)
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=80)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="receipts")
    line = models.ForeignKey(StatementLine, models.PROTECT, null=True, related_name="receipts")
    paper = models.CharField(max_length=24, blank=True)
    voided_at = models.DateTimeField(null=True)
    voided_by = models.CharField(max_length=80, blank=True)
    voided_why = models.CharField(max_length=rules.REASON_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "kind", "year", "number"], name="receipt_number_once"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="receipt_not_below_nothing"),
            models.CheckConstraint(
                condition=Q(voided_at=None, voided_why="")
                | (Q(voided_at__isnull=False) & ~Q(voided_why="")),
                name="receipt_voided_with_a_reason",
            ),
        ]
        indexes = [
            # Serves the day's list of who collected what.
            models.Index(fields=["unit", "taken_at"], name="receipt_of_day"),
        ]
        triggers = [
            pgtrigger.Protect(name="receipts_are_not_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="receipts_are_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "((old.dossier_id, old.agency, old.kind, old.year, old.number, old.unit_id,"
                    " old.amount, old.lines, old.how, old.taken_at, old.taken_by, old.payment_id,"
                    " old.line_id) is distinct from"
                    " (new.dossier_id, new.agency, new.kind, new.year, new.number, new.unit_id,"
                    " new.amount, new.lines, new.how, new.taken_at, new.taken_by, new.payment_id,"
                    " new.line_id) or old.voided_at is not null"
                    " or (old.paper <> '' and old.paper <> new.paper))"
                ),
            ),
            stays("receipts_stay"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """How people name it: the agency, the kind, the year and the number."""
        return f"{self.agency}/{FEE_LETTERS[self.kind]}{self.year % 100:02d}/{self.number:06d}"

    @property
    def subject(self) -> str:
        """How papers and audit name this receipt."""
        return f"cases.receipt:{self.pk}"


FEE_LETTERS = {FeeType.FEE.value: "P", FeeType.CHARGE.value: "LP", FeeType.DUTY.value: "T"}


class Refund(models.Model):
    """Money that was given back, and why: of a voided receipt, a payment or a statement's line."""

    personal: ClassVar[dict[str, str]] = {"why": "personal"}

    amount = models.BigIntegerField()
    receipt = models.ForeignKey(Receipt, models.PROTECT, null=True, related_name="refunds")
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="refunds")
    line = models.ForeignKey(StatementLine, models.PROTECT, null=True, related_name="refunds")
    why = models.CharField(max_length=rules.REASON_LENGTH)
    noted_at = models.DateTimeField()
    noted_by = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_above_nothing"),
            models.CheckConstraint(
                condition=Q(receipt__isnull=False, payment=None, line=None)
                | Q(receipt=None, payment__isnull=False, line=None)
                | Q(receipt=None, payment=None, line__isnull=False),
                name="refund_of_one_thing",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="refunds_are_final", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            stays("refunds_stay"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} back"
