"""What the application may do with its tables, and what even their owner may not."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from psycopg import sql

from dothi.core.audit.grants import FINAL_TABLES, LASTING_TABLES, grant_application_role

pytestmark = pytest.mark.django_db
ROLE = "app_in_a_test"


@pytest.fixture
def application() -> Iterator[None]:
    """Speak to the database as the application's role does."""
    with connection.cursor() as cursor:
        cursor.execute(f"create role {ROLE}")
        grant_application_role(cursor, ROLE)
        cursor.execute(f"set local role {ROLE}")
        yield
        cursor.execute("reset role")


def refused(statement: str) -> str:
    with (
        pytest.raises(DatabaseError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    return str(caught.value)


@pytest.mark.parametrize("table", FINAL_TABLES)
@pytest.mark.usefixtures("application")
def test_the_application_adds_and_reads_but_never_rewrites(table: str) -> None:
    for statement in (f"delete from {table}", f"truncate {table}", f"update {table} set id = 1"):
        if table == "core_audit_seal":
            statement = statement.replace("id =", "place =")
        assert "permission denied" in refused(statement)
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")


@pytest.mark.parametrize("table", LASTING_TABLES)
@pytest.mark.usefixtures("application")
def test_a_published_head_moves_on_but_is_never_taken_away(table: str) -> None:
    for statement in (f"delete from {table}", f"truncate {table}"):
        assert "permission denied" in refused(statement)
    with connection.cursor() as cursor:
        cursor.execute(f"update {table} set place = place")


@pytest.mark.parametrize("table", [*FINAL_TABLES, *LASTING_TABLES])
def test_not_even_the_owner_empties_a_table_of_record(table: str) -> None:
    assert f"Cannot truncate table {table}" in refused(f"truncate {table} cascade")


@pytest.mark.usefixtures("application")
def test_the_application_works_with_all_other_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from core_inbox_duty")
        cursor.execute("select nextval(pg_get_serial_sequence('core_audit_entry', 'id'))")
    assert "permission denied" in refused("create table mine (id int)")


def test_a_name_of_a_role_is_no_way_in() -> None:
    name = 'x"; drop table core_audit_entry; --'
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("create role {}").format(sql.Identifier(name)))
        grant_application_role(cursor, name)
        cursor.execute("select to_regclass('core_audit_entry') is not null")
        assert cursor.fetchone() == (True,)
