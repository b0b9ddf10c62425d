"""The live stream of the wall: server-sent events that a screen resumes with Last-Event-ID.

Points come from the event log, each with its place in it; figures follow within a second, worked
out once for all screens of the process. A screen that cannot go on from its place is told so
(`again`) and draws everything anew.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection

from dothi.core import clock
from dothi.core.events.live import Told, records
from dothi.core.events.selectors import Position, head
from dothi.operations.wall import rules, selectors
from dothi.operations.wall.events import PointShown

FOLLOWED = selectors.MAP_EVENTS | selectors.HAPPENINGS
RETRY = "retry: 1000\n\n"
AGAIN = "event: again\ndata: {}\n\n"
HAPPENED = "event: happened\ndata: {}\n\n"
EVERY = rules.FIGURES_EVERY.total_seconds()
BEAT = rules.HEARTBEAT.total_seconds() - 0.05
AT_LEAST = rules.FIGURES_AT_LEAST.total_seconds()


class Figures:
    """The newest figures as a frame, made anew only so often whoever asks."""

    def __init__(self) -> None:
        self.frame = ""
        self.made = float("-inf")
        self.lock = asyncio.Lock()

    async def newest(self) -> str:
        async with self.lock:
            if time.monotonic() - self.made >= EVERY:
                began = time.monotonic()
                self.frame = await sync_to_async(_figures, thread_sensitive=False)()
                self.made = began  # What happened while they were asked may not be in them.
        return self.frame


_shared: WeakKeyDictionary[asyncio.AbstractEventLoop, Figures] = WeakKeyDictionary()


class Follower:
    """When one screen is due new figures, and which it has seen."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.seen = ""
        self.changed_at = float("-inf")  # The first change that the seen figures may not hold.
        self.stale = True

    def changed(self) -> None:
        self.changed_at = time.monotonic()
        self.stale = True

    @property
    def is_due(self) -> bool:
        age = time.monotonic() - self.figures.made
        return age >= AT_LEAST or (self.stale and age >= EVERY) or not self.seen

    async def newest(self) -> str | None:
        """The figures as a frame; None where they are what the screen shows already."""
        frame = await self.figures.newest()
        self.stale = self.figures.made < self.changed_at
        if frame == self.seen:
            return None
        self.seen = frame
        return frame


async def frames(after: Position | None) -> AsyncIterator[str]:
    """Yield the stream: points as they change, figures after them, a heartbeat in silence."""
    yield RETRY
    place = await sync_to_async(_beginning, thread_sensitive=False)(after)
    if place is None:
        yield AGAIN
        return
    figures = _shared.setdefault(asyncio.get_running_loop(), Figures())
    follower = Follower(figures)
    if (newest := await follower.newest()) is not None:
        yield newest
    beaten = time.monotonic()
    async for told in records(place, FOLLOWED, beat=rules.LOOK_EVERY.total_seconds()):
        if not isinstance(told, Position):
            follower.changed()
            yield frame(told)
        elif time.monotonic() - beaten >= BEAT:
            beaten = time.monotonic()
            yield _beat(told)
        if follower.is_due and (newest := await follower.newest()) is not None:
            yield newest


@lru_cache(maxsize=2000)
def _encoded(position: Position, name: str, payload: str) -> str:
    kind = "point" if name == PointShown.name else "gone"
    return f"id: {position}\nevent: {kind}\ndata: {payload}\n\n"


def frame(told: Told) -> str:
    """One change, encoded once for all screens: of the map in full, of the rest that it was."""
    if told.name not in selectors.MAP_EVENTS:
        return HAPPENED
    return _encoded(told.position, told.name, _text(told.payload))


@lru_cache(maxsize=16)
def _beat(position: Position) -> str:
    """A sign of life that carries the place: who returns later need not search from far back."""
    return f"id: {position}\nevent: beat\ndata: {{}}\n\n"


def _text(payload: dict[str, Any]) -> str:
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False)


def _figures() -> str:
    close_old_connections()
    try:
        figures = selectors.board(at=clock.now()).to_json()
    finally:
        connection.close()
    return f"event: figures\ndata: {_text(figures)}\n\n"


def _beginning(left: Position | None) -> Position | None:
    """Where to go on: from the place that was left, else from now. None: no way from there."""
    close_old_connections()
    try:
        if left is None:
            return head()
        return left if selectors.can_follow(left) else None
    finally:
        connection.close()
