"""A source is fetched when it is due; what it brings comes in whole and once, whatever happens."""

import json
import threading
from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection

from dothi.accounts.tests.factories import make_root
from dothi.core.audit.models import Entry
from dothi.core.inbox.models import Duty
from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.ingestion import services as ingestion
from dothi.datastore.ingestion.choices import RunState
from dothi.datastore.ingestion.selectors import contract_of
from dothi.datastore.sources import rules, selectors, services
from dothi.datastore.sources.choices import Fault, Outcome, Publishing, State
from dothi.datastore.sources.models import Fetch, Secret, Source
from dothi.datastore.sources.ports import Asked, NotFetched, RecordFile
from dothi.datastore.sources.services import turning
from dothi.datastore.sources.tests.factories import (
    AT,
    STEWARD,
    last_run,
    make_source,
    played,
    rows_of,
    work,
)
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


class Station:
    """The other side: rows that grow, and faults that a test plans."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.faults: list[Exception] = []
        self.breaks_after: int | None = None
        self.asked: list[Asked] = []

    def measure(self, count: int) -> None:
        for _ in range(count):
            number = len(self.rows) + 1
            self.rows.append(
                {"id": number, "at": f"2026-11-26T08:{number % 60:02}:00+07:00", "level": 1.5}
            )

    def answer(self, asked: Asked, file: RecordFile) -> Mapping[str, Any] | None:
        self.asked.append(asked)
        if self.faults:
            raise self.faults.pop(0)
        last = asked.position.get("last", 0)
        new = [row for row in self.rows if row["id"] > last]
        for count, row in enumerate(new):
            if count == self.breaks_after:
                raise NotFetched(Fault.STATUS, host="station", status=500)
            file.add(row)
        return {"last": new[-1]["id"]} if new else None


@pytest.fixture
def root() -> Unit:
    return make_root()


@pytest.fixture
def station() -> Iterator[Station]:
    made = Station()
    with played(made.answer):
        yield made


@pytest.fixture
def source(root: Unit, station: Station) -> Source:
    return make_source(root, kind="played")


def test_what_is_new_comes_in_and_is_published_by_itself(source: Source, station: Station) -> None:
    station.measure(3)
    made = work(source, at=AT)
    assert made is not None
    assert (made.outcome, made.rows) == (Outcome.DELIVERED, 3)
    assert rows_of(source) == 3
    station.measure(2)
    assert work(source, at=AT + 5 * MINUTE) is None, "not due yet"
    work(source, at=AT + 10 * MINUTE)
    assert rows_of(source) == 5
    assert source.position == {"last": 5}
    assert last_run(source).taken == 2, "only what was new was fetched"


def test_nothing_new_makes_no_delivery(source: Source, station: Station) -> None:
    station.measure(1)
    work(source, at=AT)
    made = work(source, at=AT + 10 * MINUTE)
    assert made is not None
    assert (made.outcome, made.run) == (Outcome.NOTHING, "")
    assert source.succeeded_at == AT + 10 * MINUTE


def test_tries_that_found_nothing_are_forgotten_after_two_weeks(
    source: Source, station: Station
) -> None:
    station.measure(1)
    for turn in range(4):
        work(source, at=AT + turn * 10 * MINUTE)
    assert services.forget_idle(at=AT + timedelta(days=15)) == 2
    assert [row.outcome for row in selectors.fetches_of(source)] == [
        Outcome.NOTHING, Outcome.DELIVERED,
    ], "the newest try is left, and whatever brought something"  # fmt: skip


def test_the_whole_that_did_not_change_is_the_same(root: Unit) -> None:
    levels = [1.0]

    def answer(asked: Asked, file: RecordFile) -> dict[str, Any]:
        file.add({"id": 1, "at": "2026-11-26T08:00:00+07:00", "level": levels[0]})
        return {}

    with played(answer, incremental=False) as kind:
        source = make_source(root, kind=kind, mode=Mode.REPLACE)
        outcomes = []
        for turn, level in enumerate([1.0, 1.0, 2.0, 1.0]):
            levels[0] = level
            made = work(source, at=AT + turn * 10 * MINUTE)
            assert made is not None
            outcomes.append(made.outcome)
    assert outcomes == [
        Outcome.DELIVERED, Outcome.SAME, Outcome.DELIVERED, Outcome.DELIVERED,
    ], "an older state may come back"  # fmt: skip


def test_a_steward_who_wants_to_look_first_is_told_and_waited_for(
    root: Unit, station: Station
) -> None:
    source = make_source(root, kind="played", publishing=Publishing.BY_HAND)
    station.measure(1)
    work(source, at=AT)
    duty = Duty.objects.get(kind="datastore.source")
    assert "Trạm đo" in duty.title
    assert duty.url == f"/desk/data/in/sources/{source.code}/"
    station.measure(1)
    assert work(source, at=AT + 10 * MINUTE) is None, "one delivery on its way at a time"
    run = last_run(source)
    ingestion.publish(run, contract_of(run), by=STEWARD, at=AT)
    work(source, at=AT + 11 * MINUTE)
    assert last_run(source).pk != run.pk
    assert rows_of(source) == 1


def test_a_line_put_aside_waits_for_the_steward_unless_the_contract_bears_it(
    root: Unit, station: Station
) -> None:
    source = make_source(root, kind="played", publishing=Publishing.SOUND)
    station.measure(30)
    station.rows[7]["level"] = "đo hỏng"
    work(source, at=AT)
    assert last_run(source).state == RunState.CHECKED
    plan = services.Plan(
        title="Trạm đo", settings={}, every_minutes=10, publishing=Publishing.WITHIN
    )
    services.change(source, plan=plan, by=STEWARD, at=AT)
    work(source, at=AT + MINUTE)
    assert rows_of(source) == 29


# --- Bad days -----------------------------------------------------------------------------------


def test_a_server_that_is_down_is_asked_again_after_a_growing_pause(
    source: Source, station: Station
) -> None:
    station.measure(1)
    station.faults = [NotFetched(Fault.UNREACHABLE, host="station") for _ in range(4)]
    pauses = []
    at = AT
    for _ in range(4):
        work(source, at=at)
        pauses.append(source.next_at - at)
        at = source.next_at
    assert pauses == [2 * MINUTE, 4 * MINUTE, 8 * MINUTE, 16 * MINUTE]
    duty = Duty.objects.get(kind="datastore.source")
    assert "station không trả lời" in duty.title
    work(source, at=at)
    assert (source.failures, source.fault, rows_of(source)) == (0, "", 1)
    assert not Duty.objects.exists()


def test_the_steward_hears_of_a_passing_fault_only_when_it_stays(
    source: Source, station: Station
) -> None:
    station.faults = [NotFetched(Fault.STATUS, host="station", status=500)]
    work(source, at=AT)
    assert not Duty.objects.exists()
    station.faults = [NotFetched(Fault.DENIED, host="station")]
    work(source, at=AT + 10 * MINUTE)
    assert Duty.objects.count() == 1, "a refused password does not mend itself"


def test_a_fetch_that_breaks_in_the_middle_leaves_nothing_half_in(
    source: Source, station: Station
) -> None:
    station.measure(10)
    station.breaks_after = 6
    work(source, at=AT)
    assert (rows_of(source), source.position) == (None, {})
    station.breaks_after = None
    work(source, at=AT + 10 * MINUTE)
    assert (rows_of(source), source.position) == (10, {"last": 10})


def test_a_changed_shape_stops_at_the_door_and_holds_the_source(
    source: Source, station: Station
) -> None:
    station.measure(2)
    work(source, at=AT)
    station.rows.append({"id": 3, "time": "2026-11-26T08:03:00+07:00", "level": 2})
    made = work(source, at=AT + 10 * MINUTE)
    assert made is not None
    assert made.outcome == Outcome.STOPPED
    assert (source.state, source.position, rows_of(source)) == (State.HELD, {"last": 2}, 2)
    assert "Thiếu cột “at”" in Duty.objects.get().title
    assert work(source, at=AT + 20 * MINUTE) is None, "held until somebody looked"
    station.rows[-1] = {"id": 3, "at": "2026-11-26T08:03:00+07:00", "level": 2}
    services.resume(source, by=STEWARD, at=AT + 30 * MINUTE)
    work(source, at=AT + 30 * MINUTE)
    assert (source.state, rows_of(source)) == (State.RUNNING, 3)


def test_a_delivery_that_is_given_up_is_fetched_again_after_a_look(
    root: Unit, station: Station
) -> None:
    source = make_source(root, kind="played", publishing=Publishing.BY_HAND)
    station.measure(2)
    work(source, at=AT)
    ingestion.give_up(last_run(source), by=STEWARD, at=AT, reason="nhầm trạm")
    work(source, at=AT + MINUTE)
    assert (source.state, source.position, source.run) == (State.HELD, {}, "")
    services.resume(source, by=STEWARD, at=AT + 2 * MINUTE)
    work(source, at=AT + 2 * MINUTE)
    assert last_run(source).taken == 2


@pytest.mark.parametrize("place", ["before it landed", "before the run", "before it was noted"])
def test_a_broken_off_fetch_goes_on_without_doubles(
    root: Unit, station: Station, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Rows that are only added would be there twice: the strictest case."""
    source = make_source(root, kind="played", mode=Mode.APPEND)
    station.measure(4)
    module, name = {
        "before it landed": (turning, "_land"),
        "before the run": (ingestion, "begin"),
        "before it was noted": (turning, "_over"),
    }[place]

    def dies(*args: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, name, dies)
        with pytest.raises(KeyboardInterrupt):
            services.turn(source.code, at=AT)
    station.measure(1)
    work(source, at=AT + MINUTE)
    work(source, at=AT + 20 * MINUTE)
    assert rows_of(source) == 5
    assert not Fetch.objects.filter(outcome=Outcome.UNDER_WAY).exists()


def test_two_workers_at_once_fetch_once(source: Source, station: Station) -> None:
    station.measure(3)
    inside, go = threading.Event(), threading.Event()
    answer = station.answer

    def slow(asked: Asked, file: RecordFile) -> Mapping[str, Any] | None:
        inside.set()
        assert go.wait(10)
        return answer(asked, file)

    first: list[Fetch | None] = []

    def worker() -> None:
        first.append(services.turn(source.code, at=AT))
        connection.close()

    with played(slow):
        thread = threading.Thread(target=worker)
        thread.start()
        assert inside.wait(10)
        assert services.turn(source.code, at=AT) is None
        go.set()
        thread.join()
        assert first[0] is not None
        assert Fetch.objects.count() == 1


def test_rows_that_are_only_added_are_never_fetched_whole_or_twice(
    root: Unit, station: Station
) -> None:
    with played(station.answer, incremental=False) as kind, pytest.raises(services.NotSound):
        make_source(root, kind=kind, mode=Mode.APPEND)


def test_what_is_only_new_never_replaces_the_whole(root: Unit, station: Station) -> None:
    with pytest.raises(services.NotSound) as raised:
        make_source(root, kind="played", mode=Mode.REPLACE)
    assert raised.value.faults == {"": Fault.MODE}


def test_a_backfill_fetches_again_and_doubles_nothing(source: Source, station: Station) -> None:
    station.measure(4)
    work(source, at=AT)
    services.backfill(source, since=AT.date(), by=STEWARD, at=AT + MINUTE)
    work(source, at=AT + MINUTE)
    assert station.asked[-1].position == {"since": "2026-11-26"}
    assert rows_of(source) == 4


def test_a_fault_of_one_source_does_not_keep_the_others(source: Source, station: Station) -> None:
    other = make_source(source.dataset.unit, kind="played", dataset=source.dataset)
    station.measure(1)
    station.faults = [RuntimeError("mật khẩu là hunter2")]
    for code in selectors.due(at=AT):
        services.turn(code, at=AT)
    found = {row.source_id: row for row in Fetch.objects.all()}
    assert {row.outcome for row in found.values()} == {Outcome.FAULT, Outcome.DELIVERED}
    assert len(found) == len({source.pk, other.pk})


@pytest.mark.parametrize(
    ("at", "every_minutes", "daily_at", "due"),
    [
        ((9, 0, 40), 10, None, (26, 9, 10)),
        ((1, 0, 0), None, time(2, 30), (26, 2, 30)),
        ((2, 30, 0), None, time(2, 30), (27, 2, 30)),
    ],
)
def test_when_a_source_is_due_again(
    at: tuple[int, int, int], every_minutes: int | None, daily_at: time | None,
    due: tuple[int, int, int],
) -> None:  # fmt: skip
    hour, minute, second = at
    found = rules.next_after(
        AT.replace(hour=hour, minute=minute, second=second),
        every_minutes=every_minutes, daily_at=daily_at,
    )  # fmt: skip
    day, hour, minute = due
    assert found == AT.replace(day=day, hour=hour, minute=minute)


# --- Secrets ------------------------------------------------------------------------------------


def test_a_secret_is_kept_encrypted_and_stands_nowhere_else(
    root: Unit, station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "khoa-rat-bi-mat-8841"
    source = make_source(root, kind="played", secrets={"token": secret})
    station.measure(1)
    station.faults = [RuntimeError(f"cannot sign in with {secret}")]
    work(source, at=AT)
    assert station.asked[0].secrets == {"token": secret}
    assert secret not in repr(station.asked[0])
    with connection.cursor() as cursor:
        cursor.execute(f"select value from {Secret._meta.db_table}")
        assert secret not in str(cursor.fetchall())
        cursor.execute("select payload from core_events_record")
        assert secret not in str(cursor.fetchall())
    entries = [json.dumps(row, default=str) for row in Entry.objects.values()]
    assert entries
    assert not [row for row in entries if secret in row]
    assert secret not in caplog.text
    assert secret not in json.dumps(list(Fetch.objects.values("facts")))
