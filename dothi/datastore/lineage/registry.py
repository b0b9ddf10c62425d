"""Who knows of links between columns. Each part of the house that reads or makes data adds itself:

    register("operations.tiles", lambda: [Link(source=…, target=…)])

A collector tells everything that it knows now; what it told before and does not tell any more is
over from then on.
"""

from collections.abc import Callable, Iterable

from dothi.datastore.lineage.choices import How as How
from dothi.datastore.lineage.choices import Kind as Kind
from dothi.datastore.lineage.rules.graph import Link as Link
from dothi.datastore.lineage.rules.graph import Point as Point

Collector = Callable[[], Iterable[Link]]
collectors: dict[str, Collector] = {}


def register(name: str, collector: Collector) -> Collector:
    """Add a collector.

    Raises:
        ValueError: the name is taken.
    """
    if name in collectors:
        raise ValueError(f"Links are told twice under {name}.")
    collectors[name] = collector
    return collector
