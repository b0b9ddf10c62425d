"""The engine that checks batches: one connection a run, bounded memory, nothing written."""

from dataclasses import dataclass

import duckdb
import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from dothi.datastore.catalogue.choices import Type
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.ingestion.choices import Check
from dothi.datastore.ingestion.rules import checking, plain
from dothi.datastore.ingestion.rules.checking import BAD, FAULTS, LINE, SPAN
from dothi.datastore.ingestion.rules.ledger import Fault
from dothi.datastore.ingestion.rules.plain import Bools, kind_of

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
    """Checks batches against one contract.

    What is plainly sound is seen column by column (`rules.plain`). DuckDB is asked of the rows that
    are not, and of whole columns that are written in a way that only it reads.
    """

    def __init__(self, contract: Contract, *, zone: str) -> None:
        """`zone` is that of moments which a source writes without one."""
        self.contract = contract
        self._sound = _sql(checking.sound(contract))
        self._faults = _sql(checking.faults_of(contract))
        self._parts: dict[tuple[str, ...], str] = {}
        self._connection = duckdb.connect(config={"memory_limit": MEMORY})
        self._connection.execute("set TimeZone = ?", [zone])
        self._connection.execute("set enable_external_access = false")
        self._bounds = {one.name: self._bounds_of(one) for one in contract.fields}

    def close(self) -> None:
        self._connection.close()

    def check(self, rows: pa.Table) -> Checked:
        """Ask the contract of each row.

        Args:
            rows: text columns by the heads of the contract, with `LINE` and `SPAN`.
        """
        tidy = pa.table(
            {one.head: plain.tidied(_whole(rows[one.head])) for one in self.contract.fields}
            | {name: _whole(rows[name]) for name in (LINE, SPAN)}
        )
        values, doubtful = self._looked(tidy)
        lines = tidy.select([LINE, SPAN])
        if not doubtful.any():
            return Checked(taken=values, lines=lines, wrong=[])
        asked = self._asked(tidy.filter(pa.array(doubtful)))
        plainly = pa.array(~doubtful)
        values, lines = values.filter(plainly), lines.filter(plainly)
        if len(asked.taken):
            lines = pa.concat_tables([lines, asked.lines])
            order = pc.sort_indices(lines, [(LINE, "ascending")])
            values = pa.concat_tables([values, asked.taken]).take(order)
            lines = lines.take(order)
        return Checked(taken=values, lines=lines, wrong=asked.wrong)

    def _looked(self, tidy: pa.Table) -> tuple[pa.Table, Bools]:
        """The columns in their types, and the rows of which they cannot be believed yet."""
        doubtful = _empty_rows(tidy, self.contract)
        columns: dict[str, pa.Array] = {}
        for one in self.contract.fields:
            cells = _whole(tidy[one.head])
            if one.type == Type.GEOMETRY:
                doubtful |= _no_place(cells)
            found = plain.look(cells, one, self._bounds[one.name])
            if found is None or _is_mostly(found.doubtful):
                continue
            columns[one.name] = found.values
            if found.doubtful is not None:
                doubtful |= found.doubtful
        left = tuple(name for name in self.contract.names if name not in columns)
        if left:
            asked = self._ask(self._part(left), tidy)
            columns |= {name: _whole(asked[name]) for name in left}
            doubtful |= asked[BAD].to_numpy()
        for rule in self.contract.compares:
            wrong = plain.compared(columns, rule)
            if wrong is not None:
                doubtful |= wrong
        ordered = pa.table({name: columns[name] for name in self.contract.names})
        return ordered.cast(schema_of(self.contract)), doubtful

    def _asked(self, tidy: pa.Table) -> Checked:
        """What the engine says of rows."""
        out = self._ask(self._sound, tidy)
        bad = out[BAD].to_numpy()
        for one in self._places():
            bad = bad | _no_place(out[one.name])
        taken = out.filter(pa.array(~bad))
        return Checked(
            taken=taken.select(self.contract.names).cast(schema_of(self.contract)),
            lines=taken.select([LINE, SPAN]),
            wrong=self._wrong(tidy.filter(pa.array(bad))) if bad.any() else [],
        )

    def _wrong(self, rows: pa.Table) -> list[Wrong]:
        named = self._ask(self._faults, rows).select([LINE, SPAN, FAULTS])
        places = {one.name: _no_place(rows[one.head]).tolist() for one in self._places()}
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

    def _places(self) -> list[Field]:
        return [one for one in self.contract.fields if one.type == Type.GEOMETRY]

    def _part(self, names: tuple[str, ...]) -> str:
        if names not in self._parts:
            self._parts[names] = _sql(checking.sound(self.contract, only=names))
        return self._parts[names]

    def _ask(self, sql: str, rows: pa.Table) -> pa.Table:
        pieces = pa.Table.from_batches(rows.to_batches(max_chunksize=_PIECE), rows.schema)
        self._connection.register("batch", pieces)
        try:
            return self._connection.execute(sql).to_arrow_table()
        finally:
            self._connection.unregister("batch")

    def _bounds_of(self, one: Field) -> dict[str, pa.Scalar]:
        """The bounds of a field in its type, read as the engine reads them in its questions."""
        given = {"minimum": one.minimum, "maximum": one.maximum}
        return {
            name: self._connection.execute(_sql(checking.bound(text, one)))
            .to_arrow_table()
            .column(0)[0]
            .cast(kind_of(one))
            for name, text in given.items()
            if text
        }


def _sql(question: ibis.Table | ibis.Value) -> str:
    return str(ibis.to_sql(question, dialect="duckdb"))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _is_mostly(doubtful: Bools | None) -> bool:
    """Whether it costs less to ask the engine of the column than of so many whole rows."""
    return doubtful is not None and bool(np.count_nonzero(doubtful) * 10 > len(doubtful))


def _empty_rows(tidy: pa.Table, contract: Contract) -> Bools:
    """Rows in which every cell is empty; none where a column has no empty cell."""
    columns = [_whole(tidy[one.head]) for one in contract.fields]
    if any(not one.null_count for one in columns):
        return np.zeros(len(tidy), np.bool_)
    empty: Bools = np.logical_and.reduce(
        [one.is_null().to_numpy(zero_copy_only=False) for one in columns]
    )
    return empty


def _no_place(cells: pa.Array | pa.ChunkedArray) -> Bools:
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
    return np.array(wrong, np.bool_)


def schema_of(contract: Contract) -> pa.Schema:
    return pa.schema([pa.field(one.name, kind_of(one)) for one in contract.fields])
