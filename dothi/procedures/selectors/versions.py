"""Versions: which one holds on a day, and who sees those that nobody published yet."""

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.procedures.choices import Power, State
from dothi.procedures.models import Area, Version


def in_force(on: date) -> QuerySet[Version]:
    """The published versions that hold on a day: at most one a procedure."""
    return Version.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on), state=State.PUBLISHED, valid_from__lte=on
    ).select_related("procedure__area")


def version_of(code: str, *, on: date) -> Version | None:
    """The version of a procedure that holds on a day."""
    return in_force(on).filter(procedure__code=code).first()


def versions_seen_by(user: User | AnonymousUser, *, on: date) -> QuerySet[Version]:
    """Published versions of any time are public; drafts are for those who design."""
    rows = Version.objects.select_related("procedure__area")
    if isinstance(user, User) and accounts.may(user, Power.SEE, None, on=on):
        return rows
    return rows.filter(state=State.PUBLISHED)


def history_of(code: str, user: User | AnonymousUser, *, on: date) -> list[Version]:
    """The versions of a procedure that somebody may see, newest first."""
    return list(versions_seen_by(user, on=on).filter(procedure__code=code).order_by("-number"))


def draft_of(code: str) -> Version | None:
    return (
        Version.objects.filter(procedure__code=code, state=State.DRAFT)
        .select_related("procedure__area")
        .first()
    )


def areas(*, on: date) -> list[Area]:
    """The fields that have a procedure in force, in their order."""
    used = in_force(on).values("procedure__area")
    return list(Area.objects.filter(pk__in=used).order_by("order", "code"))
