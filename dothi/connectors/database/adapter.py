"""The rows of a table, or what is new of them, as lines of records."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
import pymysql
from django.conf import settings

from dothi.connectors import allowed, newer
from dothi.connectors.database import client, engines
from dothi.connectors.database.client import Engine, Place, Question
from dothi.core import clock
from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.ports import Asked, Fetched, NotFetched, RecordFile, lines

PORTS = {Engine.POSTGRESQL: 5432, Engine.MYSQL: 3306}
# Numbers of MySQL's errors: who we are, what we may.
DENIED = frozenset({1044, 1045, 1142, 1143, 1227, 1698})


def fetch(asked: Asked) -> Fetched | None:
    place = _place(asked)
    question = _question(asked)
    path, newest = asked.folder / "records", newer.Newest(question.newer)
    with (
        RecordFile(path, most_rows=asked.rows_at_most) as file,
        _said(place),
        engines.opened(place, zone=_offset(asked.at)) as reader,
    ):
        for record in client.records(reader, question):
            if question.newer:
                newest.meet(record[question.newer])
            file.add(record)
    if not file.rows:
        return None
    return Fetched(
        path=path, name=f"{question.table}.ndjson", heads=file.heads, rows=file.rows,
        position=newest.position(asked.position) if question.newer else {},
    )  # fmt: skip


def _offset(at: datetime) -> str:
    """Such as "+07:00": databases know it without a table of zones."""
    text = f"{clock.local(at):%z}"
    return f"{text[:3]}:{text[3:]}"


def _place(asked: Asked) -> Place:
    engine = Engine(asked.text("engine"))
    if engine == Engine.SQLITE:
        return Place(engine=engine, database=str(_file(asked.text("database"))))
    host, port = asked.text("host"), asked.number("port", PORTS[engine])
    allowed.check(host, port)
    return Place(
        engine=engine, host=host, port=port, database=asked.text("database"),
        user=asked.text("user"), password=asked.secrets.get("password", ""),
    )  # fmt: skip


def _file(name: str) -> Path:
    """A file of SQLite, below the folder where files are dropped and nowhere else."""
    root = Path(settings.DROP).resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise NotFetched(Fault.NOT_ALLOWED, host=name)
    if not path.is_file():
        raise NotFetched(Fault.NO_FOLDER, folder=name)
    return path


def _question(asked: Asked) -> Question:
    column = asked.text("newer")
    overlap = asked.number("overlap", 0)
    return Question(
        schema=asked.text("schema"),
        table=asked.text("table"),
        columns=lines(asked.text("columns")),
        newer=column,
        since=newer.since(asked.position, overlap=overlap) if column else "",
        # With an overlap, and from a stated day on, the first of them belongs to it.
        strictly=not overlap and "since" not in asked.position,
        most=asked.rows_at_most,
    )


@contextmanager
def _said(place: Place) -> Iterator[None]:
    """Faults of the databases in our words: theirs quote addresses, names and values."""
    host = place.host or Path(place.database).name
    try:
        yield
    except client.NoTable as error:
        raise NotFetched(Fault.NO_TABLE, table=str(error)) from None
    except client.NoColumn as error:
        raise NotFetched(Fault.NO_COLUMN, column=error.column) from None
    except client.NotComparable:
        raise NotFetched(Fault.SETTING, setting="newer") from None
    except psycopg.Error as error:
        raise NotFetched(_of_postgresql(error), host=host, what="SQL") from None
    except pymysql.MySQLError as error:
        raise NotFetched(_of_mysql(error), host=host, what="SQL") from None
    except sqlite3.Error as error:
        slow = "interrupted" in str(error)
        raise NotFetched(Fault.SLOW if slow else Fault.BROKEN, host=host, what="SQLite") from None


def _of_postgresql(error: psycopg.Error) -> Fault:
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return Fault.DENIED
    if isinstance(error, psycopg.errors.QueryCanceled):
        return Fault.SLOW
    if isinstance(error, psycopg.OperationalError):
        refused = ("authentication failed", "does not exist", "no pg_hba.conf entry")
        return Fault.DENIED if any(word in str(error) for word in refused) else Fault.UNREACHABLE
    return Fault.BROKEN


def _of_mysql(error: pymysql.MySQLError) -> Fault:
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    if number in DENIED:
        return Fault.DENIED
    if number in (1969, 3024):
        return Fault.SLOW
    return Fault.UNREACHABLE if isinstance(error, pymysql.OperationalError) else Fault.BROKEN


def is_incremental(given: Mapping[str, str]) -> bool:
    return bool(given.get("newer"))


def has_overlap(given: Mapping[str, str]) -> bool:
    return given.get("overlap", "") not in ("", "0")


def faults(given: Mapping[str, str]) -> dict[str, Fault]:
    found = {}
    if given.get("engine") != Engine.SQLITE:
        found = {name: Fault.SETTING for name in ("host", "user") if not given.get(name)}
    for name in ("port", "overlap"):
        if given.get(name, "") and not given[name].isdigit():
            found[name] = Fault.SETTING
    return found
