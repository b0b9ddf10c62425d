"""Reports, who made them, what was said and done about them, and who follows."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Func, Q

from dothi.core.clocks.models import Clock
from dothi.core.crypto.fields import EncryptedTextField
from dothi.feedback import rules
from dothi.feedback.choices import Act, Channel, Sender, State, Urgency, Visibility
from dothi.feedback.models.catalogue import Category, Partner
from dothi.units.models import Unit

IS_OPEN = Q(closed_at=None)


class Ticket(models.Model):
    """One thing that somebody told the city, and how it stands.

    `unit` is the unit that had the place when it came in; it is never rewritten. Who handles it is
    `handling_unit` with a role, and perhaps a person or a partner.
    """

    personal: ClassVar[dict[str, str]] = {
        "title": "personal",
        "text": "personal",
        "address": "personal",
        "folded": "personal",
        "answer": "personal",
        "rating_note": "personal",
        "attributes": "personal",
        "secret_hash": "sensitive",
    }

    code = models.CharField(max_length=24, unique=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=rules.TITLE_LENGTH)
    text = models.TextField()
    folded = models.TextField()  # Title, text and address without marks: what search compares.
    language = models.CharField(max_length=5, default="vi")
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", db_index=False)
    urgency = models.CharField(max_length=10, choices=Urgency, default=Urgency.NORMAL)
    danger = models.CharField(max_length=3, blank=True)  # Whom to call: 113, 114 or 115.
    channel = models.CharField(max_length=10, choices=Channel)
    entered_by = models.CharField(max_length=80, default="public")

    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    address = models.CharField(max_length=rules.ADDRESS_LENGTH, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)

    state = models.CharField(max_length=12, choices=State)
    state_before = models.CharField(max_length=12, choices=State, blank=True)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.FACTS)
    handling_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    handling_role = models.CharField(max_length=20)
    handling_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, related_name="+", db_index=False
    )

    received_at = models.DateTimeField()
    forwarded_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)  # Since when we wait for the reporter.
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    # The due time of the answer, as its clock has it: lists sort by it.
    due_at = models.DateTimeField(null=True)
    paused = models.BooleanField(default=False)
    overdue_told_for = models.DateTimeField(null=True)  # The due time that was told as missed.
    clock = models.ForeignKey(Clock, models.PROTECT, null=True, related_name="+", db_index=False)
    forward_clock = models.ForeignKey(
        Clock, models.PROTECT, null=True, related_name="+", db_index=False
    )

    answer = models.TextField(blank=True)
    me_too = models.PositiveIntegerField(default=0)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="merged", db_index=False
    )
    reopened = models.PositiveSmallIntegerField(default=0)
    rating = models.PositiveSmallIntegerField(null=True)
    rating_note = models.CharField(max_length=rules.REASON_LENGTH, blank=True)
    reachable = models.BooleanField(default=False)  # The reporter wants news and left a contact.
    # Since when words of the reporter or of a partner wait for somebody of the office to read them.
    unread_since = models.DateTimeField(null=True)

    source = models.CharField(max_length=60, blank=True)  # The other system, if it has one.
    source_ref = models.CharField(max_length=120, blank=True)  # Its number there.
    attributes = models.JSONField(default=dict)  # Answers to questions of the subject (Open311).

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, state__in=sorted(rules.OPEN))
                | Q(closed_at__isnull=False, state__in=sorted(rules.CLOSED)),
                name="ticket_closed_at_when_closed",
            ),
            models.CheckConstraint(
                condition=Q(lon=None, lat=None)
                | Q(lon__gte=-180, lon__lte=180, lat__gte=-90, lat__lte=90),
                name="ticket_place_is_on_earth",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.IN_PROGRESS, handling_person=None),
                name="ticket_in_progress_has_a_person",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.DUPLICATE) | Q(merged_into__isnull=False),
                name="ticket_duplicate_of_something",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.RESOLVED, State.PUBLISHED])
                | (~Q(answer="") & Q(resolved_at__isnull=False)),
                name="ticket_resolved_has_an_answer",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.PUBLISHED) | Q(visibility=Visibility.PUBLIC),
                name="ticket_published_is_public",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.TRANSFERRED) | Q(visibility=Visibility.HELD),
                name="ticket_transferred_is_held",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.NEEDS_INFO) | Q(asked_at__isnull=False),
                name="ticket_waiting_since",
            ),
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__gte=1, rating__lte=5),
                name="ticket_rating_is_stars",
            ),
            models.UniqueConstraint(
                fields=["source", "source_ref"],
                condition=~Q(source_ref=""),
                name="ticket_taken_over_once",
            ),
        ]
        indexes = [
            # Serves the worklist of a unit, most urgent first, page by page.
            models.Index(
                fields=["handling_unit", "due_at", "id"], name="ticket_worklist", condition=IS_OPEN
            ),
            # Serves the worklist of those who reach over many units.
            models.Index(fields=["due_at", "id"], name="ticket_open_due", condition=IS_OPEN),
            models.Index(
                fields=["handling_person", "due_at", "id"],
                name="ticket_of_person",
                condition=Q(handling_person__isnull=False) & IS_OPEN,
            ),
            # Serves lists of a unit's ground, newest first, and counts per unit.
            models.Index(fields=["unit", "received_at", "id"], name="ticket_ground"),
            # Serves the public list and feeds, newest first.
            models.Index(
                fields=["received_at", "id"],
                name="ticket_public",
                condition=~Q(visibility=Visibility.HELD),
            ),
            models.Index(
                fields=["category", "received_at", "id"],
                name="ticket_public_category",
                condition=~Q(visibility=Visibility.HELD),
            ),
            # Serves results of a period, such as those for 1022.
            models.Index(
                fields=["closed_at", "id"],
                name="ticket_closed",
                condition=Q(closed_at__isnull=False),
            ),
            # Serves what was answered in a period: the share in time of the last 30 days.
            models.Index(
                fields=["resolved_at"],
                name="ticket_resolved",
                condition=Q(resolved_at__isnull=False),
            ),
            models.Index(
                fields=["asked_at"], name="ticket_waiting", condition=Q(state=State.NEEDS_INFO)
            ),
            models.Index(
                fields=["handling_unit", "unread_since", "id"],
                name="ticket_unread",
                condition=Q(unread_since__isnull=False),
            ),
            models.Index(
                fields=["merged_into"],
                name="ticket_merged",
                condition=Q(merged_into__isnull=False),
            ),
            GinIndex(SearchVector("folded", config="simple"), name="ticket_words"),
            # Serves "what is open near here".
            GistIndex(
                Func(F("lon"), F("lat"), function="point"),
                name="ticket_open_place",
                condition=Q(lon__isnull=False) & IS_OPEN,
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        """How clocks, audit, access and attachments name this report."""
        return f"feedback.ticket:{self.code}"


class Reporter(models.Model):
    """Who told us, apart from what was told. Read it only through `services.open_reporter`.

    Every value is encrypted; hashes with a key outside the database find a person's own reports.
    """

    personal: ClassVar[dict[str, str]] = {
        "name": "sensitive",
        "phone": "sensitive",
        "email": "sensitive",
        "phone_hash": "sensitive",
        "email_hash": "sensitive",
        "account_hash": "sensitive",
    }

    ticket = models.OneToOneField(Ticket, models.CASCADE, related_name="reporter")
    name = EncryptedTextField(blank=True)
    phone = EncryptedTextField(blank=True)
    email = EncryptedTextField(blank=True)
    phone_hash = models.CharField(max_length=64, blank=True)
    email_hash = models.CharField(max_length=64, blank=True)
    account_hash = models.CharField(max_length=64, blank=True)
    wants_news = models.BooleanField(default=True)
    by_sms = models.BooleanField(default=False)  # News go to the telephone, not to the address.

    class Meta:
        indexes = [
            models.Index(fields=[name], name=f"reporter_{name}", condition=~Q(**{name: ""}))
            for name in ("phone_hash", "email_hash", "account_hash")
        ]

    def __str__(self) -> str:
        return f"reporter of {self.ticket_id}"


class Move(models.Model):
    """One step in the life of a report: added, never changed."""

    personal: ClassVar[dict[str, str]] = {"reason": "personal"}

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="moves", db_index=False)
    act = models.CharField(max_length=12, choices=Act)
    was = models.CharField(max_length=12, blank=True)
    now = models.CharField(max_length=12)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    from_unit = models.CharField(max_length=20, blank=True)
    from_role = models.CharField(max_length=20, blank=True)
    to_unit = models.CharField(max_length=20, blank=True)
    to_role = models.CharField(max_length=20, blank=True)
    to_person = models.BigIntegerField(null=True)
    partner = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=rules.REASON_LENGTH, blank=True)
    public = models.BooleanField(default=False)  # Whether everybody may read the reason.

    class Meta:
        indexes = [models.Index(fields=["ticket", "id"], name="move_of_ticket")]
        triggers = [
            pgtrigger.Protect(name="moves_are_final", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.act}"


class Message(models.Model):
    """Words between the office and the reporter; only those marked public are for everybody."""

    personal: ClassVar[dict[str, str]] = {"text": "personal"}

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="messages", db_index=False)
    sender = models.CharField(max_length=8, choices=Sender)
    actor = models.CharField(max_length=80)
    act = models.CharField(max_length=12, blank=True)
    text = models.TextField()
    public = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["ticket", "id"], name="message_of_ticket")]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.sender}"


class MeToo(models.Model):
    """Somebody else saw the same thing; who it was is kept as a hash, to count each one once."""

    personal: ClassVar[dict[str, str]] = {"person_hash": "sensitive"}

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+", db_index=False)
    person_hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "person_hash"], name="me_too_once")
        ]


class PartnerTask(models.Model):
    """A report that a partner has to answer: asked when, due when, and what came back. Public."""

    personal: ClassVar[dict[str, str]] = {"answer": "personal"}

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="tasks")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="tasks")
    clock = models.ForeignKey(Clock, models.PROTECT, null=True, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    done = models.BooleanField(null=True)  # Whether the partner says that it is mended.
    answer = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)  # Answered, or taken away from the partner.

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(ended_at=None), name="one_partner_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} at {self.partner_id}"


class Follow(models.Model):
    """Somebody wants to hear of reports of an area or a subject; the address was confirmed by mail.

    Empty unit: everywhere. No category: all subjects.
    """

    personal: ClassVar[dict[str, str]] = {"email": "sensitive", "email_hash": "sensitive"}

    email = EncryptedTextField()
    email_hash = models.CharField(max_length=64)
    unit_code = models.CharField(max_length=20, blank=True)
    category = models.ForeignKey(Category, models.CASCADE, null=True, related_name="+")
    language = models.CharField(max_length=5, default="vi")
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    told_until = models.DateTimeField(null=True)  # News up to here were sent.

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email_hash", "unit_code", "category"],
                nulls_distinct=False,
                name="follow_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["unit_code"],
                name="follow_confirmed",
                condition=Q(confirmed_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_code or '*'}/{self.category_id or '*'}"
