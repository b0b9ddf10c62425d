"""Indicator definitions: a measure is defined once, by its owner, as one Ibis expression.

The expression reads tables by name and the moment `at` from a table of one row, and returns the
columns `unit_id`, `numerator` and (unless it is a count) `denominator`. The hot run compiles it to
PostgreSQL over the domain's own tables; the run over the store uses the same expression.
What is counted "today" begins at `midnight(tables)`, which knows the time zone of the city.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ibis
from django.utils.functional import Promise
from ibis.expr.types import Scalar, Table

from dothi.datastore.indicators.choices import Better, Scale

Measure = Callable[[Mapping[str, Table], Scalar], Table]
MOMENT = "moment"


@dataclass(frozen=True, kw_only=True)
class Indicator:
    code: str
    title: str | Promise
    help: str | Promise
    unit_of_measure: str
    steward: str
    scale: Scale
    better: Better = Better.NEITHER
    # Table name → column → Ibis type: what the expression may read, and nothing more.
    reads: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    measure: Measure
    public: bool = False  # Open data: everybody may read it with its definition.

    def expression(self) -> Table:
        """Return the measure over unbound tables; the caller binds them to an engine."""
        tables = {
            name: ibis.table(dict(columns), name=name) for name, columns in self.reads.items()
        }
        moment: Any = ibis.table(
            {"at": "timestamp('UTC')", "midnight": "timestamp('UTC')"}, name=MOMENT
        )
        return self.measure({**tables, MOMENT: moment}, moment.at.as_scalar())


def midnight(tables: Mapping[str, Table]) -> Scalar:
    """The last midnight of the city before the moment, for what is counted by the day."""
    moment: Any = tables[MOMENT]
    return moment.midnight.as_scalar()


indicators: dict[str, Indicator] = {}


def register(indicator: Indicator) -> Indicator:
    """Add a definition.

    Raises:
        ValueError: the code is taken.
    """
    if indicator.code in indicators:
        raise ValueError(f"Indicator {indicator.code} is registered twice.")
    indicators[indicator.code] = indicator
    return indicator
