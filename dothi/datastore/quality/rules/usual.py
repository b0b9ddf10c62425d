"""Whether a version is as large as usual, and as new as it has to be."""

from collections.abc import Sequence
from datetime import timedelta
from statistics import median

from dothi.datastore.catalogue.choices import Mode, Rhythm

LAST = 8  # Versions before this one whose sizes are the usual ones.
FEWEST = 3  # Of fewer, nobody knows what is usual.
OFF = 0.5  # A whole delivery may be so much larger or smaller than the median.
SHRUNK = 0.2  # A table that grows may lose so much of its rows from one version to the next.
# Tables that follow what happens: how long they may be silent. Others have days of delivery.
SILENT = {Rhythm.CONTINUOUS: timedelta(hours=1), Rhythm.HOURLY: timedelta(hours=3)}


def is_usual(rows: int, before: Sequence[int], mode: Mode) -> bool | None:
    """Whether so many rows are what was to be expected; None where nobody can say.

    `before` are the rows of earlier versions, the newest first.
    """
    if mode == Mode.REPLACE:
        if len(before) < FEWEST:
            return None
        usual = median(before[:LAST])
        return abs(rows - usual) <= OFF * usual
    if not before:
        return None
    return rows >= (1 - SHRUNK) * before[0]
