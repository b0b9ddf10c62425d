"""One embedded PostgreSQL for each test process, with one migrated database.

A server for each xdist worker, not one for all: the event log is read up to the oldest open
transaction of the whole server, so workers on one server would hold each other back. Each starts
from a copy of one that was migrated. Where there is none, one worker migrates while the others
compile the tests, and reads them afterwards as they left them: neither is done twice. The house of
the browser tests (`tests/house.py`) begins on a copy too.

A pytest plugin, not a conftest: Django reads its settings before any conftest is loaded, and the
address of the server must be in the environment by then.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pytest_django.plugin import blocking_manager_key

from dothi.core.house import Standing, mark
from dothi.run.database import embedded
from dothi.run.house import House
from dothi.run.postgres import Postgres

FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}
ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".make" / "clusters"
_ours: list[Postgres] = []


def pytest_addoption() -> None:
    """Say where the server will be: the first hook that is called, before Django reads settings."""
    os.environ["DOTHI_TESTING"] = "1"
    # A browser test leaves an event loop in its thread; Django would refuse the next test for it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    folder = Path(tempfile.mkdtemp(prefix="dothi-test-", dir="/tmp"))
    folder.chmod(0o755)
    server = Postgres(folder / "pg", settings=FAST)
    server.socket = folder / "socket"
    _ours.append(server)
    os.environ["DATABASE_URL"] = server.url()
    os.environ["DOTHI_VAR"] = str(folder / "var")
    # The web server of static files looks for its folder once, and warns where there is none.
    (folder / "var" / "static").mkdir(parents=True)


def pytest_unconfigure() -> None:
    for server in _ours:
        server.stop()
        shutil.rmtree(server.data.parent, ignore_errors=True)
    _ours.clear()


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Of several workers the first migrates now: the others read the tests meanwhile."""
    if os.environ.get("PYTEST_XDIST_WORKER") == "gw0" and not migrated().exists():
        begin(_ours[0], session.config.stash[blocking_manager_key])


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Generator[None, None, None]:
    """Start and migrate once; tests roll back what they write, or it is taken out after them."""
    from django.db import connections
    from django.test import TransactionTestCase

    [server] = _ours
    begin(server, django_db_blocker)
    TransactionTestCase._fixture_teardown = lambda test: take_out_rows()  # type: ignore[attr-defined]
    yield
    with django_db_blocker.unblock():
        connections["default"].close()
        connections["default"].close_pool()  # type: ignore[attr-defined]


# --- A migrated server, kept for the next run ----------------------------------------------------


def migrated() -> Path:
    """Where the migrated server is kept; another folder when anything that made it is another."""
    made_by = {*ROOT.glob("dothi/**/migrations/*.py"), *ROOT.glob("requirements/*.txt")}
    made_by |= {ROOT / "dothi/config/settings.py", Path(__file__).resolve()}
    made_by |= {found for path in made_by for found in _own_modules(path.read_text("utf-8"))}
    digest = hashlib.sha256()
    for path in sorted(made_by):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return KEPT / digest.hexdigest()[:16]


def _own_modules(source: str) -> list[Path]:
    """The files of the house that a migration imports."""
    named = re.findall(r"^(?:from|import) (dothi[.\w]+)", source, re.MULTILINE)
    paths = [ROOT / f"{name.replace('.', '/')}.py" for name in named]
    return [path for path in paths if path.exists()]


def begin(server: Postgres, blocker: Any) -> None:
    """Start it on a copy of the migrated one; migrate if there is none and nobody is at it."""
    if server.is_alive:
        return
    with one_at_a_time():
        known = migrated()
        if known.exists():
            copy(known, server.data)
        server.start()
        if not known.exists():
            server.create_database()
            with blocker.unblock():
                migrate(server)


@contextmanager
def one_at_a_time() -> Generator[None, None, None]:
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "half.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def migrate(server: Postgres) -> None:
    """Bring the database up to date, and keep a copy of its server at rest."""
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    with connections["default"].cursor() as cursor:
        mark(cursor, Standing.TABLES)
    connections["default"].close()
    connections["default"].close_pool()  # type: ignore[attr-defined]
    server.stop()
    keep(server.data)
    server.start()


def keep(data: Path) -> None:
    """Keep a copy in place of older ones."""
    place = migrated()
    for old in KEPT.glob("[!h]*"):
        if old != place:
            shutil.rmtree(old, ignore_errors=True)
    half = KEPT / f"half-{os.getpid()}"
    copy(data, half)
    half.rename(place)


def lay_tables(var: Path) -> None:
    """Put a copy under a house that is to be made in that folder, if there is one."""
    if (known := migrated()).exists():
        copy(known, embedded(House(var)).data)


def copy(data: Path, to: Path) -> None:
    """Copy the files of a server at rest, with their owner and modes."""
    to.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", data, to], check=True)


# --- Rows that a test has committed --------------------------------------------------------------


def take_out_rows() -> None:
    """Empty the tables that have rows, as only a superuser can: our logs refuse it to others.

    Not `flush`: it makes new files for every table and index of the house, and asks all apps
    what they want to have in an empty one.
    """
    from django.db import connection, transaction

    assert not connection.in_atomic_block, "a test that commits stands in another's transaction"
    tables = [f"'{name}'" for name in _tables_of_tests()]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(f"do $$ {_TAKE_OUT.format(tables=','.join(tables))} $$")


_TAKE_OUT = """
    declare
        place text;
        is_used boolean;
    begin
        foreach place in array array[{tables}] loop
            execute format('select exists (select from %I)', place) into is_used;
            if is_used then
                execute format('delete from %I', place);
            end if;
        end loop;
    end
"""


@cache
def _tables_of_tests() -> list[str]:
    """Every table of a model, save what is the same in every house: kinds of rows, their rights."""
    from django.db import connection

    found = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(set(found) - {"django_content_type", "auth_permission"})
