"""Questions about grants: which hold for somebody today, who sees which."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import TruncDate

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.datastore.catalogue.choices import State
from dothi.datastore.sharing.choices import Power, SubjectKind
from dothi.datastore.sharing.models import Application, Grant, PersonColumn, Use


def _loaded() -> QuerySet[Grant]:
    rows = Grant.objects.select_related("dataset__unit", "dataset__contract", "unit", "user", "key")
    return rows.defer("dataset__search")


def in_force(on: date) -> Q:
    return Q(ended_at=None, begins_on__lte=on, expires_on__gt=on)


def grants_held_by(
    user: User | AnonymousUser, *, on: date, key: int | None = None
) -> QuerySet[Grant]:
    """The grants under which this person, or a program with this key, may read today.

    Whoever left the post or the house holds nothing; of a dataset that is not offered any more
    nothing can be read either.
    """
    standing = accounts.standing(user, on=on)
    if standing.user_id is None or not user.is_active:
        return Grant.objects.none()
    units = {post.unit_id for post in standing.posts}
    mine = Q(subject_kind=SubjectKind.PERSON, user_id=standing.user_id) & (
        Q(unit=None) | Q(unit__in=units)
    )
    mine |= Q(subject_kind=SubjectKind.UNIT, unit__in=units)
    for post in standing.posts:
        mine |= Q(subject_kind=SubjectKind.POST, unit_id=post.unit_id, role=post.role)
    if key is not None:
        mine |= Q(subject_kind=SubjectKind.KEY, key_id=key, key__user_id=standing.user_id,
                  key__ended_at=None)  # fmt: skip
    held = _loaded().filter(mine, in_force(on), dataset__state=State.PUBLISHED)
    return held.order_by("-granted_at", "-id")


def grants_used(dataset: str, *, on: date) -> QuerySet[Grant]:
    """The grants on a dataset that hold today and of which use was made."""
    held = _loaded().filter(in_force(on), dataset__code=dataset)
    return held.filter(pk__in=Use.objects.values("grant"))


def grants_seen_by(user: User, *, on: date) -> QuerySet[Grant]:
    """The grants on datasets of the units whose data this person looks after, newest first."""
    units = accounts.standing(user, on=on).units_for(Power.SEE)
    return _loaded().filter(dataset__unit_id__in=units).order_by("-granted_at", "-id")


def uses_of(grant: Grant) -> QuerySet[Use]:
    """What use was made of it, newest first."""
    return Use.objects.filter(grant=grant).order_by("-at", "-id")


def report_on(grant: Grant) -> list[dict[str, Any]]:
    """The use day by day: who, by which door, how often, how many rows at most. Newest first."""
    days = Use.objects.filter(grant=grant).annotate(on=TruncDate("at"))
    grouped = days.values("on", "actor", "door", "form", "version")
    return list(
        grouped.annotate(times=Count("id"), most=Max("rows")).order_by(
            "-on", "actor", "door", "form"
        )
    )


def _applications() -> QuerySet[Application]:
    return Application.objects.select_related(
        "dataset__unit", "dataset__contract", "asker", "user", "unit", "key", "renews", "grant"
    ).defer("dataset__search")


def applications_of(user: User) -> QuerySet[Application]:
    """What this person asked for, newest first."""
    return _applications().filter(asker=user).order_by("-asked_at", "-id")


def applications_seen_by(user: User, *, on: date) -> QuerySet[Application]:
    """The requests on datasets of the units whose data this person looks after, newest first."""
    units = accounts.standing(user, on=on).units_for(Power.SEE)
    return _applications().filter(dataset__unit_id__in=units).order_by("-asked_at", "-id")


def person_columns(datasets: Collection[int]) -> dict[int, PersonColumn]:
    """Which column names the person of a row, by the number of the dataset."""
    rows = PersonColumn.objects.filter(dataset_id__in=datasets)
    return {one.dataset_id: one for one in rows}
