"""The database of a house: what it is, who enters it, and which version it belongs to."""

import os
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from dothi.core.house import Standing, mark, standing
from dothi.run.database import Database, application_role, application_url, database, refuse_newer
from dothi.run.house import House
from dothi.run.words import CannotWork

pytestmark = pytest.mark.django_db


def test_tables_without_our_mark_are_somebody_elses() -> None:
    with connection.cursor() as cursor:
        cursor.execute("comment on schema public is 'standard public schema'")
        assert standing(cursor) == Standing.OTHER


@pytest.mark.parametrize("what", [mark for mark in Standing if mark not in {"", Standing.OTHER}])
def test_what_a_database_is_can_be_read_back(what: Standing) -> None:
    with connection.cursor() as cursor:
        mark(cursor, what)
        assert standing(cursor) == what


def test_an_older_program_refuses_a_newer_database() -> None:
    refuse_newer()
    MigrationRecorder(connection).record_applied("core_audit", "9999_from_the_future")
    with pytest.raises(CannotWork, match=r"newer version of dothi.*9999_from_the_future.*backup"):
        refuse_newer()


def test_tables_of_a_library_that_was_taken_out_are_no_newer_version() -> None:
    MigrationRecorder(connection).record_applied("some_library", "0001_initial")
    refuse_newer()


def test_web_and_worker_sign_in_as_the_role_of_the_application(tmp_path: Path) -> None:
    home = House(tmp_path)
    embedded = Database("postgresql://dothi@/dothi?host=%2Ftmp%2Fx", embedded=True)
    assert application_url(home, embedded) == "postgresql://dothi_app@/dothi?host=%2Ftmp%2Fx"


def test_a_role_that_was_made_by_hand_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_APP_URL", "postgresql://hand:made@db/city")
    elsewhere = Database("postgresql://owner:x@db/city", embedded=False)
    assert application_url(House(tmp_path), elsewhere) == "postgresql://hand:made@db/city"


def test_each_database_of_a_server_has_a_role_of_its_own() -> None:
    assert application_role("postgresql://owner@db:5432/phuong_a?sslmode=require") == "phuong_a_app"


@pytest.mark.parametrize(("url", "why"), [
    ("mysql://root@db/x", "no address of a PostgreSQL"),
    ("postgresql://nobody@127.0.0.1:9/x", "does not answer"),
])  # fmt: skip
def test_an_address_that_leads_nowhere_is_one_sentence(
    url: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(CannotWork, match=why), database(House(tmp_path)):
        pytest.fail("it was taken")


def test_emptying_takes_everything_but_the_database(tmp_path: Path) -> None:
    name = "to_be_emptied"
    owner = os.environ["DATABASE_URL"]
    with psycopg.connect(owner, autocommit=True) as server:
        server.execute(f"create database {name}")
    try:
        base = Database(owner.replace("/dothi?", f"/{name}?"), embedded=True)
        assert base.standing() == Standing.EMPTY
        base.mark(Standing.SAMPLE_BEGUN)
        with base.connect() as inside:
            inside.execute("create table t (a int)")
        assert base.standing() == Standing.SAMPLE_BEGUN
        base.empty()
        assert base.standing() == Standing.EMPTY
    finally:
        with psycopg.connect(owner, autocommit=True) as server:
            server.execute(f"drop database {name}")
