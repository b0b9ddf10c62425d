"""Read one table: nothing is written, nothing is held in memory, nobody waits for ever.

The names of table and columns are looked up in the catalogue of the database and quoted; values are
parameters. There is no place for SQL of anybody.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

AT_ONCE = 5_000  # Rows in memory.
SECONDS = 30 * 60  # That a question may take.
CONNECT_SECONDS = 15


class Engine(StrEnum):
    """Which database."""

    POSTGRESQL = "postgresql"
    MYSQL = "mysql"  # MariaDB, too.
    SQLITE = "sqlite"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a database is and as whom we read. For SQLite only `database`: the path of its file."""

    engine: Engine
    host: str = ""
    port: int = 0
    database: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One table, its columns, and from which value of one of them on."""

    schema: str = ""
    table: str
    columns: Sequence[str] = ()  # Empty: all.
    newer: str = ""  # The column; "" reads everything.
    since: str = ""
    strictly: bool = True  # Greater than `since`, not equal.
    most: int | None = None


class Reader(Protocol):
    """A connection that is open for one question."""

    def columns(self, schema: str, table: str) -> list[str]: ...

    def rows(self, question: Question, columns: Sequence[str]) -> Iterator[Sequence[Any]]: ...


Opener = AbstractContextManager[Reader]


class NoTable(Exception):
    """The table is not there, or nothing of it may be read."""


class NoColumn(Exception):
    """`column` is not in the table."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


class NotComparable(Exception):
    """The column of what is new cannot be compared with where we stand."""


def records(reader: Reader, question: Question) -> Iterator[Mapping[str, Any]]:
    """The rows, one by one.

    Raises:
        NoTable, NoColumn: see there. Faults of the database are those of its own client.
    """
    there = reader.columns(question.schema, question.table)
    if not there:
        raise NoTable(question.table)
    chosen = list(question.columns) or there
    for name in [*chosen, *([question.newer] if question.newer else [])]:
        if name not in there:
            raise NoColumn(name)
    # What is new is told by a column, whether or not it is taken.
    asked = list(dict.fromkeys([*chosen, *([question.newer] if question.newer else [])]))
    for row in reader.rows(question, asked):
        yield dict(zip(asked, row, strict=True))


def statement(question: Question, columns: Sequence[str], quote: str, mark: str) -> str:
    """The question in SQL. Every name in it stands in the catalogue of the database."""

    def quoted(name: str) -> str:
        return f"{quote}{name.replace(quote, quote * 2)}{quote}"

    table = quoted(question.table)
    if question.schema:
        table = f"{quoted(question.schema)}.{table}"
    text = f"select {', '.join(quoted(name) for name in columns)} from {table}"
    if question.newer:
        column = quoted(question.newer)
        # A row without a value there would be asked for each time, or never: never.
        text += f" where {column} is not null"
        if question.since:
            text += f" and {column} {'>' if question.strictly else '>='} {mark}"
        text += f" order by {column}"
    if question.most is not None:
        text += f" limit {int(question.most)}"
    return text
