"""A table of another database: streamed, read only, by names that its catalogue knows."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from dothi.connectors.conftest import Ask
from dothi.connectors.database import adapter, client, engines
from dothi.connectors.database.client import Engine, Place
from dothi.connectors.reading import records
from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.ports import NotFetched

STRANGE = 'mức "nước"; drop table x --%s'


@pytest.fixture
def sqlite(tmp_path: Path) -> Path:
    path = tmp_path / "drop" / "kenh #1?.db"
    with sqlite3.connect(path) as made:
        made.execute(f"create table levels (id integer, at text, {_quoted(STRANGE)} real)")
        made.executemany(
            "insert into levels values (?, ?, ?)",
            [(n, f"2026-11-26 08:{n:02}:00", 1.5) for n in range(1, 21)],
        )
    made.close()
    return path


@pytest.fixture
def postgresql(db: None, settings: Any) -> Iterator[dict[str, str]]:
    """The server of the tests, as another database: with a user who may only read."""
    where = settings.DATABASES["default"]
    settings.SOURCE_HOSTS = [where["HOST"]]
    info = connection.cursor().connection.info
    own = psycopg.connect(info.dsn, password=info.password, autocommit=True)
    with own:
        own.execute("create schema kenh")
        own.execute(
            f"create table kenh.levels as select n as id, "
            f"timestamptz '2026-11-26 08:00+07' + n * interval '1 minute' as at, "
            f"1.50::numeric(6,2) as {_quoted(STRANGE)}, "
            f"array[1,2] as marks, null::text as note from generate_series(1, 20) n"
        )
        try:
            yield {
                "engine": "postgresql", "host": info.host, "port": str(info.port),
                "database": info.dbname, "user": info.user, "schema": "kenh", "table": "levels",
            }  # fmt: skip
        finally:
            own.execute("drop schema kenh cascade")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def test_sqlite_is_read_whole_or_what_is_new(ask: Ask, sqlite: Path) -> None:
    said = {"engine": "sqlite", "database": sqlite.name, "table": "levels"}
    rows = records(adapter.fetch(ask(**said)))
    assert len(rows) == 20
    assert rows[0] == {"id": 1, "at": "2026-11-26 08:01:00", STRANGE: 1.5}
    first = adapter.fetch(ask(newer="id", **said))
    assert first is not None
    assert first.position == {"last": "20"}
    assert adapter.fetch(ask(newer="id", position=first.position, **said)) is None
    late = adapter.fetch(ask(newer="id", overlap="3", position=first.position, **said))
    assert [row["id"] for row in records(late)] == [17, 18, 19, 20]


def test_only_the_chosen_columns_and_the_one_that_tells_what_is_new(ask: Ask, sqlite: Path) -> None:
    found = adapter.fetch(
        ask(engine="sqlite", database=sqlite.name, table="levels", columns=STRANGE, newer="id")
    )
    assert found is not None
    assert found.heads == (STRANGE, "id")


def test_postgresql_keeps_digits_zones_and_emptiness(ask: Ask, postgresql: dict[str, str]) -> None:
    found = adapter.fetch(ask(newer="at", **postgresql))
    rows = records(found)
    assert rows[0] == {
        "id": 1, "at": rows[0]["at"], STRANGE: "1.50", "marks": [1, 2], "note": None,
    }  # fmt: skip
    assert rows[0]["at"].startswith("2026-11-26T")
    assert len(rows[0]["at"]) == len("2026-11-26T08:01:00+07:00")
    assert found is not None
    assert adapter.fetch(ask(newer="at", position=found.position, **postgresql)) is None
    late = adapter.fetch(ask(newer="at", overlap="2", position=found.position, **postgresql))
    assert [row["id"] for row in records(late)] == [18, 19, 20]


def test_postgresql_is_only_read(postgresql: dict[str, str]) -> None:
    place = Place(
        engine=Engine.POSTGRESQL, host=postgresql["host"], port=int(postgresql["port"]),
        database=postgresql["database"], user=postgresql["user"],
    )  # fmt: skip
    with (
        engines.opened(place, zone="+07:00") as reader,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        reader.connection.execute("delete from kenh.levels")


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"table": "levels; drop table levels"}, Fault.NO_TABLE),
        ({"columns": "id, (select 1)"}, Fault.NO_COLUMN),
        ({"newer": "id desc; --"}, Fault.NO_COLUMN),
        ({"database": "../keys/x.db"}, Fault.NOT_ALLOWED),
        ({"database": "không có.db"}, Fault.NO_FOLDER),
    ],
)
def test_names_that_the_database_does_not_know_are_never_asked(
    ask: Ask, sqlite: Path, more: dict[str, str], fault: Fault
) -> None:
    said = {"engine": "sqlite", "database": sqlite.name, "table": "levels", **more}
    with pytest.raises(NotFetched) as raised:
        adapter.fetch(ask(**said))
    assert raised.value.fault == fault


def test_a_file_that_is_no_database_is_said(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "drop" / "x.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(NotFetched) as raised:
        adapter.fetch(ask(engine="sqlite", database="x.db", table="levels"))
    assert raised.value.fault == Fault.BROKEN


def test_a_server_that_is_not_there_and_a_table_that_is_not(
    ask: Ask, postgresql: dict[str, str], settings: Any
) -> None:
    settings.SOURCE_HOSTS = [postgresql["host"], "127.0.0.1"]
    for more, fault in [
        ({"host": "127.0.0.1", "port": "1"}, Fault.UNREACHABLE),
        ({"database": "khong_co"}, Fault.DENIED),
        ({"table": "khong_co"}, Fault.NO_TABLE),
    ]:
        with pytest.raises(NotFetched) as raised:
            adapter.fetch(ask(**{**postgresql, **more}))
        assert raised.value.fault == fault


def test_mysql_is_asked_with_quoted_names_and_parameters() -> None:
    question = client.Question(
        schema="kenh", table="a`b", columns=["x"], newer="y%s", since="1", most=5
    )
    assert client.statement(question, ["x", "y%s"], "`", "?") == (
        "select `x`, `y%s` from `kenh`.`a``b` where `y%s` is not null and `y%s` > ? "
        "order by `y%s` limit 5"
    )
