"""Where a question to versions is answered: by DuckDB here, or by a cluster (Spark Connect).

The question is one Ibis expression over unbound tables. Both engines read the same Parquet files
and give the same columns and types, so a house moves by one setting and no question is written
twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import sqlglot
from ibis.config import Config
from ibis.expr import datatypes as dt
from ibis.expr import operations as ops
from ibis.expr.types import Table
from sqlglot import exp

from dothi.datastore.tables.ports import engine, spark
from dothi.datastore.tables.ports.spark import EngineAway as EngineAway
from dothi.datastore.tables.rules import sql
from dothi.datastore.tables.rules.columns import Columns, Fact, SchemaRefused


class Compiled(Config):  # type: ignore[misc]  # Ibis has no types.
    """What the compiler to Spark's SQL asks for. Only Ibis' own way to run it would bring this
    along, and that one goes through pandas."""

    treat_nan_as_null: bool = False


ibis.options.pyspark = Compiled()


@dataclass(frozen=True)
class Source:
    """What a table of the question stands for: Parquet files, and the columns that each has."""

    files: tuple[str, ...]
    columns: Columns


@dataclass(frozen=True, kw_only=True)
class Engine:
    """Which engine, and what DuckDB may use; a cluster has limits of its own."""

    address: str  # duckdb:// or sc://host:port
    memory: str
    threads: int
    spill: Path
    seconds: int

    @property
    def is_cluster(self) -> bool:
        return self.address.startswith(spark.SCHEME)


def answer(
    by: Engine, expression: Table, sources: Mapping[str, Source], rows: Mapping[str, pa.Table]
) -> pa.Table:
    """The answer to an expression, with the columns and types that it announces.

    Raises:
        EngineAway: the cluster cannot be reached, or gave up.
        SchemaRefused: a table of the question has a column that its source lacks.
    """
    asked = {one.name: tuple(one.schema.names) for one in expression.op().find(ops.UnboundTable)}
    narrowed = {name: _narrowed(source, asked[name]) for name, source in sources.items()}
    found = _ask_cluster if by.is_cluster else _ask_duckdb
    table = found(by, expression, narrowed, rows)
    return table.cast(_arrow(expression.schema()))


def _narrowed(source: Source, names: Sequence[str]) -> Source:
    known = {one.name: one for one in source.columns}
    missing = [Fact(code="missing", column=one) for one in names if one not in known]
    if missing:
        raise SchemaRefused(missing)
    return Source(source.files, tuple(known[one] for one in names))


def _ask_duckdb(
    by: Engine, expression: Table, sources: Mapping[str, Source], rows: Mapping[str, pa.Table]
) -> pa.Table:
    question = str(ibis.to_sql(expression, dialect="duckdb"))
    with engine.connect(memory=by.memory, threads=by.threads, spill=by.spill) as connection:
        for name, source in sources.items():
            listed = sql.parquet(source.files, source.columns)
            connection.execute(f"create view {sql.name(name)} as from {listed}")
        for name, given in rows.items():
            connection.register(name, given)
        return connection.execute(question).to_arrow_table()


def _ask_cluster(
    by: Engine, expression: Table, sources: Mapping[str, Source], rows: Mapping[str, pa.Table]
) -> pa.Table:
    # One session serves all questions of this process: each has tables of its own in it.
    names = {name: spark.own_name(name) for name in (*sources, *rows)}
    question = str(ibis.to_sql(_renamed(expression, names), dialect="pyspark"))
    tree = sqlglot.parse_one(question, dialect="spark").transform(_fraction)
    return spark.answer(
        by.address,
        tree.sql("spark"),
        {names[name]: (one.files, one.columns) for name, one in sources.items()},
        {names[name]: one for name, one in rows.items()},
        seconds=by.seconds,
    )


def _fraction(node: exp.Expression) -> exp.Expression:
    """Spark reads 3600.0 as a decimal, and Sail divides those to four digits; we mean a double."""
    if isinstance(node, exp.Literal) and not node.is_string and "." in node.name:
        return exp.cast(node, exp.DataType.Type.DOUBLE)
    return node


def _renamed(expression: Table, names: Mapping[str, str]) -> Table:
    tables = {
        one: one.copy(name=names[one.name])
        for one in expression.op().find(ops.UnboundTable)
        if one.name in names
    }
    return expression.op().replace(tables).to_expr()


def _arrow(schema: ibis.Schema) -> pa.Schema:
    return pa.schema([(name, _arrow_type(type)) for name, type in schema.items()])


def _arrow_type(type: dt.DataType) -> pa.DataType:
    if isinstance(type, dt.Timestamp):
        return pa.timestamp("us", tz="UTC" if type.timezone else None)
    if isinstance(type, dt.Decimal):
        return pa.decimal128(type.precision or 38, type.scale or 0)
    return PLAIN[type.__class__.__name__]


PLAIN: dict[str, Any] = {
    "Int8": pa.int8(),
    "Int16": pa.int16(),
    "Int32": pa.int32(),
    "Int64": pa.int64(),
    "Float32": pa.float32(),
    "Float64": pa.float64(),
    "Boolean": pa.bool_(),
    "String": pa.string(),
    "Binary": pa.binary(),
    "Date": pa.date32(),
}
