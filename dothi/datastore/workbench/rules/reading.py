"""Which columns a question reads, of which of the tables that it names. Pure."""

from collections.abc import Iterator, Mapping, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope

from dothi.datastore.workbench.rules import gate

# A column there decides which rows count, and is no value of the answer.
DECIDING = (exp.Where, exp.Group, exp.Having, exp.Order, exp.Join, exp.Qualify)
Read = dict[str, dict[str, bool]]


def columns_read(question: str, columns: Mapping[str, Sequence[str]]) -> Read:
    """By the name of each table its columns, each with whether values come from it.

    A star stands for all columns. A table of which the columns are not known, or cannot be told
    apart, has the column "": the whole.

    Args:
        columns: of each table that the question names, by that name.

    Raises:
        Refused: it is no question that may be asked.
    """
    names = {name: f"t{number}" for number, name in enumerate(gate.tables_of(question))}
    places = {name: gate.Place(catalog="", table=place) for name, place in names.items()}
    known = {names[name]: some for name, some in columns.items() if name in names and some}
    found: dict[str, dict[str, bool]] = {place: {} for place in names.values()}
    try:
        for place, column, gives in _reads(gate.written(question, places), known):
            spelled = {one.lower(): one for one in known.get(place, ())}
            if (name := spelled.get(column.lower())) is not None:
                found[place][name] = found[place].get(name, False) or gives
    except (SqlglotError, RecursionError):
        found = {place: {} for place in names.values()}
    return {name: found[place] or {"": True} for name, place in names.items()}


def _reads(question: str, columns: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str, bool]]:
    """Table, column, and whether its values are shown, for each place where a column stands."""
    tree = sqlglot.parse_one(question, read=gate.DIALECT)
    for table in tree.find_all(exp.Table):
        table.set("db", None)
        table.set("catalog", None)
    schema: dict[str, object] = {
        place: dict.fromkeys(some, "text") for place, some in columns.items()
    }
    full = qualify(
        tree, schema=schema, dialect=gate.DIALECT, validate_qualify_columns=False,
        quote_identifiers=False,
    )  # fmt: skip
    for scope in traverse_scope(full):
        yield from _of_scope(scope)


def _of_scope(scope: Scope) -> Iterator[tuple[str, str, bool]]:
    for column in scope.columns:
        source = scope.sources.get(column.table)
        if isinstance(source, exp.Table):
            yield source.name, column.name, column.find_ancestor(*DECIDING) is None
