"""What the pages of versions, releases and erasures have in common."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.http import Http404

from dothi.accounts.http import SignedInRequest
from dothi.accounts.selectors import names_of
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.tables import selectors
from dothi.datastore.tables.models import Version
from dothi.datastore.tables.selectors import Changes

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

# Rows of both states together that are compared while somebody waits.
MOST = 20_000_000


def kept(request: SignedInRequest, code: str, *, on: date) -> "Dataset":
    """The dataset, if it is of a unit whose data this person looks after."""
    found = catalogue.datasets_kept_by(request.user, on=on).filter(code=code).first()
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True, kw_only=True)
class Change:
    """What would become of a table, in numbers; None where it is too large to be compared here."""

    dataset: str
    title: str
    now: Version
    to: Version
    made: Changes | None


def change_to(title: str, now: Version, to: Version) -> Change:
    """Raises VersionClosed, KeyNotUnique."""
    code = now.table.code
    small = now.rows + to.rows <= MOST
    made = selectors.difference(code, now.number, to.number) if small else None
    return Change(dataset=code, title=title, now=now, to=to, made=made)


def authors(versions: Iterable[Version]) -> dict[str, str]:
    return names_of({one.actor for one in versions})
