"""What officers keep for themselves, and one verb for many dossiers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.cases.models import Dossier, SavedFilter
from dothi.cases.services.refusals import BadText, Refused
from dothi.lib import text_vi

MOST_FILTERS = 20


@dataclass(kw_only=True)
class BatchReport:
    """What became of many: codes that were done, and codes with a reason that were not."""

    done: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def batch(verb: Callable[..., Any], dossiers: Iterable[Dossier]) -> BatchReport:
    """Do one verb to many, each in a transaction of its own: one refusal stops no other."""
    report = BatchReport()
    for dossier in dossiers:
        try:
            verb(dossier=dossier)
        except Refused as refused:
            report.failed.append((dossier.code, refused.message))
        else:
            report.done.append(dossier.code)
    return report


@transaction.atomic
def save_filter(*, user: User, name: str, query: str) -> SavedFilter:
    """Keep a worklist under a name; the same name again replaces it.

    Raises:
        BadText: there is no name, or there are too many filters.
    """
    tidy = text_vi.tidy(name)[:60]
    if not tidy:
        raise BadText(_("Please give the filter a name."))
    mine = SavedFilter.objects.filter(user=user)
    if mine.exclude(name=tidy).count() >= MOST_FILTERS:
        raise BadText(_("Please remove a filter first: at most 20 are kept."))
    row, _made = mine.update_or_create(
        user=user, name=tidy, defaults={"query": query.lstrip("?")[:500]}
    )
    return row


@transaction.atomic
def forget_filter(*, user: User, pk: int) -> None:
    """Remove one of one's own filters."""
    SavedFilter.objects.filter(user=user, pk=pk).delete()
