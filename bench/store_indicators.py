"""What a board of sixty indicators over the store costs.

    python -m bench.store_indicators       a million rows; ROWS=100000 for fewer

The table and the indicators are invented, the same on every machine. A board reads the figures that
the last store run kept; beside it stand what that run itself costs, and one plain question to the
same database.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench.house import Measured, said
from bench.store_tables import ROW, TABLE, publish, written

ROWS = int(os.environ.get("ROWS") or 1_000_000)
BOARD = 60
TURNS = 15
# The last reports of the invented table come in then: see `store_tables.ROW`.
AT = datetime(2023, 12, 31, 17, tzinfo=UTC) + timedelta(seconds=min(13 * ROWS, 63_072_000))


def everything(house: Measured) -> Iterator[str]:
    from django.db import connection

    from dothi.datastore.catalogue.choices import Mode
    from dothi.datastore.indicators import selectors, services

    publish(written("first", f"select {ROW} from range({ROWS}) t(i)"), Mode.REPLACE, "first")
    make_wards()
    codes = make_indicators()
    began = time.perf_counter()
    assert services.measure_store(at=AT, codes=codes) == BOARD
    whole = time.perf_counter() - began
    kept = selectors.newest_kept(codes)
    assert len(kept) == BOARD
    assert all(len(one.parts) == 16 for one in kept.values()), "each ward says something"
    asked = median(lambda: selectors.newest_kept(codes))
    plain = median(lambda: connection.cursor().execute("select count(*) from units_unit"))
    yield f"{ROWS:,} rows, 16 wards, {BOARD} indicators"
    yield f"board of {BOARD} indicators with their wards, as kept: {asked:.0f} ms"
    yield f"one plain question to the database: {plain:.1f} ms"
    yield f"the store run that keeps all {BOARD}: {whole:.1f} s"


def make_wards() -> None:
    from dothi.units import services as units
    from dothi.units.choices import Kind

    since = date(2020, 1, 1)
    above = units.create_unit(
        code="city", name_vi="Thành phố", kind=Kind.AREA, parent=None, valid_from=since,
        by="system", at=AT,
    )  # fmt: skip
    for number in range(16):
        units.create_unit(
            code=f"w{number}", name_vi=f"Phường {number}", kind=Kind.WARD, parent=above,
            valid_from=since, by="system", at=AT,
        )  # fmt: skip


def make_indicators() -> list[str]:
    from dothi.datastore.indicators.choices import Scale
    from dothi.datastore.indicators.registry import Indicator, Source, UnitColumn, register

    made = []
    for number in range(BOARD):
        share = number % 2 == 1
        register(
            Indicator(
                code=f"bench.{number}", title=f"Bench {number}", help="", unit_of_measure="",
                steward="bench", scale=Scale.PERCENT if share else Scale.COUNT, is_hot=False,
                measure=counted(number, share),
                reads={
                    "reports": {
                        "unit_id": "int64", "received_at": "timestamp('UTC')", "state": "string",
                    }
                },
                stores={"reports": Source(dataset=TABLE, unit=UnitColumn(code="unit"))},
            )
        )  # fmt: skip
        made.append(f"bench.{number}")
    return made


def counted(number: int, share: bool) -> Callable[[Mapping[str, Any], Any], Any]:
    """Reports of so many days, or the share of them that is done."""

    def measure(tables: Mapping[str, Any], at: Any) -> Any:
        import ibis

        rows = tables["reports"]
        since = at - ibis.interval(days=30 + number)
        recent = rows.filter(rows.received_at <= at, rows.received_at > since)
        of_them = ibis.ifelse(recent.state == "done", 1, 0).sum() if share else recent.count()
        parts = {"numerator": of_them} | ({"denominator": recent.count()} if share else {})
        return recent.group_by("unit_id").aggregate(**parts)

    return measure


def median(ask: Callable[[], object]) -> float:
    taken = []
    for _ in range(TURNS):
        began = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - began)
    return 1000 * statistics.median(taken)


if __name__ == "__main__":
    sys.exit(said(everything))
