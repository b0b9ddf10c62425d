"""Read a delivery to its end: sound rows into parts, others aside, every line accounted for.

What was read is kept every few hundred thousand rows, file first and then ledger, position and rows
aside in one transaction. So a kill at any point leaves whole parts, and the next `read` goes on.
"""

from datetime import datetime

import pyarrow as pa
from django.conf import settings
from django.db import transaction

from dothi.core import locks
from dothi.core.events.services import publish as tell
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.ingestion import events, readers
from dothi.datastore.ingestion.choices import Refusal, RunState
from dothi.datastore.ingestion.engine import Engine
from dothi.datastore.ingestion.models import Aside, Run
from dothi.datastore.ingestion.readers import Batch, Shape, Unreadable
from dothi.datastore.ingestion.rules import fitting
from dothi.datastore.ingestion.rules.checking import SPAN
from dothi.datastore.ingestion.rules.ledger import Ledger
from dothi.datastore.ingestion.services import late, parts, putting_aside
from dothi.datastore.ingestion.services.landing import place_of

READERS = 7_316  # Space of advisory locks: one reader a run, on every machine.
PART_ROWS = 400_000
# Beyond this many rows, a file of which most is faulty was meant for something else.
ENOUGH_TO_JUDGE = 10_000
HOPELESS = 0.5


class Busy(Exception):
    """Somebody else reads this run now."""


def read(run: Run, contract: Contract, *, at: datetime) -> Run:
    """Read on from where an earlier try stopped, to the end.

    Afterwards the run is checked, or refused because most of it is faulty. Not within a
    transaction.

    Raises:
        Busy: another process reads it.
    """
    assert contract.version == run.contract, "a run keeps the contract it began with"
    with locks.tried(READERS, run.pk) as ours:
        if not ours:
            raise Busy(run.code)
        run.refresh_from_db()
        if run.state not in (RunState.WAITING, RunState.READING):
            return run
        run.state = RunState.READING
        run.save(update_fields=["state"])
        shape = Shape.from_dict(run.shape)
        try:
            if not _Reading(run, contract, shape).go():
                return _refuse(run, at)
        except Unreadable as error:
            return _refuse(run, at, Refusal.UNREADABLE, reason=error.reason.value, **error.detail)
        late.settle(run, contract, shape)
        return _checked(run, at)


class _Reading:
    """What one process has read and not yet kept."""

    def __init__(self, run: Run, contract: Contract, shape: Shape) -> None:
        self.run, self.contract, self.shape = run, contract, shape
        self.heads = fitting.known_as(contract, shape.heads)
        self._begin()

    def _begin(self) -> None:
        self.rows: list[pa.Table] = []
        self.lines: list[pa.Table] = []
        self.aside: list[Aside] = []
        self.ledger = Ledger()
        self.position = self.run.position

    def go(self) -> bool:
        """Read to the end. False when most rows are faulty, and it was left there."""
        engine = Engine(self.contract, zone=settings.TIME_ZONE)
        path = place_of(self.run.delivery.sha256)
        try:
            for batch in readers.read(path, self.shape, skip=self.run.position):
                self._take(engine, batch)
                if _is_hopeless(self.run.ledger + self.ledger):
                    return False
                if self.ledger.taken >= PART_ROWS or self.ledger.aside >= PART_ROWS // 10:
                    self._keep()
        finally:
            engine.close()
        self._keep()
        return True

    def _take(self, engine: Engine, batch: Batch) -> None:
        rows = batch.rows.rename_columns(
            [self.heads.get(name, name) for name in batch.rows.column_names]
        )
        checked = engine.check(rows)
        self.rows.append(checked.taken)
        self.lines.append(checked.lines)
        self.aside += [putting_aside.of_line(self.run, one) for one in batch.faulty]
        self.aside += putting_aside.of_rows(self.run, batch, checked.wrong, self.heads)
        self.ledger += Ledger(
            lines=batch.lines,
            head=batch.head,
            blank=batch.blank,
            taken=len(checked.taken),
            taken_lines=int(checked.lines[SPAN].to_numpy().sum()) if len(checked.lines) else 0,
            aside=len(batch.faulty) + len(checked.wrong),
            aside_lines=sum(one.span for one in batch.faulty)
            + sum(one.span for one in checked.wrong),
        )
        self.position = batch.position

    def _keep(self) -> None:
        run = self.run
        new = []
        if self.ledger.taken:
            name = f"part-{len(run.parts):05d}"
            part = parts.write(run, name, self.rows, self.lines, skip=run.position)
            new.append(part.as_dict())
        with transaction.atomic():
            putting_aside.keep(self.aside)
            count(run, self.ledger)
            run.parts = [*run.parts, *new]
            run.position = self.position
            run.save()
        self._begin()


def count(run: Run, more: Ledger) -> None:
    """Add to the ledger of a run; the caller saves it."""
    total = run.ledger + more
    for name in ("lines", "head", "blank", "taken", "taken_lines", "aside", "aside_lines"):
        setattr(run, name, getattr(total, name))


def _is_hopeless(ledger: Ledger) -> bool:
    return ledger.taken + ledger.aside >= ENOUGH_TO_JUDGE and ledger.faulty_share > HOPELESS


@transaction.atomic
def _refuse(run: Run, at: datetime, refusal: Refusal = Refusal.TOO_MANY, **facts: object) -> Run:
    run.state, run.refusal, run.ended_at = RunState.REFUSED, refusal, at
    run.facts = facts
    run.save()
    tell(events.DeliveryRefused(run=run.code, dataset=run.dataset, refusal=refusal), at=at)
    return run


@transaction.atomic
def _checked(run: Run, at: datetime) -> Run:
    run.state, run.ended_at = RunState.CHECKED, at
    run.save(update_fields=["state", "ended_at"])
    tell(
        events.DeliveryChecked(run=run.code, dataset=run.dataset, taken=run.taken, aside=run.aside),
        at=at,
    )
    return run
