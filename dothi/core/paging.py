"""Pages that begin after the last row seen, so that the thousandth costs what the first does."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.db.models import Q, QuerySet

Item = TypeVar("Item")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Item]):
    """Some rows, and where the next ones begin (empty: there are no more)."""

    items: list[Item]
    next: str


def take(
    rows: QuerySet[Any], *, field: str, newest_first: bool, after: str, limit: int
) -> tuple[list[Any], str]:
    """Rows in the order of a time and the id, after a mark. A mark that is none begins anew."""
    sign = "-" if newest_first else ""
    rows = rows.order_by(f"{sign}{field}", f"{sign}id")
    mark = _read(after)
    if mark is not None:
        way = "lt" if newest_first else "gt"
        moment, last = mark
        # Written so that the index is entered at the mark, and not filtered from its start.
        rows = rows.filter(
            Q(**{f"{field}__{way}e": moment})
            & (Q(**{f"{field}__{way}": moment}) | Q(**{f"id__{way}": last}))
        )
    found = list(rows[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return found, _write(getattr(found[-1], field), found[-1].pk) if more else ""


def _write(moment: datetime, last: int) -> str:
    micro = round((moment - EPOCH).total_seconds() * 1_000_000)
    return base64.urlsafe_b64encode(f"{micro}.{last}".encode()).decode().rstrip("=")


def _read(mark: str) -> tuple[datetime, int] | None:
    if not mark:
        return None
    try:
        text = base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)).decode()
        micro, _, last = text.partition(".")
        seconds, rest = divmod(int(micro), 1_000_000)
        moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)
        return moment, int(last)
    except (ValueError, OverflowError, OSError, binascii.Error):
        return None


def page_of(items: Sequence[Item], following: str) -> Page[Item]:
    return Page(items=list(items), next=following)
