"""The log as a live stream: one listener a process, fanned out to all screens.

Bounded memory: the hub keeps the newest records; a screen that fell behind them reads on from the
table. A screen that was away gives the place where it left (`Last-Event-ID`) and misses nothing.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import connections

from dothi.core.events.registry import CHANNEL
from dothi.core.events.selectors import LAST, Position
from dothi.core.numbering import HORIZON

KEPT = 5000
PAGE = 500
POLL_SECONDS = 1.0  # Covers a lost notification.
GATHER_SECONDS = 0.02  # Lets a burst arrive together.
HEARTBEAT_SECONDS = 2.0


@dataclass(frozen=True)
class Told:
    """One record as screens get it."""

    position: Position
    name: str
    payload: dict[str, Any]


class Hub:
    """What all screens of one process share."""

    def __init__(self) -> None:
        self.kept: deque[Told] = deque(maxlen=KEPT)
        self.since = Position()  # Everything after this place up to `until` is in `kept`.
        self.until = Position()
        self.changed = asyncio.Event()
        self.ready = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self.screens = 0

    async def enter(self) -> None:
        self.screens += 1
        if self.task is None:
            self.task = asyncio.create_task(self._follow())
        await self.ready.wait()

    async def leave(self) -> None:
        self.screens -= 1
        if not self.screens and self.task is not None:
            task, self.task = self.task, None
            self.ready.clear()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _follow(self) -> None:
        while True:
            try:
                async with await _connect() as listener, await _connect() as reader:
                    await listener.execute(f"listen {CHANNEL}")
                    self.since = self.until = await _head(reader)
                    self.kept.clear()
                    self.ready.set()
                    while True:
                        pending = await self._read_on(reader)
                        if pending:  # A transaction that began earlier is still open.
                            await asyncio.sleep(GATHER_SECONDS)
                            continue
                        async for _ in listener.notifies(timeout=POLL_SECONDS, stop_after=1):
                            await asyncio.sleep(GATHER_SECONDS)
            except (psycopg.Error, OSError):
                # Screens go on from their own places once the database is back.
                await asyncio.sleep(POLL_SECONDS)

    async def _read_on(self, reader: psycopg.AsyncConnection[Any]) -> bool:
        """Take what became final. Return whether more is on its way."""
        edge, pending = await _edge(reader)
        rows = await _read(reader, self.until, edge)
        for told in rows:
            if len(self.kept) == KEPT:
                self.since = self.kept[0].position
            self.kept.append(told)
        self.until = rows[-1].position if len(rows) == PAGE else max(
            self.until, Position(edge - 1, LAST)
        )  # fmt: skip
        if rows:
            self.changed.set()
            self.changed = asyncio.Event()
        return pending or len(rows) == PAGE


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


async def records(
    after: Position | None, names: Collection[str], *, beat: float | None = None
) -> AsyncIterator[Told | Position]:
    """Yield the records after a place (None: from now on) as they become final.

    In silence the place that was reached is yielded, every `beat` seconds (`HEARTBEAT_SECONDS`):
    a screen can tell silence from a lost connection, and need not search the log from far back
    when it returns.
    """
    wanted = frozenset(names)
    hub = _hubs.setdefault(asyncio.get_running_loop(), Hub())
    await hub.enter()
    try:
        place = hub.until if after is None else after
        while True:
            changed = hub.changed
            if place < hub.since:
                rows, place = await _catch_up(place, wanted)
            else:
                rows = [told for told in hub.kept if told.position > place]
                place = max(place, hub.until)
            for told in rows:
                if told.name in wanted:
                    yield told
            if place >= hub.until:
                try:
                    await asyncio.wait_for(changed.wait(), beat or HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield place
    finally:
        await hub.leave()


async def _catch_up(place: Position, names: Collection[str]) -> tuple[list[Told], Position]:
    async with await _connect() as reader:
        edge, _ = await _edge(reader)
        rows = await _read(reader, place, edge, names)
    return rows, rows[-1].position if len(rows) == PAGE else Position(edge - 1, LAST)


async def _connect() -> psycopg.AsyncConnection[Any]:
    params = connections["default"].get_connection_params()
    wanted = {
        name: value
        for name, value in params.items()
        if name in {"dbname", "user", "password", "host", "port", "sslmode"}
    }
    return await psycopg.AsyncConnection.connect(autocommit=True, **wanted)


async def _head(reader: psycopg.AsyncConnection[Any]) -> Position:
    edge, _ = await _edge(reader)
    return Position(edge - 1, LAST)


async def _edge(reader: psycopg.AsyncConnection[Any]) -> tuple[int, bool]:
    cursor = await reader.execute(
        f"""
        with edge as (select {HORIZON} as xid)
        select edge.xid, exists (
            select 1 from core_events_record where core_events_record.xid >= edge.xid
        ) from edge
        """
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0]), bool(row[1])


async def _read(
    reader: psycopg.AsyncConnection[Any],
    place: Position,
    edge: int,
    names: Collection[str] | None = None,
) -> list[Told]:
    cursor = await reader.execute(
        """
        select xid, id, name, payload from core_events_record
        where (xid, id) > (%s, %s) and xid < %s and (%s::text[] is null or name = any(%s))
        order by xid, id limit %s
        """,
        [place.xid, place.id, edge, *[list(names) if names is not None else None] * 2, PAGE],
    )
    return [Told(Position(row[0], row[1]), row[2], row[3]) for row in await cursor.fetchall()]
