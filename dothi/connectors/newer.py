"""Where an incremental source goes on: the greatest value of a column so far, or a stated day.

Numbers are compared as numbers, moments as moments, everything else as text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.ports import NotFetched

Value = Decimal | datetime | str


@dataclass
class Newest:
    """The greatest value met so far."""

    column: str
    value: Value | None = None
    written: Any = None  # As it was met, for the other side to understand.

    def meet(self, written: Any) -> None:
        """Raises NotFetched where values of the column cannot be compared with one another."""
        if written is None or written == "":
            return
        value = compared(written)
        if self.value is not None and type(value) is not type(self.value):
            raise NotFetched(Fault.BROKEN, what=self.column)
        if self.value is None or value > self.value:  # type: ignore[operator]
            self.value, self.written = value, written

    def position(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """Where to go on: where it was, when nothing was met."""
        if self.value is None:
            return dict(before)
        return {"last": as_text(self.written)}


def since(position: Mapping[str, Any], *, overlap: int) -> str:
    """From where on to ask, with the overlap taken off: minutes of a moment, else a number. ""
    means from the beginning."""
    if "since" in position:
        return str(position["since"])
    last = str(position.get("last", ""))
    if not last or not overlap:
        return last
    value = compared(last)
    if isinstance(value, datetime):
        zone = _parsed(last).tzinfo
        earlier = value - timedelta(minutes=overlap)
        return (earlier if zone else earlier.replace(tzinfo=None)).isoformat()
    if isinstance(value, Decimal):
        return str(value - overlap)
    return last


def compared(written: Any) -> Value:
    if isinstance(written, datetime):
        return _aware(written)
    if isinstance(written, date):
        return _aware(datetime(written.year, written.month, written.day))  # noqa: DTZ001
    if isinstance(written, int | float | Decimal):
        return Decimal(str(written))
    text = str(written)
    try:
        return Decimal(text)
    except InvalidOperation:
        pass
    try:
        return _aware(_parsed(text))
    except ValueError:
        return text


def as_text(written: Any) -> str:
    return written.isoformat() if isinstance(written, datetime | date) else str(written)


def _parsed(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _aware(moment: datetime) -> datetime:
    """A moment without a zone is one of the city."""
    if moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=timezone.get_default_timezone())
