"""Rows of files that could not be taken over: put aside with the reason, corrected, released.

An importer begins a run, takes row by row, and puts the faults aside in batches:

    run = begin_import(kind=ImportKind.HOTLINE, name="1022.csv", by=user, at=at)
    …  put_aside(run=run, faults=[Fault(line=3, fault="no_place", reason=…, original=…, fields=…)],
                 at=at)
    finish_import(run=run, read=40, added=36, known=2, at=at)

How one corrected row is taken over, each kind says for itself, with `@takes(kind)`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.core.access.services import opened
from dothi.core.audit.services import record
from dothi.core.crypto.services import keyed_hash
from dothi.feedback.choices import Aside, ImportKind
from dothi.feedback.models import ImportRun, Quarantined, Ticket
from dothi.feedback.selectors import quarantine
from dothi.feedback.services.moving import Actor, actor_of, reason_of
from dothi.feedback.services.refusals import Refused

MOST_LETTERS = 100_000


class RowFault(Refused):
    """A row cannot be taken over; `fault` names the kind of fault, `message` says it in words."""

    def __init__(self, fault: str, message: str) -> None:
        super().__init__(message)
        self.fault = fault


class SettledBefore(Refused):
    """Somebody released the row or left it out already."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has settled this row already."))


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One row that could not be taken over."""

    line: int
    fault: str  # A word such as "no_place": rows are counted by it.
    reason: str  # A sentence for people.
    original: str  # The row as it came.
    fields: Mapping[str, str] = field(default_factory=dict)
    external_id: str = ""  # The number that the other system gave it, if it did.


# Takes one row over: the fields, who does it, when. Raises RowFault or another refusal.
# Returns the report that was made, or that was here already.
Taker = Callable[[Mapping[str, str], Actor, datetime], Ticket]
_TAKERS: dict[str, Taker] = {}


def takes(kind: ImportKind) -> Callable[[Taker], Taker]:
    """Say how a corrected row of this kind is taken over."""

    def note(taker: Taker) -> Taker:
        _TAKERS[kind.value] = taker
        return taker

    return note


@transaction.atomic
def begin_import(*, kind: ImportKind, name: str, by: Actor, at: datetime) -> ImportRun:
    """A file is about to be read."""
    run = ImportRun.objects.create(kind=kind, name=name[-200:], actor=actor_of(by), started_at=at)
    record("feedback.import_begin", subject=f"feedback.import:{run.pk}", by=run.actor, at=at)
    return run


@transaction.atomic
def finish_import(*, run: ImportRun, read: int, added: int, known: int, at: datetime) -> None:
    """The file was read to its end."""
    run.read, run.added, run.known, run.ended_at = read, added, known, at
    run.aside = run.rows.count()
    run.save(update_fields=["read", "added", "known", "aside", "ended_at"])
    record("feedback.import", subject=f"feedback.import:{run.pk}", by=run.actor, at=at,
           kind=run.kind, read=read, added=added, known=known, aside=run.aside)  # fmt: skip


@transaction.atomic
def put_aside(*, run: ImportRun, faults: Sequence[Fault], at: datetime) -> int:
    """Put rows aside. Return how many were not known here before.

    A row that waits already is replaced by what the newer file says; one that was released or left
    out comes back only when it says something else than then.
    """
    by_print = {_fingerprint(run.kind, fault): fault for fault in faults}
    known = {
        row.fingerprint: row
        for row in Quarantined.objects.select_for_update()
        .filter(kind=run.kind, fingerprint__in=by_print)
        .defer("original", "fields")
    }
    new = []
    for fingerprint, fault in by_print.items():
        row = known.get(fingerprint)
        if row is None:
            new.append(_row(run, fault, fingerprint, at))
        elif row.state == Aside.WAITING or row.content_hash != _content(run.kind, fault):
            _replace(row, run, fault, at)
    # Another run may put the same row aside at this moment: then it is there, which is enough.
    Quarantined.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    return len(new)


def _row(run: ImportRun, fault: Fault, fingerprint: str, at: datetime) -> Quarantined:
    return Quarantined(
        kind=run.kind, fingerprint=fingerprint, run=run, put_at=at, **_content_of(run, fault)
    )


def _replace(row: Quarantined, run: ImportRun, fault: Fault, at: datetime) -> None:
    for name, value in _content_of(run, fault).items():
        setattr(row, name, value)
    row.run, row.put_at, row.state = run, at, Aside.WAITING
    row.settled_at, row.settled_by, row.note, row.ticket = None, "", "", None
    row.save()


def _content_of(run: ImportRun, fault: Fault) -> dict[str, object]:
    return {
        "external_id": fault.external_id[:120],
        "content_hash": _content(run.kind, fault),
        "line": fault.line,
        "fault": fault.fault,
        "reason": fault.reason[:300],
        "original": fault.original[:MOST_LETTERS],
        "fields": json.dumps(dict(fault.fields), ensure_ascii=False),
    }


def _fingerprint(kind: str, fault: Fault) -> str:
    number = fault.external_id[:120]
    what = f"id\0{number}" if number else f"row\0{fault.original}"
    return keyed_hash(f"{kind}\0{what}", purpose="feedback.quarantine")


def _content(kind: str, fault: Fault) -> str:
    return keyed_hash(f"{kind}\0{fault.original}", purpose="feedback.quarantine")


@transaction.atomic
def settle_arrived(*, kind: ImportKind, tickets: Mapping[str, Ticket], by: Actor,
                   at: datetime) -> int:  # fmt: skip
    """Rows that wait here came whole with a newer file, by their number: they are settled."""
    settled = 0
    rows = Quarantined.objects.filter(
        kind=kind, external_id__in=tickets, state=Aside.WAITING
    ).defer("original", "fields")
    for row in rows:
        _settle(row, Aside.RELEASED, by=by, at=at, ticket=tickets[row.external_id])
        settled += 1
    return settled


def open_row(*, row: Quarantined, by: User, at: datetime) -> dict[str, str]:
    """What a row says, for whoever corrects it. It may name a caller: the look is logged."""
    opened(
        record=_subject(row),
        by=by.actor,
        at=at,
        purpose=_("Correct a row of a file"),
        fields=["original"],
    )
    return quarantine.fields_of(row)


@transaction.atomic
def release_row(*, row: Quarantined, fields: Mapping[str, str], by: Actor, at: datetime) -> Ticket:
    """Take a corrected row over after all.

    Raises:
        SettledBefore: somebody was faster.
        Refused: it still cannot be taken over; the message says why.
    """
    locked = _waiting(row)
    ticket = _TAKERS[locked.kind](fields, by, at)
    _settle(locked, Aside.RELEASED, by=by, at=at, ticket=ticket)
    return ticket


@transaction.atomic
def drop_row(*, row: Quarantined, reason: str, by: Actor, at: datetime) -> None:
    """Leave a row out for good, with the reason. It stays readable here."""
    why = reason_of(reason, needed=True)[:300]
    _settle(_waiting(row), Aside.DROPPED, by=by, at=at, note=why)


def _waiting(row: Quarantined) -> Quarantined:
    locked = Quarantined.objects.select_for_update().get(pk=row.pk)
    if locked.state != Aside.WAITING:
        raise SettledBefore
    return locked


def _settle(
    row: Quarantined,
    state: Aside,
    *,
    by: Actor,
    at: datetime,
    ticket: Ticket | None = None,
    note: str = "",
) -> None:
    row.state, row.settled_at, row.settled_by = state, at, actor_of(by)
    row.ticket, row.note = ticket, note
    row.save(update_fields=["state", "settled_at", "settled_by", "ticket", "note"])
    record(f"feedback.quarantine_{state}", subject=_subject(row), by=row.settled_by, at=at,
           kind=row.kind, fault=row.fault)  # fmt: skip


def _subject(row: Quarantined) -> str:
    return f"feedback.quarantine:{row.pk}"
