"""Answers, and the questions that somebody finds."""

from datetime import date, datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.workbench.choices import Reach, State
from dothi.datastore.workbench.models import Question, Run
from dothi.lib import codes
from dothi.units import selectors as units
from dothi.units.models import Unit

Asker = User | AnonymousUser
MOST_TABLES = 100  # Of those that completion offers.


def run_seen_by(user: Asker, code: str) -> Run:
    """A run of this person; one of nobody is seen by who knows its code.

    Raises:
        Run.DoesNotExist: see there.
    """
    return runs_seen_by(user, code).get()


def runs_seen_by(user: Asker, code: str) -> QuerySet[Run]:
    """The run with this code as a set of at most one."""
    own = Q(user=user) if isinstance(user, User) else Q(user=None)
    return Run.objects.filter(own, key_hash=codes.hash_secret(code))


def running_of(user: User, *, at: datetime) -> QuerySet[Run]:
    return Run.objects.filter(user=user, state=State.RUNNING, until__gt=at).order_by("begun_at")


def questions_seen_by(user: User, *, on: date) -> QuerySet[Question]:
    """Own ones, and those that colleagues share within the units of this person's posts."""
    mine = {post.unit_id for post in accounts.standing(user, on=on).posts}
    shared = Q(reach=Reach.UNIT, unit_id__in=mine)
    found = Question.objects.filter(Q(owner=user) | shared).select_related("owner", "unit")
    return found.order_by("title", "id")


def titles_for(user: Asker, on: date) -> dict[str, str]:
    """The questions that this person finds: code and title."""
    if not isinstance(user, User):
        return {}
    return dict(questions_seen_by(user, on=on).order_by().values_list("code", "title"))


def units_of(user: User, *, on: date) -> list[Unit]:
    """The units with which this person may share a question."""
    mine = {post.unit_id for post in accounts.standing(user, on=on).posts}
    return list(units.in_force(on=on).filter(pk__in=mine).order_by("name_vi"))


def names_for(user: Asker, *, on: date) -> dict[str, list[str]]:
    """Datasets and columns that this person may know of, for completion."""
    found = catalogue.datasets_seen_by(user, on=on).order_by("code")[:MOST_TABLES]
    return {one.code: list(one.agreed.names) for one in found if one.agreed is not None}
