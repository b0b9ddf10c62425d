"""The engine that checks batches: one connection a run, bounded memory, nothing written."""

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import ibis
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from dothi.datastore.catalogue.choices import Type
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.ingestion.choices import Check
from dothi.datastore.ingestion.rules import checking
from dothi.datastore.ingestion.rules.checking import BAD, FAULTS, LINE, SPAN
from dothi.datastore.ingestion.rules.ledger import Fault

MEMORY = "400MB"
# Rows that the engine takes at once; a table in one piece would keep it on one core.
_PIECE = 50_000


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A row that is put aside: where it stood and why."""

    line: int
    span: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A batch after the contract was asked."""

    taken: pa.Table  # Typed, by the names of the contract.
    lines: pa.Table  # `LINE` and `SPAN` of each taken row, in the same order.
    wrong: list[Wrong]  # In the order of the file.


class Engine:
    """Checks batches against one contract."""

    def __init__(self, contract: Contract, *, zone: str) -> None:
        """`zone` is that of moments which a source writes without one."""
        self.contract = contract
        self._sound = str(ibis.to_sql(checking.sound(contract), dialect="duckdb"))
        self._faults = str(ibis.to_sql(checking.faults_of(contract), dialect="duckdb"))
        self._places = [one for one in contract.fields if one.type == Type.GEOMETRY]
        self._connection = duckdb.connect(config={"memory_limit": MEMORY})
        self._connection.execute("set TimeZone = ?", [zone])
        self._connection.execute("set enable_external_access = false")

    def close(self) -> None:
        self._connection.close()

    def check(self, rows: pa.Table) -> Checked:
        """Ask the contract of each row.

        Args:
            rows: text columns by the heads of the contract, with `LINE` and `SPAN`.
        """
        tidy = _tidied(rows, [one.head for one in self.contract.fields])
        out = self._ask(self._sound, tidy)
        bad = out[BAD]
        for one in self._places:
            bad = pc.or_(bad, _no_place(out[one.name]))
        taken = out.filter(pc.invert(bad)) if pc.any(bad).as_py() else out
        wrong = self._wrong(tidy.filter(bad)) if len(taken) < len(out) else []
        return Checked(
            taken=taken.select(self.contract.names).cast(schema_of(self.contract)),
            lines=taken.select([LINE, SPAN]),
            wrong=wrong,
        )

    def _wrong(self, rows: pa.Table) -> list[Wrong]:
        named = self._ask(self._faults, rows).select([LINE, SPAN, FAULTS])
        places = {one.name: _no_place(rows[one.head]).to_pylist() for one in self._places}
        found = []
        for number, row in enumerate(named.to_pylist()):
            faults = [Fault.of(code) for code in row[FAULTS]]
            faults += [
                Fault(check=Check.TYPE, column=name)
                for name, wrong in places.items()
                if wrong[number]
            ]
            found.append(Wrong(line=row[LINE], span=row[SPAN], faults=tuple(faults)))
        return found

    def _ask(self, sql: str, rows: pa.Table) -> pa.Table:
        pieces = pa.Table.from_batches(rows.to_batches(max_chunksize=_PIECE), rows.schema)
        self._connection.register("batch", pieces)
        try:
            return self._connection.execute(sql).to_arrow_table()
        finally:
            self._connection.unregister("batch")


def _tidied(rows: pa.Table, heads: Iterable[str]) -> pa.Table:
    """Cells without blanks around them; what is nothing but blanks becomes null."""
    columns = {}
    for head in heads:
        cells = pc.utf8_trim_whitespace(rows[head])
        columns[head] = pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)
    return pa.table({**columns, LINE: rows[LINE], SPAN: rows[SPAN]})


def _no_place(cells: pa.ChunkedArray) -> pa.Array:
    """True where a text is no GeoJSON geometry on earth."""
    texts = cells.to_pylist()
    shapes = shapely.from_geojson(texts, on_invalid="ignore")
    wrong = []
    for text, shape in zip(texts, shapes, strict=True):
        if text is None:
            wrong.append(False)
            continue
        west, south, east, north = (
            shape.bounds if shape is not None and not shape.is_empty else (999.0,) * 4
        )
        wrong.append(not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90))
    return pa.array(wrong, pa.bool_())


def kind_of(one: Field) -> pa.DataType:
    """The type of a column in the store."""
    kinds = {
        Type.TEXT: pa.string(),
        Type.INTEGER: pa.int64(),
        Type.NUMBER: pa.float64(),
        Type.BOOLEAN: pa.bool_(),
        Type.DATE: pa.date32(),
        Type.MOMENT: pa.timestamp("us", tz="UTC"),
        Type.GEOMETRY: pa.string(),
    }
    return kinds[one.type]


def schema_of(contract: Contract) -> pa.Schema:
    return pa.schema([pa.field(one.name, kind_of(one)) for one in contract.fields])
