"""Dossiers, who applies, their papers, and what was done about them."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from dothi.cases import rules
from dothi.cases.choices import Act, Delivery, News, Origin, Part, Status
from dothi.core.clocks.models import Clock
from dothi.core.crypto.fields import EncryptedTextField
from dothi.core.triggers import stays
from dothi.procedures.choices import Applicant, End, PaperForm, Way
from dothi.units.models import Unit

IS_OPEN = Q(closed_at=None)
# The place in a worklist: what nobody has looked at yet is due since it came in.
URGENCY = Coalesce("due_at", "submitted_at")
NARROWED_BY = [
    "due_at", "submitted_at", "status", "procedure", "area", "step", "handling_role",
    "handling_person", "way", "paused", "done_at", "step_due_at",
]  # fmt: skip


class Dossier(models.Model):
    """What somebody applied for, and how it stands. It keeps its version of the procedure for life.

    `receiving_unit` took it in and gives the result back; `unit` decides. Who acts now is
    `handling_unit` with a role, and perhaps a person. `due_at` is the day as it is now;
    `promised_at` the day promised on receipt, moved by an extension and not by waits.
    """

    personal: ClassVar[dict[str, str]] = {
        "secret_hash": "sensitive",
        "summary": "personal",
        "answers": "personal",
        "sealed": "sensitive",
        "rating_note": "personal",
    }

    code = models.CharField(max_length=60, unique=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    version = models.ForeignKey(
        "procedures.Version", models.PROTECT, related_name="+", db_index=False
    )
    procedure = models.CharField(max_length=8)  # Code: lists and registers count by it.
    area = models.CharField(max_length=40)
    summary = models.CharField(max_length=300, blank=True)  # Trích yếu.
    answers = models.JSONField(default=dict)
    sealed = EncryptedTextField(blank=True)  # The answers of sensitive fields, as JSON.
    copies = models.PositiveSmallIntegerField(default=1)
    pages = models.PositiveSmallIntegerField(default=1)
    language = models.CharField(max_length=5, default="vi")
    way = models.PositiveSmallIntegerField(choices=Way)
    origin = models.CharField(max_length=10, choices=Origin)
    entered_by = models.CharField(max_length=80, default="public")
    visit = models.CharField(max_length=24, blank=True)  # Brought together with others.

    receiving_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    status = models.PositiveSmallIntegerField(choices=Status)
    status_before = models.PositiveSmallIntegerField(choices=Status, null=True)
    step = models.CharField(max_length=40, blank=True)  # Of the version; empty before and after.
    end = models.CharField(max_length=10, choices=End, blank=True)
    handling_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    handling_role = models.CharField(max_length=20)
    handling_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    submitted_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    promised_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    step_due_at = models.DateTimeField(null=True)
    paused = models.BooleanField(default=False)
    done_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    clock = models.ForeignKey(Clock, models.PROTECT, null=True, related_name="+", db_index=False)
    step_clock = models.ForeignKey(
        Clock, models.PROTECT, null=True, related_name="+", db_index=False
    )
    reply_clock = models.ForeignKey(
        Clock, models.PROTECT, null=True, related_name="+", db_index=False
    )
    # How often papers were asked for; when first, and when they came. Figures read it here.
    asked = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    extended = models.PositiveSmallIntegerField(default=0)

    news = models.CharField(max_length=8, choices=News, default=News.NONE)
    delivery = models.CharField(max_length=10, choices=Delivery, default=Delivery.COUNTER)
    rating = models.PositiveSmallIntegerField(null=True)
    rating_note = models.CharField(max_length=rules.REASON_LENGTH, blank=True)
    rated_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=60, blank=True)  # The other system, if it has one.
    source_ref = models.CharField(max_length=120, blank=True)  # Its number there.

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, status__in=sorted(rules.OPEN))
                | Q(closed_at__isnull=False, status__in=sorted(rules.FINAL)),
                name="dossier_closed_at_when_final",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.RECEIVED, Status.HANDLED, Status.PAYMENT])
                | Q(received_at__isnull=False, promised_at__isnull=False, due_at__isnull=False),
                name="dossier_received_has_a_due_day",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.DONE, Status.RETURNED]) | Q(done_at__isnull=False),
                name="dossier_done_at_when_done",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.RETURNED) | Q(returned_at__isnull=False),
                name="dossier_returned_at_when_returned",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.SUPPLEMENT) | Q(asked__gt=0),
                name="dossier_waits_for_what_was_asked",
            ),
            models.CheckConstraint(
                condition=Q(asked=0, asked_at=None, met_at=None)
                | Q(asked__gt=0, asked_at__isnull=False),
                name="dossier_asked_at_when_asked",
            ),
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__gte=1, rating__lte=5),
                name="dossier_rating_is_stars",
            ),
            models.UniqueConstraint(
                fields=["source", "source_ref"],
                condition=~Q(source_ref=""),
                name="dossier_taken_over_once",
            ),
        ]
        indexes = [
            # Serves the worklist of a unit, most urgent first, page by page.
            # It holds what a worklist is narrowed by and counted by: what is left out is not read.
            models.Index(
                F("handling_unit"),
                URGENCY,
                F("id"),
                name="dossier_urgent",
                condition=IS_OPEN,
                include=NARROWED_BY,
            ),  # fmt: skip
            # Serves the list of what was received here and is handled elsewhere.
            models.Index(
                F("receiving_unit"),
                URGENCY,
                F("id"),
                name="dossier_elsewhere",
                condition=IS_OPEN & ~Q(handling_unit=F("receiving_unit")),
                include=[*NARROWED_BY, "handling_unit"],
            ),  # fmt: skip
            models.Index(fields=["due_at", "id"], name="dossier_open_due", condition=IS_OPEN),
            models.Index(
                fields=["handling_person", "due_at", "id"],
                name="dossier_of_person",
                condition=Q(handling_person__isnull=False) & IS_OPEN,
            ),
            # Serves the list of what was closed, the last first.
            models.Index(
                fields=["handling_unit", "closed_at", "id"],
                name="dossier_closed_here",
                condition=Q(closed_at__isnull=False),
                include=["way", "handling_person", "submitted_at"],
            ),
            models.Index(
                fields=["handling_unit", "procedure", "closed_at", "id"],
                name="dossier_closed_procedure",
                condition=Q(closed_at__isnull=False),
            ),
            models.Index(
                fields=["handling_unit", "status", "closed_at", "id"],
                name="dossier_closed_status",
                condition=Q(closed_at__isnull=False),
            ),
            # Serve registers and figures of a period.
            models.Index(fields=["unit", "received_at", "id"], name="dossier_received"),
            models.Index(
                fields=["unit", "closed_at", "id"],
                name="dossier_closed",
                condition=Q(closed_at__isnull=False),
            ),
            models.Index(
                fields=["unit", "done_at"],
                name="dossier_done",
                condition=Q(done_at__isnull=False),
            ),
            models.Index(fields=["receiving_unit", "submitted_at", "id"], name="dossier_came_in"),
            models.Index(fields=["visit"], name="dossier_of_visit", condition=~Q(visit="")),
        ]
        triggers = [
            pgtrigger.Protect(
                name="version_for_life",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "old.version_id is distinct from new.version_id"
                    " or old.code is distinct from new.code"
                    " or old.procedure is distinct from new.procedure"
                ),
            ),
            stays("dossiers_stay"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        """How clocks, audit, access and attachments name this dossier."""
        return f"cases.dossier:{self.code}"


class Party(models.Model):
    """Who applies, or acts for who applies. Name and phone can be searched; the number cannot."""

    personal: ClassVar[dict[str, str]] = {
        "name": "personal",
        "folded": "personal",
        "phone": "personal",
        "email": "personal",
        "address": "personal",
        "born_on": "personal",
        "citizen_id": "sensitive",
        "citizen_id_hash": "sensitive",
        "account_hash": "sensitive",
        "tax_code": "public",
    }

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="parties", db_index=False)
    part = models.CharField(max_length=10, choices=Part)
    kind = models.CharField(max_length=10, choices=Applicant, default=Applicant.CITIZEN)
    name = models.CharField(max_length=rules.NAME_LENGTH)
    folded = models.CharField(max_length=rules.NAME_LENGTH)
    phone = models.CharField(max_length=20, blank=True)
    email = models.CharField(max_length=254, blank=True)
    address = models.CharField(max_length=300, blank=True)
    born_on = models.DateField(null=True)
    female = models.BooleanField(null=True)
    tax_code = models.CharField(max_length=14, blank=True)
    citizen_id = EncryptedTextField(blank=True)
    citizen_id_hash = models.CharField(max_length=64, blank=True)
    account_hash = models.CharField(max_length=64, blank=True)
    proof = models.CharField(max_length=300, blank=True)  # By what somebody acts for another.

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "part"], name="party_once"),
            models.CheckConstraint(
                condition=~Q(part=Part.AGENT) | ~Q(proof=""), name="party_agent_has_proof"
            ),
        ]
        indexes = [
            models.Index(fields=["folded"], name="party_name", opclasses=["text_pattern_ops"]),
            models.Index(fields=["phone"], name="party_phone", condition=~Q(phone="")),
            models.Index(
                fields=["citizen_id_hash"], name="party_number", condition=~Q(citizen_id_hash="")
            ),
            models.Index(
                fields=["account_hash"], name="party_account", condition=~Q(account_hash="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} of {self.dossier_id}"


class Document(models.Model):
    """A paper of a dossier: one that the version asks for, or another that was handed in.

    Files are attachments of `subject`. `kind` names what it is wherever it is asked for, so that
    it can be offered again; `reused_from` is the one that was given before.
    """

    personal: ClassVar[dict[str, str]] = {"name": "personal", "given_by": "public"}

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="documents", db_index=False)
    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=300)
    form = models.CharField(max_length=10, choices=PaperForm)
    number = models.PositiveSmallIntegerField(default=1)
    given_at = models.DateTimeField(null=True)
    given_by = models.CharField(max_length=80, blank=True)
    digitised = models.BooleanField(default=False)
    reused_from = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", db_index=False
    )
    valid_to = models.DateField(null=True)  # Exclusive: a paper that runs out is asked for anew.

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "code"], name="document_once")]

    def __str__(self) -> str:
        return f"{self.dossier_id}/{self.code}"

    @property
    def subject(self) -> str:
        """How attachments name this paper."""
        return f"cases.document:{self.pk}"


class Move(models.Model):
    """One step in the life of a dossier: added, never changed. The history that reports recount."""

    personal: ClassVar[dict[str, str]] = {"reason": "personal"}

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="moves", db_index=False)
    act = models.CharField(max_length=12, choices=Act)
    was = models.PositiveSmallIntegerField(choices=Status, null=True)
    now = models.PositiveSmallIntegerField(choices=Status)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    from_step = models.CharField(max_length=40, blank=True)
    to_step = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    from_unit = models.CharField(max_length=20, blank=True)
    from_role = models.CharField(max_length=20, blank=True)
    to_unit = models.CharField(max_length=20, blank=True)
    to_role = models.CharField(max_length=20, blank=True)
    to_person = models.BigIntegerField(null=True)
    due_before = models.DateTimeField(null=True)
    due_after = models.DateTimeField(null=True)
    step_due_at = models.DateTimeField(null=True)  # Of the step that was left.
    reason = models.CharField(max_length=rules.REASON_LENGTH, blank=True)
    told = models.BooleanField(default=False)  # Whether the applicant reads the reason.

    class Meta:
        indexes = [models.Index(fields=["dossier", "id"], name="case_move_of_dossier")]
        triggers = [
            pgtrigger.Protect(
                name="case_moves_are_final", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            stays("case_moves_stay"),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.act}"


class Supplement(models.Model):
    """Papers that were asked for, and when they came. A dossier may be asked once.

    NĐ 61/2018/NĐ-CP, điều 19, kept by NĐ 118/2025/NĐ-CP; the due day before stays beside the new
    one (`NgayHenTraTruoc`, `NgayHenTraMoi`).
    """

    personal: ClassVar[dict[str, str]] = {"what": "personal", "said": "personal"}

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="supplements")
    what = models.TextField()
    documents = models.JSONField(default=list)  # Codes of papers that were asked for.
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=80)
    due_before = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    met_by = models.CharField(max_length=80, blank=True)
    said = models.TextField(blank=True)
    due_after = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(met_at=None) | Q(met_at__gte=F("asked_at")),
                name="supplement_met_after_asked",
            ),
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(met_at=None), name="supplement_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"supplement of {self.dossier_id}"


class Consultation(models.Model):
    """Another agency was asked for what it says. The clock of the dossier goes on."""

    personal: ClassVar[dict[str, str]] = {"question": "personal", "answer": "personal"}

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="consultations")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    agency = models.CharField(max_length=200)
    question = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=80)
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True)
    answer = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.agency} on {self.dossier_id}"


class Proposal(models.Model):
    """A draft of the result that the applicant looks at; silence after a day is agreement."""

    personal: ClassVar[dict[str, str]] = {"text": "personal", "said": "personal"}

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="proposals")
    text = models.TextField()
    shown_at = models.DateTimeField()
    shown_by = models.CharField(max_length=80)
    clock = models.ForeignKey(Clock, models.PROTECT, related_name="+", db_index=False)
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(null=True)
    by_silence = models.BooleanField(default=False)
    said = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(answered_at=None), name="proposal_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"proposal of {self.dossier_id}"


class Result(models.Model):
    """What the applicant gets: a signed paper (`paper`, a code of core.papers) or a file."""

    personal: ClassVar[dict[str, str]] = {"name": "personal", "signed_by": "public"}

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="results")
    code = models.CharField(max_length=40)  # Of the version's results.
    kind = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=300)
    paper = models.CharField(max_length=24, blank=True)
    made_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=80, blank=True)
    given_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    valid_to = models.DateField(null=True)  # Exclusive.

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "code"],
                condition=Q(revoked_at=None),
                name="case_result_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.dossier_id}"

    @property
    def subject(self) -> str:
        """How attachments name this result."""
        return f"cases.result:{self.pk}"
