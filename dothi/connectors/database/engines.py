"""The three databases: how each is opened for reading only, and streams its rows."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pymysql
import pymysql.cursors
from psycopg import sql

from dothi.connectors.database.client import (
    AT_ONCE,
    CONNECT_SECONDS,
    SECONDS,
    Engine,
    NotComparable,
    Place,
    Question,
    Reader,
    statement,
)


def opened(place: Place, *, zone: str) -> "Opening":
    """A reader of the database; `zone` is an offset such as "+07:00" for moments without one."""
    opener = {
        Engine.POSTGRESQL: _postgresql, Engine.MYSQL: _mysql, Engine.SQLITE: _sqlite,
    }[place.engine]  # fmt: skip
    return opener(place, zone)


Opening = Any  # A context manager of a `Reader`; each engine has its own type.


# --- PostgreSQL ---------------------------------------------------------------------------------


class _PostgreSQL:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def columns(self, schema: str, table: str) -> list[str]:
        found = self.connection.execute(
            "select a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid "
            "join pg_namespace n on n.oid = c.relnamespace "
            "where n.nspname = %s and c.relname = %s and c.relkind in ('r', 'p', 'v', 'm', 'f') "
            "and a.attnum > 0 and not a.attisdropped order by a.attnum",
            [schema or "public", table],
        )
        return [row[0] for row in found.fetchall()]

    def rows(self, question: Question, columns: Sequence[str]) -> Iterator[Sequence[Any]]:
        text = sql.SQL("select {} from {}").format(
            sql.SQL(", ").join(_identifier(name) for name in columns),
            _identifier(question.schema or "public", question.table),
        )
        values: list[str] = []
        if question.newer:
            column = _identifier(question.newer)
            text += sql.SQL(" where {} is not null").format(column)
            if question.since:
                sign = sql.SQL(">" if question.strictly else ">=")
                text += sql.SQL(" and {} {} %s").format(column, sign)
                values.append(question.since)
            text += sql.SQL(" order by {}").format(column)
        if question.most is not None:
            text += sql.SQL(" limit {}").format(question.most)
        # A cursor of the server: rows come by the thousand, whatever the table holds.
        with self.connection.cursor(name="dothi") as cursor:
            cursor.itersize = AT_ONCE
            try:
                cursor.execute(text, values)
            except psycopg.errors.DataError as error:
                raise NotComparable from error
            yield from cursor


def _identifier(*names: str) -> sql.Identifier:
    """A quoted name; a percent sign in it is no place for a value."""
    return sql.Identifier(*(name.replace("%", "%%") for name in names))


@contextmanager
def _postgresql(place: Place, zone: str) -> Iterator[Reader]:
    options = (
        "-c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read "
        f"-c statement_timeout={SECONDS * 1000} -c lock_timeout=30000"
    )
    with psycopg.connect(
        host=place.host, port=place.port or 5432, dbname=place.database, user=place.user,
        password=place.password, connect_timeout=CONNECT_SECONDS, options=options,
        application_name="dothi", passfile="", sslmode="prefer",
    ) as connection:  # fmt: skip
        yield _PostgreSQL(connection)


# --- MySQL and MariaDB --------------------------------------------------------------------------


class _MySQL:
    def __init__(self, connection: "pymysql.Connection[Any]", database: str) -> None:
        self.connection, self.database = connection, database

    def columns(self, schema: str, table: str) -> list[str]:
        with self.connection.cursor(pymysql.cursors.Cursor) as cursor:
            cursor.execute(
                "select column_name from information_schema.columns "
                "where table_schema = %s and table_name = %s order by ordinal_position",
                [schema or self.database, table],
            )
            return [str(row[0]) for row in cursor.fetchall()]

    def rows(self, question: Question, columns: Sequence[str]) -> Iterator[Sequence[Any]]:
        text = statement(question, columns, "`", "\0").replace("%", "%%").replace("\0", "%s")
        # Unbuffered: rows stay with the server until they are asked for.
        with self.connection.cursor(pymysql.cursors.SSCursor) as cursor:
            cursor.execute(text, [question.since] if question.newer and question.since else [])
            while rows := cursor.fetchmany(AT_ONCE):
                yield from rows


@contextmanager
def _mysql(place: Place, zone: str) -> Iterator[Reader]:
    connection = pymysql.connect(
        host=place.host, port=place.port or 3306, database=place.database, user=place.user,
        password=place.password, connect_timeout=CONNECT_SECONDS, read_timeout=SECONDS,
        charset="utf8mb4", local_infile=False, autocommit=False,
    )  # fmt: skip
    with closing(connection):
        with connection.cursor() as cursor:
            cursor.execute("set time_zone = %s", [zone])
            cursor.execute("select version()")
            row = cursor.fetchone()
            # The two name and count it differently: seconds here, milliseconds there.
            if row and "mariadb" in str(row[0]).lower():
                cursor.execute("set max_statement_time = %s", [SECONDS])
            else:
                cursor.execute("set max_execution_time = %s", [SECONDS * 1000])
            cursor.execute("set transaction isolation level repeatable read")
            cursor.execute("start transaction read only")
        yield _MySQL(connection, place.database)


# --- SQLite -------------------------------------------------------------------------------------


class _SQLite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def columns(self, schema: str, table: str) -> list[str]:
        found = self.connection.execute("select name from pragma_table_info(?)", [table]).fetchall()
        return [row[0] for row in found]

    def rows(self, question: Question, columns: Sequence[str]) -> Iterator[Sequence[Any]]:
        text = statement(question, columns, '"', "?")
        values: list[Any] = []
        if question.newer and question.since:
            # SQLite compares by kind: a number with text is never greater.
            values = [int(question.since) if question.since.isdigit() else question.since]
        cursor = self.connection.execute(text, values)
        while rows := cursor.fetchmany(AT_ONCE):
            yield from rows


@contextmanager
def _sqlite(place: Place, zone: str) -> Iterator[Reader]:
    path = Path(place.database).as_posix()
    uri = f"file:{quote(path)}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=CONNECT_SECONDS)) as connection:
        connection.execute("pragma query_only = on")
        connection.execute("pragma trusted_schema = off")
        until = time.monotonic() + SECONDS
        connection.set_progress_handler(lambda: int(time.monotonic() > until), 100_000)
        connection.execute("begin")
        yield _SQLite(connection)
