"""Questions to the rows of a table, written for DuckDB. Pure: only text is made here."""

from collections.abc import Mapping, Sequence

from dothi.datastore.tables.choices import How, PersonBy, Rule
from dothi.datastore.tables.rules.columns import Column, Columns, sql_type
from dothi.datastore.tables.rules.roles import Condition

# Code points that Unicode keeps from ever being text: nothing between two of them can hold one.
BETWEEN, NOTHING = "chr(64976)", "chr(64977)"
MASKED = "•••"


def name(of: str) -> str:
    return '"' + of.replace('"', '""') + '"'


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def words_type(column: str) -> str:
    """The type of a column that a serving file keeps as numbers of its few words."""
    return f"{column} words"


def names(columns: Sequence[str], *, of: str = "") -> str:
    before = f"{of}." if of else ""
    return ", ".join(f"{before}{name(one)}" for one in columns)


def parquet(paths: Sequence[str], columns: Columns, *, more: str = "") -> str:
    """The rows of Parquet files, as a table expression in brackets; also of no file at all."""
    if not paths:
        empty = ", ".join(f"null::{sql_type(one.type)} as {name(one.name)}" for one in columns)
        return f"(select {empty} where false)"
    files = ", ".join(text(path) for path in paths)
    shown = names([one.name for one in columns])
    return f"(select {shown}{more} from read_parquet([{files}]))"


def as_columns(source: str, columns: Columns, *, has: Columns) -> str:
    """Rows with the columns of a table: what they lack is empty, what is narrower is widened."""
    known = {one.name for one in has}
    shown = ", ".join(
        f"{name(one.name) if one.name in known else 'null'}::{sql_type(one.type)} as "
        f"{name(one.name)}"
        for one in columns
    )
    return f"(select {shown} from {source})"


def row_hash(columns: Columns, *, of: str = "") -> str:
    """64 bits of a row to compare it with others in the same question: fast, and good for today."""
    ordered = sorted(one.name for one in columns)
    return f"hash({names(ordered, of=of)})"


def row_digest(columns: Columns) -> str:
    """64 bits of a row to cite: MD5 over its values in the order of their names.

    Not `hash()`: that is ten times as fast, and another one in the next DuckDB. A checksum that is
    cited has to be the same in years.
    """
    ordered = sorted(columns, key=lambda one: one.name)
    parts = ", ".join(f"coalesce({_spelled(one)}, {NOTHING})" for one in ordered)
    return f"md5_number_lower(concat_ws({BETWEEN}, {parts}))"


def _spelled(column: Column) -> str:
    value = name(column.name)
    if column.type in {"timestamp", "timestamp_ntz"}:
        return f"epoch_us({value})::varchar"
    if column.type == "binary":
        return f"hex({value})"
    return value if column.type == "string" else f"{value}::varchar"


def total(source: str, columns: Columns) -> str:
    """Rows, and the sum of their digests: whatever their order, and with what comes twice."""
    return (
        f"select count(*), coalesce(sum({row_digest(columns)}::hugeint), 0)::varchar from {source}"
    )


def same_key(key: Sequence[str], left: str, right: str) -> str:
    return " and ".join(f"{left}.{name(one)} = {right}.{name(one)}" for one in key)


def seen_as(column: Column, rule: Rule) -> str:
    """A column as a role sees it. Where there are tokens, their key is the variable `token_key`."""
    value = name(column.name)
    shown = value
    if rule == Rule.MASK and column.type == "string":
        shown = f"left({value}, 1) || {text(MASKED)}"
    elif rule == Rule.MASK:
        shown = f"null::{sql_type(column.type)}"
    elif rule == Rule.TOKEN:
        # Twice, so that nobody can lengthen a value that he knows the token of.
        spelled, key = _spelled(column), "getvariable('token_key')"
        shown = f"left(sha256({key} || sha256({key} || {spelled})), 32)"
    return f"{shown} as {value}"


def where(conditions: Sequence[Condition], columns: Columns) -> str:
    """Conditions that must all hold. One on a column that is not there holds for no row, nor does
    a value that is none of the column's type."""
    types = {one.name: sql_type(one.type) for one in columns}
    return " and ".join(_holds(one, types) for one in conditions) or "true"


def _holds(one: Condition, types: Mapping[str, str]) -> str:
    if one.column not in types or not one.values:
        return "false"
    values = [f"try_cast({text(value)} as {types[one.column]})" for value in one.values]
    match one.how:
        case How.ONE_OF:
            return f"{name(one.column)} in ({', '.join(values)})"
        case How.FROM:
            return f"{name(one.column)} >= {values[0]}"
        case How.BEFORE:
            return f"{name(one.column)} < {values[0]}"
        case How.NOT_PERSON:
            hashes = ", ".join(text(value) for value in one.values[1:])
            return (
                f"coalesce({person(one.column, PersonBy(one.values[0]))} not in ({hashes}), true)"
            )


def person(column: str, by: PersonBy) -> str:
    """The keyed hash of whom a row speaks; its key is the variable `person_key`. The same as
    `persons.hashed` makes of the value."""
    spelled, key = f"trim({name(column)}::varchar)", "getvariable('person_key')"
    if by == PersonBy.EMAIL:
        spelled = f"lower({spelled})"
    else:
        spelled = f"regexp_replace({spelled}, '[^0-9]', '', 'g')"
    if by == PersonBy.PHONE:
        spelled = f"regexp_replace({spelled}, '^84', '0')"
    return f"left(sha256({key} || sha256({key} || {spelled})), 32)"
