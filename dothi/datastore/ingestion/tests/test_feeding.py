"""The domains' own tables come into the store along the event log: once, in order, none missed."""

import shutil
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.db import transaction

from dothi.core.events.models import Record
from dothi.core.events.registry import Event, events
from dothi.core.events.services import publish as tell
from dothi.datastore.catalogue.choices import Mode, Rhythm, Type
from dothi.datastore.catalogue.registry import (
    Current,
    DomainDataset,
    History,
    Row,
    column,
    datasets,
)
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.ingestion import selectors, services
from dothi.datastore.ingestion.models import Feed
from dothi.datastore.ingestion.services import feeding
from dothi.datastore.tables import selectors as tables
from dothi.datastore.tables import services as store
from dothi.units.tests.factories import load_demo_units

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)


class LampMoved(Event):
    name: ClassVar[str] = "test.lamp_moved"
    code: str
    now: str


lamps: dict[str, str] = {}


@pytest.fixture(autouse=True)
def no_lamps() -> None:
    events.setdefault(LampMoved.name, LampMoved)
    lamps.clear()


def rows(keys: Collection[str] | None) -> Iterator[Row]:
    for code, state in sorted(lamps.items()):
        if keys is None or code in keys:
            yield {"code": code, "state": state}


def table(**changed: Any) -> DomainDataset:
    """The lamps as they are now."""
    made: dict[str, Any] = {
        "title_vi": "Đèn", "title_en": "Lamps", "description_vi": "Đèn", "description_en": "Lamps",
        "contract": Contract(
            dataset="lamps", version=1, key=("code",), mode=Mode.MERGE, rhythm=Rhythm.CONTINUOUS,
            fields=(
                column("code", Type.TEXT, "Mã", "Code", required=True),
                column("state", Type.TEXT, "Trạng thái", "State"),
            ),
        ),
        "feed": Current(rows=rows, touched=lambda event: (event.code,)),
        "events": (LampMoved,),
    }  # fmt: skip
    return DomainDataset(**{**made, **changed})


def history() -> DomainDataset:
    return table(
        contract=Contract(
            dataset="lamp-history", version=1, mode=Mode.APPEND,
            fields=(
                column("code", Type.TEXT, "Mã", "Code", required=True),
                column("at", Type.MOMENT, "Lúc", "When", required=True),
                column("now", Type.TEXT, "Trạng thái", "State"),
            ),
        ),
        feed=History(
            rows=lambda event, at: [{"code": event.code, "at": at, "now": event.now}]
        ),
    )  # fmt: skip


def move(code: str, state: str | None, at: datetime = AT) -> None:
    """Change a lamp, or take it down, and say so."""
    with transaction.atomic():
        lamps.pop(code, None)
        if state is not None:
            lamps[code] = state
        tell(LampMoved(code=code, now=state or "gone"), at=at)


def stored(dataset: str = "lamps") -> list[tuple[Any, ...]]:
    version = tables.latest(dataset)
    if version is None:
        return []
    with tables.connect() as connection:
        found = tables.relation(connection, version).to_arrow_table().to_pylist()
    return sorted(tuple(row.values()) for row in found)


def test_the_first_time_everything_comes_then_only_what_moved() -> None:
    move("L-1", "on")
    move("L-2", "on")
    assert services.feed(table(), at=AT) == 2
    move("L-2", "off")
    assert services.feed(table(), at=AT) == 1
    assert stored() == [("L-1", "on"), ("L-2", "off")]


def test_where_nothing_happened_no_version_is_made() -> None:
    move("L-1", "on")
    services.feed(table(), at=AT)
    before = tables.latest("lamps")
    assert services.feed(table(), at=AT) == 0
    assert tables.latest("lamps") == before


def test_what_is_gone_goes_from_the_table() -> None:
    move("L-1", "on")
    move("L-2", "on")
    services.feed(table(), at=AT)
    move("L-1", None)
    services.feed(table(), at=AT)
    assert stored() == [("L-2", "on")]


def test_a_history_holds_every_step_with_its_time() -> None:
    later = AT + timedelta(hours=1)
    move("L-1", "on")
    move("L-1", "off", later)
    assert services.feed(history(), at=later) == 2
    move("L-1", "on", later)
    assert services.feed(history(), at=later) == 1
    assert stored("lamp-history") == [
        ("L-1", AT, "on"), ("L-1", later, "off"), ("L-1", later, "on")
    ]  # fmt: skip


@pytest.mark.parametrize("definition", [table(), history()], ids=["current", "history"])
def test_a_kill_after_the_commit_repeats_nothing(
    monkeypatch: pytest.MonkeyPatch, definition: DomainDataset
) -> None:
    move("L-1", "on")
    services.feed(definition, at=AT)
    move("L-1", "off")
    whole = store.publish

    class Killed(BaseException):
        pass

    def published_then_killed(*args: Any, **options: Any) -> None:
        whole(*args, **options)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(store, "publish", published_then_killed)
        with pytest.raises(Killed):
            services.feed(definition, at=AT)
    assert Feed.objects.get(pk=definition.code).run
    move("L-2", "on")
    before = tables.latest(definition.code)
    services.feed(definition, at=AT)
    again = tables.latest(definition.code)
    assert before == again, "the stretch that was published is not published again"
    services.feed(definition, at=AT)
    codes = [row[0] for row in stored(definition.code)]
    assert codes.count("L-2") == 1
    assert codes.count("L-1") == (1 if definition.code == "lamps" else 2)


def test_a_second_try_does_not_touch_what_the_first_published(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Killed after the commit and before its files were put away, and the rows moved on since."""
    move("L-1", "on")
    services.feed(table(), at=AT)
    move("L-1", "off")
    whole = store.publish

    class Killed(BaseException):
        pass

    def published_then_killed(*args: Any, **options: Any) -> None:
        with monkeypatch.context() as untidy:
            untidy.setattr(shutil, "rmtree", lambda *_args, **_options: None)
            whole(*args, **options)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(store, "publish", published_then_killed)
        with pytest.raises(Killed):
            services.feed(table(), at=AT)
    version = tables.latest("lamps")
    assert version is not None
    move("L-1", "broken, and waits for a part that is on its way")
    services.feed(table(), at=AT)
    assert tables.counted(version) == (version.rows, version.checksum)


def test_a_long_log_comes_in_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "STRETCH", 3)
    for number in range(8):
        move(f"L-{number}", "on")
    given = []
    while count := services.feed(history(), at=AT):
        given.append(count)
    assert given == [3, 3, 2]
    assert len({row[0] for row in stored("lamp-history")}) == 8


def test_a_table_without_events_is_read_on_its_rhythm() -> None:
    quiet = table(events=())
    lamps["L-1"] = "on"
    assert services.feed(quiet, at=AT) == 1
    lamps["L-1"] = "off"
    for minute in range(1, 10):
        assert services.feed(quiet, at=AT + timedelta(minutes=minute)) == 0
    assert services.feed(quiet, at=AT + timedelta(minutes=11)) == 1
    assert services.feed(quiet, at=AT + timedelta(minutes=22)) == 0
    assert stored() == [("L-1", "off")]


def test_a_new_contract_reads_the_whole_table_again() -> None:
    move("L-1", "on")
    services.feed(table(), at=AT)
    lamps["L-9"] = "on"  # Was here before, and no fact told of it.
    newer = table()
    newer = table(contract=Contract(**{**vars(newer.contract), "version": 2}))
    services.feed(newer, at=AT)
    assert [row[0] for row in stored()] == ["L-1", "L-9"]


def test_one_that_fails_is_named_and_keeps_no_other_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(keys: object) -> Iterator[Row]:
        raise ValueError("lamp of Mr Minh")

    bad = table(feed=Current(rows=broken, touched=lambda event: (event.code,)))
    monkeypatch.setattr(feeding, "datasets", {"lamps": bad, "lamp-history": history()})
    move("L-1", "on")
    assert services.feed_all(at=AT) == {"lamp-history": 1}
    assert Feed.objects.get(pk="lamps").failure == "builtins.ValueError"
    services.feed_all(at=AT)
    [told] = Record.objects.filter(name="datastore.feed_broke_off")
    assert told.payload["fault"] == "builtins.ValueError"


def test_the_lag_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "registered", {"lamps": table()})
    move("L-1", "on")
    services.feed(table(), at=AT)
    move("L-1", "off")
    move("L-2", "off")
    [fed] = selectors.feeds()
    assert (fed.rows, fed.waiting, fed.fed_at) == (1, 2, AT)


@pytest.mark.parametrize("code", sorted(datasets))
def test_every_table_of_the_house_can_be_fed(code: str) -> None:
    """With the sample units, each definition gives rows that fit its own contract."""
    load_demo_units()
    services.feed(datasets[code], at=AT)
    if code.startswith("units"):
        version = tables.latest(code)
        assert version is not None
        assert version.rows > 0
