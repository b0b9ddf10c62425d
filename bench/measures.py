"""What is measured, in the order in which it is taken; and what needs no open doors."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from bench import csv_files, doors, pages, procedures_search, readers, seeding, start, stream
from bench.house import Measured
from bench.lives import live_in_processes
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.core import clock
from dothi.feedback import selectors
from dothi.feedback.models import Ticket
from dothi.operations.wall.selectors import board as ask_board
from dothi.run.demo.feedback_story import somebody

LIVES = 400
WARM_UP = 40
PROCESSES = 2
MILLION = int(os.environ.get("N") or 1_000_000)
PAGES = 200
COMMITS = 1000


def bare(house: Measured) -> Iterator[str]:
    """The limit below: commits that write one row, by one connection."""
    yield f"{_commits():.0f} commits/s of one row by one connection"


def _commits() -> float:
    with connection.cursor() as cursor:
        cursor.execute("create table bench_bare (at timestamptz)")
        started = time.perf_counter()
        for _ in range(COMMITS):
            cursor.execute("insert into bench_bare values (now())")
        seconds = time.perf_counter() - started
        cursor.execute("drop table bench_bare")
    return COMMITS / seconds


def lifecycle(house: Measured) -> Iterator[str]:
    """Submit, take, resolve, read by verbs; all events delivered. In two processes."""
    live_in_processes(WARM_UP, PROCESSES)
    commits = _commits()
    lived = live_in_processes(LIVES, PROCESSES, house.database_seconds)
    yield (
        f"{lived.rate:.0f} lives/s by verbs with {Ticket.objects.count() - LIVES:,} reports "
        f"(one life as {commits / lived.rate:.0f} bare commits); ms of processor a life: "
        f"verbs {lived.python:.1f}, database {lived.database:.1f}"
    )


def worklist(house: Measured) -> Iterator[str]:
    """The worklist of a unit that handles all the reports, page after page."""
    at = clock.now()
    officer = _busiest()
    times, keys, after = [], [], ""
    for _ in range(PAGES):
        started = time.perf_counter()
        page = selectors.queue(officer, on=at.date(), after=after, limit=50)
        times.append((time.perf_counter() - started) * 1000)
        keys.append([ticket.pk for ticket in page.items])
        after = page.next
    waiting = Ticket.objects.filter(closed_at=None, handling_unit=seeding.busiest_unit()).count()
    yield (
        f"median {statistics.median(times):.1f} ms, worst {max(times):.1f} ms over {PAGES} pages "
        f"of 50, {waiting:,} of {Ticket.objects.count():,} open "
        f"({statistics.median(times) / _by_key(keys):.1f} × the same rows by their keys)"
    )


def _by_key(pages_of_keys: list[list[int]]) -> float:
    """Median milliseconds of the barest question that brings the same rows."""
    times = []
    with connection.cursor() as cursor:
        for keys in pages_of_keys:
            started = time.perf_counter()
            cursor.execute("select * from feedback_ticket where id = any(%s)", [keys])
            cursor.fetchall()
            times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def _busiest() -> User:
    one = Ticket.objects.order_by("id")[0]
    found = somebody(Role(one.handling_role), one.handling_unit_id, clock.now())
    assert found is not None
    return found


def board(house: Measured) -> Iterator[str]:
    """All figures of the wall at once, asked anew each time."""
    at = clock.now()
    times = []
    for number in range(12):
        started = time.perf_counter()
        ask_board(at=at + timedelta(seconds=number * 60))
        times.append((time.perf_counter() - started) * 1000)
    started = time.perf_counter()
    count = Ticket.objects.count()
    counting = (time.perf_counter() - started) * 1000
    median = statistics.median(times)
    yield f"median {median:.0f} ms with {count:,} reports ({median / counting:.1f} × count(*))"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A measurement, and on which house it is taken."""

    name: str
    measure: Callable[[Measured], Iterator[str]]
    on_empty: bool = False
    on_million: bool = False


ALL = {
    one.name: one
    for one in (
        Measure(name="bare", measure=bare, on_empty=True),
        Measure(name="lifecycle", measure=lifecycle, on_empty=True, on_million=True),
        Measure(name="http", measure=doors.lives, on_empty=True, on_million=True),
        Measure(name="readers", measure=readers.readers, on_empty=True),
        Measure(name="worklist", measure=worklist, on_million=True),
        Measure(name="board", measure=board, on_million=True),
        Measure(name="pages", measure=pages.pages, on_million=True),
        Measure(name="spike", measure=pages.spike, on_million=True),
        Measure(name="stream", measure=stream.stream, on_million=True),
        Measure(name="start", measure=start.start, on_empty=True),
        Measure(name="procedures", measure=procedures_search.search, on_empty=True),
        Measure(name="csv", measure=csv_files.csv_files, on_empty=True),
    )
}
