"""Keep a worklist under a name; do one verb to many matters."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from dothi.core.verbs.refusals import BadText, Refused
from dothi.core.worklists.models import SavedFilter
from dothi.lib import text_vi

MOST_FILTERS = 20


@transaction.atomic
def save_filter(*, worklist: str, person_id: int, name: str, query: str) -> SavedFilter:
    """Keep a worklist under a name; the same name again replaces it.

    Raises:
        BadText: there is no name, or there are too many filters.
    """
    tidy = text_vi.tidy(name)[:60]
    if not tidy:
        raise BadText(_("Please give the filter a name."))
    mine = SavedFilter.objects.filter(worklist=worklist, person_id=person_id)
    if mine.exclude(name=tidy).count() >= MOST_FILTERS:
        raise BadText(_("Please remove a filter first: at most 20 are kept."))
    row, _made = SavedFilter.objects.update_or_create(
        worklist=worklist, person_id=person_id, name=tidy,
        defaults={"query": query.lstrip("?")[:500]},
    )  # fmt: skip
    return row


@transaction.atomic
def forget_filter(*, worklist: str, person_id: int, pk: int) -> None:
    """Remove one of one's own filters."""
    SavedFilter.objects.filter(worklist=worklist, person_id=person_id, pk=pk).delete()


class Coded(Protocol):
    """A matter that people know by its code."""

    code: str


Matter = TypeVar("Matter", bound=Coded)


@dataclass(kw_only=True)
class BatchReport:
    """What became of many: codes that were done, and codes with a reason that were not."""

    done: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def batch(verb: Callable[[Matter], Any], matters: Iterable[Matter]) -> BatchReport:
    """Do one verb to many, each in a transaction of its own: one refusal stops no other."""
    report = BatchReport()
    for matter in matters:
        try:
            verb(matter)
        except Refused as refused:
            report.failed.append((matter.code, refused.message))
        else:
            report.done.append(matter.code)
    return report
