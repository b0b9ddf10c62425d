"""Public pages over HTTP: how many a second, how long one takes, how big it is; and a spike."""

import asyncio
import gzip
import itertools
import random
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn

from bench.client import Browser, Failed
from bench.doors import submit
from bench.house import Measured, Open, free_port
from dothi.core import clock
from dothi.feedback import selectors
from dothi.feedback.models import Ticket
from dothi.lib.geo import Point
from dothi.run.demo.feedback_story import somewhere

REQUESTS = 300
AT_ONCE = 8
# What a city of some million people asks for in a busy hour, and the spike that is ten times that:
# three public pages in four, one new report in twenty-five, the rest the list for machines.
SUSTAINED = 6.0
TIMES = 10
CALM_SECONDS = 10
SPIKE_SECONDS = 30
PATIENCE = 60.0  # An answer that comes later is an error.


def pages(house: Measured) -> Iterator[str]:
    """Each public page alone, against a bare answer of the same server program in the same run."""
    code = _shown()
    wanted = {
        "front page": "/",
        "list": "/feedback/list",
        "a report": f"/feedback/r/{code}",
        "the form": "/feedback/",
        "the wall": "/operations/wall",
        "Open311 list": "/open311/v2/requests.json?page_size=50",
    }
    with house.open() as running:
        bare, found = asyncio.run(_pages(running, wanted))
    yield f"bare answer: {bare.rate:.0f}/s, median {bare.median:.1f} ms"
    for name, one in found.items():
        yield (
            f"{name}: {one.rate:.0f}/s (1/{bare.rate / one.rate:.0f} of bare), "
            f"median {one.median:.0f} ms, p99 {one.late:.0f} ms, {one.cost:.1f} ms of processor, "
            f"{one.size / 1024:.1f} KB ({one.packed / 1024:.1f} KB gzipped)"
        )


def _shown() -> str:
    """The code of a report whose words and result everybody may read."""
    row = Ticket.objects.filter(state="published").order_by("-id").first()
    found = row or selectors.public_tickets().order_by("-id").first()
    assert found is not None
    return found.code


@dataclass(kw_only=True)
class Page:
    rate: float
    median: float
    late: float
    cost: float
    size: int
    packed: int


async def _pages(running: Open, wanted: dict[str, str]) -> tuple[Page, dict[str, Page]]:
    async with _hello() as port:
        bare = await _ask(port, "/", lambda: 0.0)
    found = {}
    for name, path in wanted.items():
        found[name] = await _ask(running.port, path, lambda: sum(running.spent().values()))
    return bare, found


async def _ask(port: int, path: str, spent: Callable[[], float]) -> Page:
    """So many requests by so many visitors, one after the other each."""
    times: list[float] = []
    body = b""

    async def visit(numbers: Iterator[int]) -> None:
        nonlocal body
        browser = Browser(port)
        for _ in numbers:
            started = time.perf_counter()
            answer = await browser.get(path)
            times.append((time.perf_counter() - started) * 1000)
            if answer.status != 200:
                raise Failed(f"{path}: {answer.status}")
            body = answer.body
        browser.close()

    await visit(iter(range(10)))
    times.clear()
    before, started = spent(), time.perf_counter()
    numbers = iter(range(REQUESTS))
    await asyncio.gather(*(visit(numbers) for _ in range(AT_ONCE)))
    seconds = time.perf_counter() - started
    return Page(
        rate=REQUESTS / seconds,
        median=statistics.median(times),
        late=_percentile(times, 99),
        cost=(spent() - before) / REQUESTS * 1000,
        size=len(body),
        packed=len(gzip.compress(body, 6)),
    )


def _percentile(times: list[float], percent: int) -> float:
    return sorted(times)[max(0, -(-len(times) * percent // 100) - 1)]


@asynccontextmanager
async def _hello() -> AsyncIterator[int]:
    """The server program with nothing behind it, in this process: the limit of a page."""

    async def hello(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        await send({"type": "http.response.start", "status": 200,
                    "headers": [(b"content-length", b"6")]})  # fmt: skip
        await send({"type": "http.response.body", "body": b"hello\n"})

    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(hello, host="127.0.0.1", port=port, log_level="warning", lifespan="off",
                       access_log=False)
    )  # fmt: skip
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    try:
        yield port
    finally:
        server.should_exit = True
        await task


# --- Spike ---------------------------------------------------------------------------------------


@dataclass
class Spike:
    """What came of arrivals by schedule; times count from the scheduled moment."""

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    drained: float = 0.0  # Seconds from the last arrival to the last answer.


def spike(house: Measured) -> Iterator[str]:
    """Ten times the sustained rate for half a minute; nobody waits for the one before."""
    with house.open() as running:
        calm, wild = asyncio.run(_spike(running))
    yield from told(calm, wild)


def told(calm: Spike, wild: Spike) -> Iterator[str]:
    """What came of the sustained phase and of the spike."""
    for name, rate, seconds, one in (
        ("sustained", SUSTAINED, CALM_SECONDS, calm),
        ("spike", SUSTAINED * TIMES, SPIKE_SECONDS, wild),
    ):
        said = f"; first: {one.errors[0]}" if one.errors else ""
        yield (
            f"{name}: {rate:.0f} arrivals/s for {seconds} s, {len(one.times)} answered, "
            f"{len(one.errors)} errors{said}; p50 {_percentile(one.times, 50):.0f} ms, "
            f"p99 {_percentile(one.times, 99):.0f} ms, last answer {one.drained:.1f} s after the "
            "last arrival"
        )


async def _spike(running: Open) -> tuple[Spike, Spike]:
    chance = random.Random(5)
    code = await asyncio.to_thread(_shown)
    places = itertools.cycle(
        [await asyncio.to_thread(somewhere, clock.now(), chance) for _ in range(100)]
    )
    kinds = ["/", "/feedback/list", f"/feedback/r/{code}", "/open311/v2/services.json"] * 6 + [""]
    for path in kinds[:4] * 4:  # Warm up.
        await _arrive(running.port, path, next(places))

    async def visit(number: int) -> None:
        await _arrive(running.port, kinds[number % len(kinds)], next(places))

    calm = await arrivals(SUSTAINED, CALM_SECONDS, visit)
    return calm, await arrivals(SUSTAINED * TIMES, SPIKE_SECONDS, visit)


async def arrivals(rate: float, seconds: int, visit: Callable[[int], Awaitable[None]]) -> Spike:
    """So many arrivals a second, each when it is due and not when the one before is through."""
    found = Spike()
    started = time.perf_counter()

    async def one(number: int) -> None:
        due = started + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        try:
            await asyncio.wait_for(visit(number), PATIENCE)
        except (Failed, OSError, TimeoutError) as error:
            found.errors.append(f"{type(error).__name__} {error}")
        else:
            found.times.append((time.perf_counter() - due) * 1000)

    await asyncio.gather(*(one(number) for number in range(int(rate * seconds))))
    found.drained = max(0.0, time.perf_counter() - started - seconds)
    return found


async def _arrive(port: int, path: str, place: Point) -> None:
    """Somebody new comes with a connection of their own: reads one page, or reports something."""
    browser = Browser(port)
    try:
        if path:
            answer = await browser.get(path)
            if answer.status != 200:
                raise Failed(f"{path}: {answer.status}")
        else:
            await submit(browser, place)
    finally:
        browser.close()
