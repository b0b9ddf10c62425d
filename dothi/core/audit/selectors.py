"""Questions about the audit trail."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from dothi.core.audit.choices import Fault
from dothi.core.audit.models import Entry, Seal
from dothi.core.events.selectors import horizon

SPELLED = ("id", "xid", "act", "subject", "actor", "unit_code", "reason", "at", "details")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong; `number` is the entry, or the place in the chain."""

    fault: Fault
    number: int

    def __str__(self) -> str:
        return f"{self.fault.label}: {self.number}"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a check of the whole chain found."""

    sealed: int
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        return not self.findings


def entries_of(subject: str) -> QuerySet[Entry]:
    """What was done to one subject, oldest first."""
    return Entry.objects.filter(subject=subject).order_by("id")


def spelled(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in SPELLED}


def final_after(xid: int, entry_id: int, *, limit: int) -> list[dict[str, Any]]:
    """Entries whose transactions are over, in commit order, after a place."""
    rows = Entry.objects.extra(where=["(xid, id) > (%s, %s)"], params=[xid, entry_id])
    return list(rows.filter(xid__lt=horizon()).order_by("xid", "id").values(*SPELLED)[:limit])


def sealed(*, page: int = 1000) -> Iterator[tuple[Seal, dict[str, Any] | None]]:
    """Every seal in order, with its entry or None when that is gone."""
    place = 0
    while seals := list(Seal.objects.filter(place__gt=place).order_by("place")[:page]):
        ids = [row.entry_id for row in seals]
        entries = {row["id"]: row for row in Entry.objects.filter(pk__in=ids).values(*SPELLED)}
        for row in seals:
            yield row, entries.get(row.entry_id)
        place = seals[-1].place


def slipped_in() -> list[int]:
    """Entries without a seal that lie before the last sealed one."""
    last = Seal.objects.order_by("-place").first()
    if last is None:
        return []
    rows = _unsealed().extra(where=["(xid, id) < (%s, %s)"], params=[last.xid, last.entry_id])
    return list(rows.order_by("id").values_list("id", flat=True))


def unsealed(*, before: datetime, below: int | None = None) -> list[int]:
    """Entries that wait for their seal since before that time.

    `below` is a horizon: what was written after it may tell of an earlier time, and is not late.
    """
    rows = _waiting(_unsealed()).filter(at__lt=before)
    if below is not None:
        rows = rows.filter(xid__lt=below)
    return list(rows.order_by("id").values_list("id", flat=True))


def waits_for_a_seal(*, below: int) -> bool:
    """Whether an entry whose transaction is over, below a horizon, has no seal yet."""
    return _waiting(Entry.objects.all()).filter(xid__lt=below).exists()


def _waiting(rows: QuerySet[Entry]) -> QuerySet[Entry]:
    """Those that come after the last seal in commit order."""
    last = Seal.objects.order_by("-place").first()
    if last is None:
        return rows
    return rows.extra(where=["(xid, id) > (%s, %s)"], params=[last.xid, last.entry_id])


def _unsealed() -> QuerySet[Entry]:
    return Entry.objects.filter(~Exists(Seal.objects.filter(entry_id=OuterRef("pk"))))
