"""The frame of verbs that move a matter: one transaction, and words for whoever loses a race."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from dothi.core.rows import change
from dothi.core.verbs.refusals import BadText, ReasonNeeded, TooLate
from dothi.lib import text_vi

P = ParamSpec("P")
R = TypeVar("R")
Row = TypeVar("Row", bound=Model)


class Named(Protocol):
    """Somebody who can be named in the audit log."""

    @property
    def actor(self) -> str: ...


class Verb(Protocol):
    def __call__(self, function: Callable[P, R]) -> Callable[P, R]: ...


def actor_of(by: Named | str) -> str:
    """How audit names who did it: a person, or `public`, `system`, `partner:code`."""
    return by if isinstance(by, str) else by.actor


def verb_for(name: str, too_late: Callable[[Any], TooLate], *, lost: type[Exception]) -> Verb:
    """A decorator for verbs on the matter that they take as `name`: each is one transaction.

    Who loses a race (`lost`, for a clock say) is told what is so now, like any loser.
    """

    def verb(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except lost as error:
                raise too_late(kwargs[name]) from error

        return run

    return verb


def compare_and_set(
    row: Model, new: Mapping[str, Any], *, seen: tuple[str, ...], too_late: Callable[[Any], TooLate]
) -> None:
    """Write `new` if nobody changed the fields `seen` since the row was read; it then has them.

    Raises:
        TooLate: somebody did; what `too_late` makes of the row.
    """
    if not change(row, new, seen={name: getattr(row, name) for name in seen}):
        raise too_late(row)
    for name, value in new.items():
        setattr(row, name, value)


def words(text: str, *, most: int) -> str:
    """Text of people in composed form, without spaces at the ends.

    Raises:
        BadText: it is empty or longer than `most` characters.
    """
    tidy = text_vi.written(text)
    if not tidy:
        raise BadText(_("Please write something."))
    if len(tidy) > most:
        raise BadText(_("Please use at most %(most)d characters.") % {"most": most})
    return tidy


def reason_of(text: str, *, needed: bool, most: int) -> str:
    """Why, as people wrote it, cut at `most` characters.

    Raises:
        ReasonNeeded: it is needed and not there.
    """
    tidy = text_vi.written(text)[:most]
    if needed and not tidy:
        raise ReasonNeeded
    return tidy


def hold_from(
    rows: QuerySet[Row], valid_from: date, *, of: Mapping[str, Any], values: Mapping[str, Any]
) -> Row:
    """Let values hold from a day on, in rows with `valid_from` and `valid_to` (exclusive).

    `of` says whose they are; what held for it before ends on that day. The same day again corrects
    what was set for it.
    """
    rows.filter(
        Q(valid_to=None) | Q(valid_to__gt=valid_from), valid_from__lt=valid_from, **of
    ).update(valid_to=valid_from)
    row, _made = rows.update_or_create(
        **of, valid_from=valid_from, defaults={**values, "valid_to": None}
    )
    return row
