"""What waits for the signature of a leader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from dothi.accounts import registry as powers
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import Post, User
from dothi.cases.choices import Power, Status
from dothi.cases.models import Dossier, Result
from dothi.cases.selectors.tracking import loaded
from dothi.core.clocks.models import Clock
from dothi.core.papers import signing
from dothi.procedures import selectors as procedures

MOST = 100


@dataclass(frozen=True, kw_only=True)
class ToSign:
    """One dossier on the table of a post that signs."""

    code: str
    procedure: str
    results: Sequence[str]
    clock: Clock | None
    sent_at: datetime


def posts_that_sign(user: User, *, on: date) -> list[Post]:
    """The person's posts that sign, own and lent."""
    held = accounts.standing(user, on=on).posts
    return [post for post in held if Power.SIGN in powers.powers_of(Role(post.role))]


def to_sign_by(user: User, *, on: date) -> QuerySet[Dossier]:
    """Dossiers that lie with the very posts by which the person signs, most urgent first."""
    mine = Q(pk__in=())
    for post in posts_that_sign(user, on=on):
        mine |= Q(handling_unit=post.unit_id, handling_role=post.role)
    # That none of them is closed follows from the status; said, it leads to the index of open ones.
    waiting = loaded().filter(mine, status=Status.HANDLED, closed_at=None)
    return waiting.order_by("due_at", "id")


def shown_to_sign(dossiers: Sequence[Dossier], *, language: str) -> list[ToSign]:
    """The dossiers as a list shows them: what is to be signed of each."""
    rows = Result.objects.filter(dossier__in=dossiers, revoked_at=None, signed_at__isnull=False)
    signed = set(rows.values_list("dossier", "code"))
    shown = []
    for one in dossiers:
        definition = procedures.content_of(one.version_id)
        left = [row.name.of(language) for row in definition.results
                if (one.pk, row.code) not in signed]  # fmt: skip
        shown.append(
            ToSign(
                code=one.code, procedure=definition.name.of(language), results=left,
                clock=one.clock, sent_at=one.changed_at,
            )
        )  # fmt: skip
    return shown


def without_key(posts: Sequence[Post], *, at: datetime) -> list[tuple[str, str]]:
    """Posts that cannot sign now, each with the sentence that says why."""
    found = []
    for post in posts:
        try:
            signing.seal_of(unit_code=post.unit.code, role=post.role, reason="", at=at)
        except signing.CannotSign as error:
            found.append(
                (f"{post.title or post.get_role_display()}, {post.unit.name}", error.message)
            )
    return found
