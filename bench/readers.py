"""What counting a reader costs: new ones, those who come again, and many at once."""

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from bench.house import Measured
from dothi.core import clock
from dothi.portal import selectors, services

READERS = 3000
AT_ONCE = 8
PAGES = ["TT-260101-BENCH0", selectors.SITE]


def readers(house: Measured) -> Iterator[str]:
    """Count readers of one article and of the house, by the statement that a page calls."""
    before = selectors.readers_of(PAGES)
    _count("warm", 0)
    alone = [_count("alone", number) for number in range(500)]
    again = [_count("alone", number) for number in range(500)]
    started = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        crowd = list(pool.map(_in_thread, range(READERS)))
    rate = READERS / (time.perf_counter() - started)
    after = selectors.readers_of(PAGES)
    for page in PAGES:
        counted = after[page] - before[page]
        assert counted == READERS + 501, f"{page}: {counted} counted"
    bare = _bare()
    yield (
        f"a new reader of two pages {statistics.median(alone):.2f} ms "
        f"({statistics.median(alone) / bare:.1f} × a bare question), "
        f"one who comes again {statistics.median(again):.2f} ms"
    )
    yield (
        f"{rate:.0f} new readers/s of one article by {AT_ONCE} at once, "
        f"p99 {statistics.quantiles(crowd, n=100)[98]:.1f} ms, every one counted"
    )


def _in_thread(number: int) -> float:
    try:
        return _count("crowd", number)
    finally:
        connection.close()  # Back to the pool.


def _count(name: str, number: int) -> float:
    started = time.perf_counter()
    services.count_reader(pages=PAGES, address=f"{name}:{number}", agent="bench", at=clock.now())
    return (time.perf_counter() - started) * 1000


def _bare() -> float:
    times = []
    with connection.cursor() as cursor:
        for _ in range(500):
            started = time.perf_counter()
            cursor.execute("select 1")
            times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)
