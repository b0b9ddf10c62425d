"""How good and how quick the detector of anomalies is, on real series with known events.

    SERIES=/path/to/folder python -m bench.anomaly

The folder holds CSV files (timestamp,value) and `labels.json` with their windows, as the Numenta
Anomaly Benchmark has them. Settings are chosen on all series but one and judged on that one, for
each in turn, so that none is judged by settings that have seen it. A bare loop that keeps a sorted
window of the same size is timed beside it.
"""

import csv
import json
import os
import sys
import time
from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from pathlib import Path

from dothi.operations.judging.rules.anomaly import Detector, Settings
from dothi.operations.judging.rules.scoring import Score, Window, score, standard

NEEDED, MICROSECONDS = 60, 100
SPANS = ((1, 6), (2, 12), (3, 24))
MEMORIES = (500, 1000)
THRESHOLDS = (4, 4.75, 5.5, 6.25, 7)


@dataclass(frozen=True)
class Series:
    name: str
    readings: tuple[tuple[datetime, float], ...]
    events: tuple[Window, ...]


def series_of(folder: Path) -> list[Series]:
    labels = json.loads((folder / "labels.json").read_text("utf-8"))
    return [_series(folder / name, windows) for name, windows in sorted(labels.items())]


def _series(path: Path, windows: list[list[str]]) -> Series:
    with path.open(newline="", encoding="utf-8") as file:
        readings = tuple(
            (datetime.fromisoformat(row["timestamp"]), float(row["value"]))
            for row in csv.DictReader(file)
        )
    times = [at for at, _ in readings]
    events = []
    for begin, end in windows:
        inside = [
            number for number, at in enumerate(times)
            if datetime.fromisoformat(begin) <= at <= datetime.fromisoformat(end)
        ]  # fmt: skip
        events.append((inside[0], inside[-1]))
    return Series(path.name, readings, tuple(events))


def judged(series: Series, settings: Settings) -> Score:
    detector = Detector(settings)
    alarms = [
        number
        for number, (at, value) in enumerate(series.readings)
        if detector.judge(value, at).new
    ]
    return score(len(series.readings), series.events, alarms)


def choices() -> list[Settings]:
    return [
        Settings(short=short, long=long, memory=memory, threshold=threshold, seasonal=seasonal)
        for (short, long), memory, threshold, seasonal in product(
            SPANS, MEMORIES, THRESHOLDS, (False, True)
        )
    ]


def left_out(every: list[Series]) -> dict[str, tuple[Score, Settings]]:
    """By the name of each series: its score under the settings that the others like best."""
    found = {one: [judged(series, one) for series in every] for one in choices()}
    chosen = {}
    for place, series in enumerate(every):
        best = max(found, key=lambda one: standard(_without(found[one], place)))
        chosen[series.name] = (found[best][place], best)
    return chosen


def _without(scores: list[Score], place: int) -> list[Score]:
    return scores[:place] + scores[place + 1 :]


def bare(series: Series, window: int) -> float:
    """Microseconds a reading of keeping the last readings sorted, and nothing else."""
    last: deque[float] = deque()
    ordered: list[float] = []
    begun = time.process_time()
    for _, value in series.readings:
        last.append(value)
        insort(ordered, value)
        if len(last) > window:
            del ordered[bisect_left(ordered, last.popleft())]
    return (time.process_time() - begun) / len(series.readings) * 1e6


def ours(series: Series) -> float:
    detector = Detector()
    begun = time.process_time()
    for at, value in series.readings:
        detector.judge(value, at)
    return (time.process_time() - begun) / len(series.readings) * 1e6


def main(folder: Path) -> int:
    every = series_of(folder)
    chosen = left_out(every)
    for name, (found, by) in chosen.items():
        print(
            f"{name}: {standard([found]):.0f}, {found.caught} of {found.events} caught, "
            f"{found.false_alarms} false; spans {by.short}/{by.long}, memory {by.memory}, "
            f"threshold {by.threshold}, {'with' if by.seasonal else 'without'} season"
        )
    total = standard(found for found, _ in chosen.values())
    print(f"unseen, all together: {total:.1f} (needed {NEEDED})")
    print(f"as delivered, on the same: {standard(judged(one, Settings()) for one in every):.1f}")
    longest = max(every, key=lambda one: len(one.readings))
    mine, limit = min(ours(longest) for _ in range(3)), min(bare(longest, 2000) for _ in range(3))
    print(f"{mine:.1f} µs a reading (needed {MICROSECONDS}); a sorted window alone {limit:.1f} µs")
    return 0


if __name__ == "__main__":
    if "SERIES" not in os.environ:
        sys.exit(__doc__)
    sys.exit(main(Path(os.environ["SERIES"])))
