"""One embedded PostgreSQL for each test process, with one migrated database.

A server for each xdist worker, not one for all: the event log is read up to the oldest open
transaction of the whole server, so workers on one server would hold each other back.

A pytest plugin, not a conftest: Django reads its settings before any conftest is loaded, and the
address of the server must be in the environment by then.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from dothi.run.postgres import Postgres

FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}
_ours: list[Postgres] = []


def pytest_addoption() -> None:
    """Start the server: the first hook that is called, before Django reads its settings."""
    os.environ["DOTHI_TESTING"] = "1"
    # A browser test leaves an event loop in its thread; Django would refuse the next test for it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    folder = Path(tempfile.mkdtemp(prefix="dothi-test-", dir="/tmp"))
    folder.chmod(0o755)
    server = Postgres(folder / "pg", settings=FAST)
    server.start()
    server.create_database("test")
    _ours.append(server)
    os.environ["DATABASE_URL"] = server.url("test")
    os.environ["DOTHI_VAR"] = str(folder / "var")
    # The web server of static files looks for its folder once, and warns where there is none.
    (folder / "var" / "static").mkdir(parents=True)


def pytest_unconfigure() -> None:
    for server in _ours:
        server.stop()
        shutil.rmtree(server.data.parent, ignore_errors=True)
    _ours.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Generator[None, None, None]:
    """Migrate once; tests roll back or flush what they write."""
    from django.core.management import call_command
    from django.db import connections
    from django.db.backends.postgresql.operations import DatabaseOperations

    empty = DatabaseOperations.execute_sql_flush

    def flush(self: Any, statements: list[str]) -> None:
        """Empty the tables after a test as only a superuser can: our logs refuse it to others."""
        empty(self, ["set local session_replication_role = replica", *statements])

    DatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign, assignment]
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
    yield
    with django_db_blocker.unblock():
        connections["default"].close()
        connections["default"].close_pool()  # type: ignore[attr-defined]
