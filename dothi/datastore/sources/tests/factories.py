"""Builders for tests: a kind whose answers a test writes, a source, a turn to its end."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dothi.datastore.catalogue.choices import Mode, Type
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.catalogue.tests.factories import field, make_dataset
from dothi.datastore.ingestion import selectors as deliveries
from dothi.datastore.ingestion import services as ingestion
from dothi.datastore.ingestion.choices import RunState
from dothi.datastore.sources import services
from dothi.datastore.sources.choices import Publishing
from dothi.datastore.sources.models import Fetch, Source
from dothi.datastore.sources.ports import (
    Asked,
    Fetched,
    Kind,
    RecordFile,
    Setting,
    Widget,
    kinds,
)
from dothi.datastore.sources.services import Plan
from dothi.datastore.tables import selectors as tables
from dothi.units.models import Unit

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset
    from dothi.datastore.ingestion.models import Run

CITY = ZoneInfo("Asia/Ho_Chi_Minh")
AT = datetime(2026, 11, 26, 9, 0, tzinfo=CITY)
STEWARD = "user:7"


def readings(mode: Mode = Mode.MERGE) -> Contract:
    """Measurements: a number, when, how much."""
    return Contract(
        dataset="muc-nuoc",
        version=1,
        fields=(
            field("id", Type.INTEGER, head="id", required=True),
            field("at", Type.MOMENT, head="at", required=True),
            field("level", Type.NUMBER, head="level"),
        ),
        key=("id",),
        mode=mode,
    )


def make_source(
    unit: Unit, *, kind: str, mode: Mode = Mode.MERGE, dataset: "Dataset | None" = None,
    contract: Contract | None = None, start: bool = True, secrets: Mapping[str, str] | None = None,
    publishing: Publishing = Publishing.SOUND, at: datetime = AT, **settings: str,
) -> Source:  # fmt: skip
    """A source every ten minutes; started unless it is said otherwise."""
    found = dataset or make_dataset(
        unit, "muc-nuoc", title="Mực nước", contract=contract or readings(mode)
    )
    plan = Plan(
        title="Trạm đo", settings=settings, secrets=secrets or {}, every_minutes=10,
        publishing=publishing,
    )  # fmt: skip
    source = services.create(dataset=found, kind=kind, plan=plan, by=STEWARD, at=at)
    return services.resume(source, by=STEWARD, at=at) if start else source


def work(source: Source, *, at: datetime) -> Fetch | None:
    """What the workers do: a turn, the delivery is read, another turn."""
    made = services.turn(source.code, at=at)
    source.refresh_from_db()
    if source.run:
        run = deliveries.run_of(source.run)
        if run.state in (RunState.WAITING, RunState.READING):
            ingestion.read(run, deliveries.contract_of(run), at=at)
        services.turn(source.code, at=at)
        source.refresh_from_db()
    return made


def rows_of(source: Source) -> int | None:
    """How many rows readers see; None before the first version."""
    version = tables.latest(source.dataset.code)
    return version.rows if version else None


def last_run(source: Source) -> "Run":
    row = source.fetches.exclude(run="").latest("id")
    return deliveries.run_of(row.run)


Answer = Callable[[Asked, RecordFile], Mapping[str, Any] | None]


@contextmanager
def played(answer: Answer, *, incremental: bool = True) -> Iterator[str]:
    """A kind of source whose records a test writes: it gives the next position, or None."""

    def fetch(asked: Asked) -> Fetched | None:
        path = asked.folder / "records"
        with RecordFile(path, most_rows=asked.rows_at_most) as file:
            position = answer(asked, file)
        if position is None:
            return None
        return Fetched(
            path=path, name="played.ndjson", heads=file.heads, rows=file.rows, position=position
        )

    before = dict(kinds)
    kinds["played"] = Kind(
        code="played", title="Played", help="", fetch=fetch,
        settings=(
            Setting(name="where", label="Where"),
            Setting(name="token", label="Token", widget=Widget.SECRET),
        ),
        is_incremental=lambda settings: incremental,
    )  # fmt: skip
    try:
        yield "played"
    finally:
        kinds.clear()
        kinds.update(before)
