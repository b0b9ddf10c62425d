"""A table of a real MariaDB: streamed, only read, in the time of the city."""

import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

from dothi.connectors.conftest import Ask
from dothi.connectors.database import adapter, engines, fake
from dothi.connectors.database.client import Engine, Place
from dothi.connectors.reading import records
from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.ports import NotFetched

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not fake.installed(), reason="no mariadbd here: see tools/mariadb"),
]
STRANGE = "mức `nước` %s; drop table levels"
ROWS = 200_000


@pytest.fixture(scope="module")
def server() -> Iterator[fake.Server]:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, fake.serving(Path(folder)) as made:
        with made.own.cursor() as cursor:
            cursor.execute("set time_zone = '+00:00'")
            column = "`" + STRANGE.replace("`", "``").replace("%", "%%") + "`"
            cursor.execute(
                f"create table levels (id int primary key, at timestamp not null, {column} "
                f"decimal(6,2), ghi_chu varchar(40)) select seq as id, "
                f"timestamp '2026-11-26 01:00:00' + interval seq second as at, "
                f"1.50 as {column}, if(seq = 1, 'Kênh Tân Hóa – Lò Gốm', null) as ghi_chu "
                f"from seq_1_to_{ROWS} where seq <= %s",
                [ROWS],
            )
        yield made


@pytest.fixture
def said(server: fake.Server) -> dict[str, str]:
    return {
        "engine": "mysql", "host": "127.0.0.1", "port": str(server.port),
        "database": fake.DATABASE, "user": fake.USER, "table": "levels",
    }  # fmt: skip


SECRETS = {"password": fake.PASSWORD}


def test_rows_come_with_marks_digits_and_the_time_of_the_city(
    ask: Ask, said: dict[str, str]
) -> None:
    found = adapter.fetch(ask(secrets=SECRETS, rows_at_most=2, newer="id", **said))
    assert records(found) == [
        {"id": 1, "at": "2026-11-26T08:00:01", STRANGE: "1.50",
         "ghi_chu": "Kênh Tân Hóa – Lò Gốm"},
        {"id": 2, "at": "2026-11-26T08:00:02", STRANGE: "1.50", "ghi_chu": None},
    ]  # fmt: skip


@pytest.mark.parametrize(("column", "overlap"), [("id", "60"), ("at", "1")])
def test_what_is_new_is_told_by_a_number_or_a_moment(
    ask: Ask, said: dict[str, str], column: str, overlap: str
) -> None:
    first = adapter.fetch(ask(secrets=SECRETS, newer=column, **said))
    assert first is not None
    assert first.rows == ROWS
    position = first.position
    assert adapter.fetch(ask(secrets=SECRETS, newer=column, position=position, **said)) is None
    late = adapter.fetch(
        ask(secrets=SECRETS, newer=column, overlap=overlap, position=position, **said)
    )
    assert late is not None
    assert late.rows == 61


def test_memory_does_not_grow_with_the_table(ask: Ask, said: dict[str, str]) -> None:
    tracemalloc.start()
    adapter.fetch(ask(secrets=SECRETS, **said))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * 1024**2


def test_it_is_only_read_whoever_comes(server: fake.Server) -> None:
    with server.own.cursor() as cursor:
        cursor.execute("create user chu@'127.0.0.1' identified by 'x'")
        cursor.execute(f"grant all on {fake.DATABASE}.* to chu@'127.0.0.1'")
    place = Place(
        engine=Engine.MYSQL, host="127.0.0.1", port=server.port, database=fake.DATABASE,
        user="chu", password="x",
    )  # fmt: skip
    with engines.opened(place, zone="+07:00") as reader, reader.connection.cursor() as cursor:
        with pytest.raises(pymysql.MySQLError, match="READ ONLY"):
            cursor.execute("delete from levels")
        cursor.execute("select @@max_statement_time")
        assert float(cursor.fetchone()[0]) == 1800


@pytest.mark.parametrize(
    ("more", "password", "fault"),
    [
        ({}, "sai", Fault.DENIED),
        ({"table": "levels; drop table levels"}, fake.PASSWORD, Fault.NO_TABLE),
        ({"database": "mysql"}, fake.PASSWORD, Fault.DENIED),
        ({"newer": "khong_co"}, fake.PASSWORD, Fault.NO_COLUMN),
        ({"port": "1"}, fake.PASSWORD, Fault.UNREACHABLE),
    ],
)
def test_what_is_wrong_is_said(
    ask: Ask, said: dict[str, str], more: dict[str, str], password: str, fault: Fault
) -> None:
    with pytest.raises(NotFetched) as raised:
        adapter.fetch(ask(secrets={"password": password}, **{**said, **more}))
    assert raised.value.fault == fault
    assert password not in str(raised.value)
