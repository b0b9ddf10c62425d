"""People and programs that sign in, and the posts they hold, in units and in time."""

from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from dothi.accounts.choices import Level, Role
from dothi.core.crypto.fields import EncryptedTextField
from dothi.units.models import Unit


def in_force(on: date, prefix: str = "") -> Q:
    """The periods that hold a day; `prefix` leads to the row that has the period."""
    begun = Q(**{f"{prefix}valid_from__lte": on})
    open_ended = Q(**{f"{prefix}valid_to": None})
    return begun & (open_ended | Q(**{f"{prefix}valid_to__gt": on}))


class User(AbstractUser):
    """A person who signs in: staff hold posts, citizens hold none."""

    personal: ClassVar[dict[str, str]] = {
        "username": "personal",
        "full_name": "personal",
        "email": "personal",
        "password": "sensitive",
    }

    full_name = models.CharField(max_length=200, blank=True)
    level = models.CharField(max_length=10, choices=Level, default=Level.NONE)
    language = models.CharField(max_length=5, default="vi")

    # A Vietnamese name is one string; it is never split into first and last.
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.username

    def get_full_name(self) -> str:
        return self.full_name or self.username

    def get_short_name(self) -> str:
        """The given name, which comes last; it is what one is called by."""
        return self.get_full_name().split(" ")[-1]

    @property
    def actor(self) -> str:
        """How audit and access name this person: an id, never a personal value."""
        return f"user:{self.pk}"

    @property
    def subject(self) -> str:
        """How audit names this person as the one to whom something was done."""
        return f"accounts.user:{self.pk}"


def display_name(user: User) -> str:
    """How a person is called on the own pages and in the own mail."""
    return user.full_name or user.email or user.username


class Post(models.Model):
    """A role that a person holds in a unit from one day until another."""

    personal: ClassVar[dict[str, str]] = {"title": "public"}

    user = models.ForeignKey(User, models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=Role)
    title = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # Exclusive. Null: until further notice.

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "unit", "role"], condition=Q(valid_to=None), name="post_held_once"
            ),
            models.UniqueConstraint(
                fields=["user", "unit", "role", "valid_from"], name="post_begins_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="post_valid_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.role}@{self.unit_id}"


class Delegation(models.Model):
    """The powers of a post, lent to another person for some days, for a reason such as leave."""

    personal: ClassVar[dict[str, str]] = {"reason": "personal"}

    post = models.ForeignKey(Post, models.PROTECT, related_name="delegations")
    to = models.ForeignKey(User, models.PROTECT, related_name="delegations")
    valid_from = models.DateField()
    valid_to = models.DateField()  # Exclusive: lent powers always go back.
    reason = models.CharField(max_length=300)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("valid_from")), name="delegation_valid_period"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="delegation_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id}->{self.to_id}"


class StartLink(models.Model):
    """A link by which one person sets a password once, before it expires; its hash is kept."""

    personal: ClassVar[dict[str, str]] = {"token_hash": "sensitive", "made_by": "public"}

    user = models.ForeignKey(User, models.CASCADE, related_name="start_links")
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="start_link_expires"
            ),
        ]

    def __str__(self) -> str:
        return f"start:{self.user_id}"


class Machine(models.Model):
    """A program of another office that signs in by itself (RFC 6749, section 4.4).

    It acts as `user`, who holds posts like a person: where it may do what is said by them, and
    `scopes` narrow it. `code` is its client id; of its secret only the hash is kept.
    """

    personal: ClassVar[dict[str, str]] = {
        "name": "public",
        "contact": "personal",
        "secret_hash": "sensitive",
        "made_by": "public",
    }

    user = models.OneToOneField(User, models.PROTECT, related_name="machine")
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    contact = models.CharField(max_length=200, blank=True)  # Whom to call when it misbehaves.
    scopes = ArrayField(models.CharField(max_length=40))
    secret_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.code

    @property
    def subject(self) -> str:
        """How audit names this program as the one to which something was done."""
        return f"accounts.machine:{self.code}"


class Token(models.Model):
    """What a program shows with each request for some minutes; its hash is kept."""

    personal: ClassVar[dict[str, str]] = {"token_hash": "sensitive"}

    machine = models.ForeignKey(Machine, models.CASCADE, related_name="tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40))
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="token_expires"),
        ]

    def __str__(self) -> str:
        return f"token:{self.machine_id}"


class Said(models.Model):
    """What a program was answered to a request that it may send again under the same key.

    The answer is encrypted: it may hold a secret that is shown once.
    """

    personal: ClassVar[dict[str, str]] = {"answer": "sensitive"}

    machine = models.ForeignKey(Machine, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=120)
    mark = models.CharField(max_length=64)  # Keyed hash of what was asked.
    status = models.PositiveSmallIntegerField(default=0)
    answer = EncryptedTextField(blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["machine", "key"], name="said_once")]

    def __str__(self) -> str:
        return f"{self.machine_id}:{self.key}"
