"""The live stream of the wall to many screens: how long from commit to arrival."""

import asyncio
import re
import time
from collections.abc import Iterator

from bench.client import loopback
from bench.house import Measured, Open
from bench.pages import _percentile
from dothi.core import clock
from dothi.operations.wall import services
from dothi.operations.wall.choices import Layer, Tone

SCREENS = 500
CHANGES = 60
EVERY = 0.25  # Seconds between changes.
MARK = re.compile(rb"bench-(\d+)\b")


class Screen(asyncio.Protocol):
    """One open stream. Notes when each change arrives."""

    def __init__(self, port: int, arrived: dict[int, list[float]]) -> None:
        self.port = port
        self.arrived = arrived
        self.opened = asyncio.get_running_loop().create_future()
        self.tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(
            b"GET /live/operations/wall HTTP/1.1\r\n"
            b"Host: 127.0.0.1:%d\r\nAccept: text/event-stream\r\n\r\n" % self.port
        )

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        if b"event: figures" in data and not self.opened.done():
            self.opened.set_result(None)
        # A frame may come in two pieces: what may be the begin of a mark waits for the rest.
        text = self.tail + data
        end = text.rfind(b"\n") + 1
        self.tail = text[end:]
        for number in set(MARK.findall(text[:end])):
            self.arrived.setdefault(int(number), []).append(now)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(ConnectionError(f"a screen was turned away ({exc})"))


def stream(house: Measured) -> Iterator[str]:
    """Screens on the wall, and changes of the map by the verb that draws it."""
    with house.open() as running:
        yield from asyncio.run(_stream(running))


async def _stream(running: Open) -> list[str]:
    loop = asyncio.get_running_loop()
    arrived: dict[int, list[float]] = {}
    empty = running.memory()
    transports = []
    screens = []
    for number in range(SCREENS):
        transport, screen = await loop.create_connection(
            lambda: Screen(running.port, arrived), "127.0.0.1", running.port,
            local_addr=(loopback(50_000 + number), 0),
        )  # fmt: skip
        transports.append(transport)
        screens.append(screen)
        if number % 25 == 24:
            await asyncio.wait_for(screen.opened, 30)
    await asyncio.gather(*(asyncio.wait_for(screen.opened, 30) for screen in screens))
    before, started = running.spent(), time.monotonic()
    told = {}
    for number in range(CHANGES):
        told[number] = await asyncio.to_thread(_change, number)
        await asyncio.sleep(EVERY)
    await asyncio.sleep(1.5)
    seconds = time.monotonic() - started
    spent = {name: after - before[name] for name, after in running.spent().items()}
    full = running.memory()
    for transport in transports:
        transport.close()
    times = [(at - told[number]) * 1000 for number, found in arrived.items() for at in found]
    expected = SCREENS * CHANGES
    share = ", ".join(f"{name} {used / seconds:.0%}" for name, used in spent.items())
    return [
        f"{SCREENS} screens, {CHANGES} changes: {len(times):,} of {expected:,} arrived; from "
        f"commit to screen p50 {_percentile(times, 50):.0f} ms, p99 {_percentile(times, 99):.0f} "
        f"ms, worst {max(times):.0f} ms",
        f"memory of the web processes {empty:.0f} MB without and {full:.0f} MB with the screens; "
        f"of one core: {share}",
    ]


def _change(number: int) -> float:
    """One point more on the map. Returns the moment of the commit."""
    services.show(
        source=f"bench-{number}", layer=Layer.FEEDBACK, unit_code="27238", category="waste",
        lon=106.65, lat=10.77, tone=Tone.CALM, since=clock.now(), at=clock.now(),
    )  # fmt: skip
    return time.monotonic()
