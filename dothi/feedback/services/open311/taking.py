"""The run: batch by batch, each record counted once."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from django.db import IntegrityError, transaction

from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.feedback.choices import ImportKind
from dothi.feedback.models import Category, ImportRun, Ticket
from dothi.feedback.services import quarantine
from dothi.feedback.services.catalogue import changed
from dothi.feedback.services.moving import Actor, actor_of
from dothi.feedback.services.open311.aside import external, fault_of, sentence_of
from dothi.feedback.services.open311.placing import (
    MADE,
    Plan,
    Taken,
    category_of,
    code_of,
    placed,
    service_of,
)
from dothi.feedback.services.open311.rows import write_all
from dothi.feedback.services.quarantine import Fault
from dothi.lib import text_vi
from dothi.lib.georeport import Dirty, Raw

BATCH = 250
GROUP = ("imported", "Chuyển từ hệ thống khác", "Taken over from elsewhere")
ALWAYS = date(1900, 1, 1)
Line = tuple[int, Raw]


@dataclass(kw_only=True)
class Tally:
    """How many of each; read = taken + known + aside."""

    read: int = 0
    taken: int = 0
    known: int = 0
    aside: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, str] = field(default_factory=dict)
    unknown_services: Counter[tuple[str, str]] = field(default_factory=Counter)
    made: list[str] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)  # In a preview, which writes nothing down.


def import_open311(
    *,
    records: Iterable[Raw],
    name: str,
    plan: Plan,
    by: Actor,
    at: datetime,
    tell: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Take over what is clean and new, put aside what is not, and count.

    What a broken file held before it breaks is taken; then its error goes on to the caller.
    """
    tally = Tally()
    lines = enumerate(records, start=1)
    run = (
        None
        if plan.preview
        else quarantine.begin_import(kind=ImportKind.OPEN311, name=name, by=by, at=at)
    )
    try:
        for batch in _batches(lines):
            _take_batch(batch, run=run, plan=plan, by=by, at=at, tally=tally)
            tell(tally)
    finally:
        if run is not None:
            quarantine.finish_import(
                run=run, read=tally.read, added=tally.taken, known=tally.known, at=at
            )
    return tally


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    """Batches; before a file turns out to be broken, what came whole is handed on."""
    ended = False
    while not ended:
        batch: list[Line] = []
        broken: Exception | None = None
        try:
            for line in islice(lines, BATCH):
                batch.append(line)
        except Exception as error:
            broken = error
        ended = len(batch) < BATCH
        if batch:
            yield batch
        if broken is not None:
            raise broken


def _take_batch(
    batch: list[Line], *, run: ImportRun | None, plan: Plan, by: Actor, at: datetime, tally: Tally
) -> None:
    known = _known(plan.source, (raw.first("service_request_id", "id") for _line, raw in batch))
    clean: dict[str, Taken] = {}
    faults: list[Fault] = []
    again = 0
    if plan.make_missing and run is not None:
        make_missing(batch, plan=plan, by=by, at=at, tally=tally)
    for line, raw in batch:
        number = raw.first("service_request_id", "id")
        if number in known or number in clean or hash(number) in tally.seen:
            again += 1
            continue
        try:
            taken = placed(raw, plan=plan, at=at)
        except Dirty as error:
            faults.append(fault_of(line, raw, error, plan))
            tally.faults[error.fault] += 1
            tally.reasons[error.fault] = sentence_of(error.fault)
            if error.fault == "unknown_service":
                tally.unknown_services[service_of(raw)] += 1
            continue
        clean[taken.request.id] = taken
    if run is None:
        tally.seen.update(map(hash, clean))
    else:
        again += _write(clean, run=run, plan=plan, by=by, at=at)
        quarantine.put_aside(run=run, faults=faults, at=at)
    tally.read += len(batch)
    tally.known += again
    tally.taken += len(clean)
    tally.aside += len(faults)


def _known(source: str, numbers: Iterable[str]) -> set[str]:
    asked = {number for number in numbers if number}
    rows = Ticket.objects.filter(source=source, source_ref__in=asked)
    return set(rows.values_list("source_ref", flat=True))


def make_missing(batch: list[Line], *, plan: Plan, by: Actor, at: datetime, tally: Tally) -> None:
    """Subjects for services that nobody has mapped. They are not offered for new reports."""
    missing: dict[str, str] = {}
    for _line, raw in batch:
        code, name = service_of(raw)
        if (code or name) and category_of(raw, plan) is None:
            missing.setdefault(code_of(code, name), text_vi.tidy(name.replace("_", " ")) or code)
    missing.pop(MADE, None)
    if not missing:
        return
    with transaction.atomic():
        for code, name in missing.items():
            Category.objects.get_or_create(
                code=code,
                defaults={
                    "name_vi": name[:120],
                    "name_en": name[:120],
                    "group": GROUP[0],
                    "group_vi": GROUP[1],
                    "group_en": GROUP[2],
                    "order": 900,
                    "valid_from": ALWAYS,
                    "valid_to": local(at).date(),
                },
            )
            record(
                "feedback.make_category", subject=f"feedback.category:{code}", by=actor_of(by),
                at=at,
            )  # fmt: skip
        changed()
    tally.made += sorted(missing)


def _write(clean: dict[str, Taken], *, run: ImportRun, plan: Plan, by: Actor, at: datetime) -> int:
    """Write a batch. Returns how many another run took at this very moment."""
    lost = 0
    while clean:
        try:
            with transaction.atomic():
                made = write_all(list(clean.values()), run=run, plan=plan, by=by, at=at)
                arrived = {external(plan.source, ticket.source_ref): ticket for ticket in made}
                quarantine.settle_arrived(kind=ImportKind.OPEN311, tickets=arrived, by=by, at=at)
            return lost
        except IntegrityError as error:
            if "ticket_taken_over_once" not in str(error):
                raise
            for number in _known(plan.source, clean):
                del clean[number]
                lost += 1
    return lost
