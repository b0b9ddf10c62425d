"""Take the measurements on a house of their own, and print them.

python -m bench [NAME …]      all of them without a name: see `measures.ALL`
N=100000 python -m bench …    with fewer reports than a million
"""

import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.house import Measured, measured


def main(names: list[str]) -> int:
    """Measure on the empty house first, then fill it, then measure again."""
    with measured() as house:
        from bench import measures, seeding

        if unknown := set(names) - set(measures.ALL):
            print(f"unknown: {', '.join(sorted(unknown))}; there are: {', '.join(measures.ALL)}")
            return 2
        print(_machine(), flush=True)
        wanted = [one for name, one in measures.ALL.items() if not names or name in names]
        seeding.furnish()
        for one in wanted:
            if one.on_empty:
                _print(one.name, one.measure, house)
        if any(one.on_million for one in wanted):
            seconds = seeding.fill(measures.MILLION)
            print(f"seeding: {measures.MILLION:,} reports in {seconds:.0f} s, make-up checked")
        for one in wanted:
            if one.on_million:
                _print(one.name, one.measure, house)
    return 0


def _print(name: str, measure: Callable[[Measured], Iterator[str]], house: Measured) -> None:
    started = time.monotonic()
    for line in measure(house):
        print(f"{name}: {line}", flush=True)
    print(f"  ({name} took {time.monotonic() - started:.0f} s)", flush=True)


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if "model name" in line), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    load = os.getloadavg()[0]
    return (
        f"{time.strftime('%Y-%m-%d')}: {model}, {os.cpu_count()} cores, {memory:.0f} GB, "
        f"Python {platform.python_version()}, load before {load:.1f}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
