"""Look at a version with all checks, keep what was found, and tell who answers for it."""

import logging
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
from django.db import transaction

from dothi.core import locks
from dothi.core.events.services import publish as tell
from dothi.datastore.catalogue.choices import Mode, Rhythm
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.quality import events, selectors
from dothi.datastore.quality.choices import CheckKind, Dimension, Outcome, Severity, Why
from dothi.datastore.quality.models import CrossRule, Distribution, Inspection, Result
from dothi.datastore.quality.rules import drift, scoring, usual
from dothi.datastore.quality.rules.checks import Check
from dothi.datastore.quality.services import asking, incidents
from dothi.datastore.quality.services.asking import Answer, answered, guarded
from dothi.datastore.tables import selectors as tables

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset
    from dothi.datastore.tables.models import Version

logger = logging.getLogger(__name__)
INSPECTORS = 7_421  # Space of advisory locks: one look at a dataset at a time, on every machine.
# What values are held against is at least so old, or a table that follows what happens would be
# held against itself of an hour ago, and never be seen to move.
OLDER = timedelta(hours=20)
# Older answers go; scores stay.
KEPT = timedelta(days=400)


def inspect(code: str, *, why: Why, at: datetime) -> Inspection | None:
    """Look at the newest version. None where there is no version or contract, or somebody else
    looks now. Not within a transaction: large tables take seconds."""
    dataset = selectors.dataset_of(code)
    version = tables.latest(code)
    if dataset is None or dataset.agreed is None or version is None:
        return None
    with locks.tried(INSPECTORS, zlib.crc32(code.encode()) >> 1) as ours:
        if not ours:
            return None
        began = time.monotonic()
        look = _Look(dataset=dataset, contract=dataset.agreed, version=version, at=at)
        with tables.connect() as connection:
            answers = list(look.answers(connection))
            spread = look.distributions(connection)
        took = int(1000 * (time.monotonic() - began))
        return _kept(look, answers, spread, why=why, milliseconds=took)


@dataclass(frozen=True, kw_only=True)
class _Look:
    """One look: what is looked at, under which contract, when."""

    dataset: "Dataset"
    contract: Contract
    version: "Version"
    at: datetime

    def answers(self, connection: duckdb.DuckDBPyConnection) -> Iterator[Answer]:
        rules = CrossRule.objects.filter(dataset=self.dataset.code, ended_at=None).order_by("id")
        yield from asking.of_contract(connection, self.version, self.contract)
        yield from asking.of_rules(connection, self.version, rules)
        yield from self._moved(connection)
        yield from self._usual()
        yield from self._fresh()

    def _fresh(self) -> Iterator[Answer]:
        """Whether it is as new as its rhythm asks; nothing where there is no rhythm."""
        check = _check(CheckKind.FRESH, Dimension.TIMELINESS, rhythm=str(self.contract.rhythm))
        state = selectors.timeliness(self.dataset, self.contract.rhythm, at=self.at)
        if state is not None:
            yield answered(check, 0 if state.in_time else 1, 1, since=state.since.isoformat())

    def _usual(self) -> Iterator[Answer]:
        before = list(
            tables.versions(self.version.table.code)
            .filter(number__lt=self.version.number)
            .values_list("rows", flat=True)[: usual.LAST]
        )
        found = usual.is_usual(self.version.rows, before, Mode(self.contract.mode))
        if found is not None:
            check = _check(CheckKind.VOLUME, Dimension.CONSISTENCY, rows=self.version.rows)
            yield answered(check, 0 if found else 1, 1, before=before)

    def _moved(self, connection: duckdb.DuckDBPyConnection) -> Iterator[Answer]:
        """Each column against an earlier version of which its spread was kept."""
        earlier = {one.column: one for one in self._baseline()}
        for one in self._spreading():
            known = earlier.get(one.name)
            if known is not None and sum(known.counts) >= drift.FEWEST <= self.version.rows:
                yield self._move_of(connection, one, known)

    def _move_of(
        self, connection: duckdb.DuckDBPyConnection, one: Field, known: Distribution
    ) -> Answer:
        check = _check(CheckKind.DRIFT, Dimension.CONSISTENCY, column=one.name)

        def ask() -> Answer:
            now = _counted(connection, one, tables.rows_of(self.version), known.classes)
            distance = drift.index(known.counts, now)
            return answered(
                check, int(distance >= drift.MOVED), 1,
                distance=round(distance, 3), against=known.version,
            )  # fmt: skip

        return guarded(check, ask)

    def _baseline(self) -> list[Distribution]:
        """The spreads of the newest version that is old enough; else of the oldest known one."""
        kept = Distribution.objects.filter(
            dataset=self.dataset.code, version__lt=self.version.number
        )
        old = kept.filter(at__lte=self.at - OLDER).order_by("-version").first()
        chosen = old or kept.order_by("version").first()
        return list(kept.filter(version=chosen.version)) if chosen is not None else []

    def _spreading(self) -> list[Field]:
        return drift.asked(self.contract, [column.name for column in self.version.shape])

    def distributions(self, connection: duckdb.DuckDBPyConnection) -> list[Distribution]:
        """The spread of each column in this version, for later ones."""
        if self.version.rows < drift.FEWEST:
            return []
        found = []
        source = tables.rows_of(self.version)
        for one in self._spreading():
            try:
                classes = [row[0] for row in connection.execute(drift.cuts(one, source)).fetchall()]
                if not classes:
                    continue
                counts = _counted(connection, one, source, classes)
            except duckdb.Error:  # Of another type than its contract says: a check says so.
                logger.exception("the spread of %s.%s", self.dataset.code, one.name)
                continue
            found.append(
                Distribution(
                    dataset=self.dataset.code, version=self.version.number, column=one.name,
                    classes=classes, counts=counts, at=self.at,
                )
            )  # fmt: skip
        return found


def _counted(
    connection: duckdb.DuckDBPyConnection, one: Field, source: str, classes: Sequence[float | str]
) -> list[int]:
    """Rows in each class; of a column without a value `count_if` says nothing instead of 0."""
    row = connection.execute(drift.counts(one, source, classes)).fetchone() or ()
    return [count or 0 for count in row]


def _check(kind: CheckKind, dimension: Dimension, *, column: str = "", **facts: Any) -> Check:
    return Check(
        code=f"{kind}:{column}", kind=kind, dimension=dimension, severity=Severity.WARN,
        column=column, facts=facts,
    )  # fmt: skip


def _mark(answer: Answer) -> float:
    return scoring.mark(answer.failing, answer.among)


def dimensions_of(answers: Iterable[Answer]) -> Mapping[Dimension, float]:
    return scoring.by_dimension(
        scoring.Marked(dimension=one.check.dimension, severity=one.check.severity, mark=_mark(one))
        for one in answers
        if one.outcome != Outcome.UNASKED
    )


@transaction.atomic
def _kept(
    look: _Look, answers: list[Answer], spread: list[Distribution], *, why: Why, milliseconds: int
) -> Inspection:
    """All of it or nothing: rows, incidents, duties and the fact."""
    dimensions = dimensions_of(answers)
    outcomes = [one.outcome for one in answers]
    inspection = Inspection.objects.create(
        dataset=look.dataset.code, version=look.version.number,
        contract=look.contract.version, why=why, at=look.at, milliseconds=milliseconds,
        score=scoring.score(dimensions), dimensions=dimensions, asked=len(answers),
        failed=outcomes.count(Outcome.FAILED), unasked=outcomes.count(Outcome.UNASKED),
    )  # fmt: skip
    results = Result.objects.bulk_create(
        Result(
            inspection=inspection, code=one.check.code, kind=one.check.kind,
            dimension=one.check.dimension, severity=one.check.severity, column=one.check.column,
            outcome=one.outcome, failing=one.failing, among=one.among, facts=dict(one.facts),
        )
        for one in answers
    )  # fmt: skip
    Distribution.objects.bulk_create(spread, ignore_conflicts=True)
    incidents.follow(look.dataset, inspection, results, at=look.at)
    tell(
        events.VersionInspected(
            dataset=look.dataset.code, version=look.version.number, score=inspection.score,
            failed=inspection.failed, unasked=inspection.unasked,
        ),
        at=look.at,
    )  # fmt: skip
    return inspection


def next_look(code: str, rhythm: Rhythm) -> datetime | None:
    """Before when a table that follows what happens is not looked at again; None: at once."""
    if rhythm not in usual.SILENT:
        return None
    last = Inspection.objects.filter(dataset=code).order_by("-id").first()
    return last.at + timedelta(hours=1) if last is not None else None


def sweep(*, at: datetime) -> int:
    """Let answers and spreads go that are too old to be asked for. Return how many answers."""
    old = Inspection.objects.filter(at__lt=at - KEPT)
    gone, _each = Result.objects.filter(inspection__in=old).delete()
    Distribution.objects.filter(at__lt=at - KEPT).delete()
    return gone
