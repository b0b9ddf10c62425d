"""The database of a house: found or started, brought up to date, and entered by two roles."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from dothi.core.house import Standing, mark, standing
from dothi.run.checks import alone, holds_alone
from dothi.run.house import House
from dothi.run.postgres import Postgres, PostgresFailed
from dothi.run.words import CannotWork, say

OLDEST_POSTGRES = 15
APPLICATION_KEY = "database.secret"
# Small machines: what a ward office has. A city tunes its own server.
EMBEDDED = {
    "max_connections": "120",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "idle_in_transaction_session_timeout": "60s",
    "max_wal_size": "2GB",
    "log_min_messages": "warning",
}


@dataclass(frozen=True)
class Database:
    """The database of a house, entered as the owner of its tables.

    `server` is the embedded PostgreSQL when this process started it.
    """

    owner: str
    embedded: bool
    server: Postgres | None = None

    @contextmanager
    def connect(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.owner, autocommit=True, connect_timeout=10) as connection:
            yield connection

    def standing(self) -> Standing:
        with self.connect() as connection, connection.cursor() as cursor:
            return standing(cursor)

    def mark(self, what: Standing) -> None:
        with self.connect() as connection, connection.cursor() as cursor:
            mark(cursor, what)

    def empty(self) -> None:
        """Throw away everything in it."""
        with self.connect() as connection:
            connection.execute("drop schema if exists public cascade")
            connection.execute("create schema public")


@contextmanager
def database(home: House) -> Iterator[Database]:
    """The house's database.

    `DATABASE_URL` names any PostgreSQL; else the embedded one is used: the running one of this
    house, or one that is started for the length of the command.

    Raises:
        CannotWork: it does not answer.
    """
    if given := home.setting("DATABASE_URL"):
        _check_answers(given)
        yield Database(given, embedded=False)
        return
    home.make()
    postgres = embedded(home)
    # Who is alone here starts his own: what still answers is a server that is shutting down.
    if not holds_alone(home) and (running := postgres.running()) is not None:
        yield Database(running, embedded=True)
        return
    with alone(home):
        try:
            if not postgres.data.is_relative_to(home.var):
                say(f"  {home.var} is closed to others: PostgreSQL's data is in {postgres.data}")
            _start(postgres)
            yield Database(postgres.url(), embedded=True, server=postgres)
        finally:
            postgres.stop()


def _start(postgres: Postgres) -> None:
    try:
        postgres.start()
        postgres.create_database()
    except PostgresFailed as error:
        raise CannotWork(f"{error}\nThe whole log: {postgres.log}") from error


def embedded(home: House) -> Postgres:
    return Postgres(home.var / "pg", settings=EMBEDDED)


def _check_answers(url: str) -> None:
    if urlsplit(url).scheme not in {"postgresql", "postgres"}:
        raise CannotWork("DATABASE_URL is no address of a PostgreSQL: postgresql://user@host/name")
    try:
        with psycopg.connect(url, connect_timeout=10) as server:
            number = server.info.server_version
    except psycopg.Error as error:
        raise CannotWork(
            f"the database of DATABASE_URL does not answer: {str(error).strip()}"
        ) from error
    if number < OLDEST_POSTGRES * 10000:
        raise CannotWork(
            f"the server is PostgreSQL {number // 10000}; {OLDEST_POSTGRES} or newer is needed."
        )


# --- Two roles: who owns the tables, and who works with them -------------------------------------


def application_url(home: House, base: Database) -> str:
    """The address under which web and workers sign in: a role that cannot rewrite history.

    Where the owner may make no role and nobody has made one, it is the owner's.
    """
    if given := home.setting("DATABASE_APP_URL"):
        return given
    role = application_role(base.owner)
    if base.embedded:
        return _as_role(base.owner, role, "")
    with base.connect() as connection:
        known = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
    if not known or not (home.keys / APPLICATION_KEY).exists():
        return base.owner
    return _as_role(base.owner, role, home.secret(APPLICATION_KEY))


def application_role(owner_url: str) -> str:
    """One role for each database: `dothi_app` for the database `dothi`."""
    return f"{urlsplit(owner_url).path.strip('/')[:59]}_app"


def _as_role(url: str, role: str, password: str) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    who = quote(role, safe="") + (f":{quote(password, safe='')}" if password else "")
    return parts._replace(netloc=f"{who}@{place}").geturl()


def bring_up_to_date(home: House, base: Database) -> None:
    """Migrate as the owner and give the application's role its rights. Django must be set up.

    Raises:
        CannotWork: a newer version of the program has worked with this database.
    """
    from django.core.management import call_command

    from dothi.core import clock, numbering
    from dothi.core.audit.grants import grant_application_role
    from dothi.datastore.catalogue import services as catalogue

    refuse_newer()
    call_command("migrate", verbosity=0, interactive=False)
    numbering.count_on()
    call_command("createcachetable", verbosity=0)
    # What this version publishes is in the catalogue, as its code says.
    catalogue.adopt(at=clock.now())
    given = home.setting("DATABASE_APP_URL")
    role = urlsplit(given).username if given else application_role(base.owner)
    with base.connect() as connection:
        if not given and not _make_role(home, base, connection, str(role)):
            return
        with connection.cursor() as cursor:
            grant_application_role(cursor, str(role))


def _make_role(
    home: House, base: Database, connection: psycopg.Connection, role: str
) -> bool:  # fmt: skip
    """Make the application's role. Return whether there is one that we can sign in as."""
    name = sql.Identifier(role)
    known = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
    try:
        if not known:
            connection.execute(sql.SQL("create role {} login").format(name))
        if not base.embedded:
            secret = sql.Literal(home.secret(APPLICATION_KEY))
            connection.execute(sql.SQL("alter role {} password {}").format(name, secret))
            database = sql.Identifier(connection.info.dbname)
            connection.execute(sql.SQL("grant connect on database {} to {}").format(database, name))
    except psycopg.errors.InsufficientPrivilege:
        (home.keys / APPLICATION_KEY).unlink(missing_ok=True)
        return False
    return True


def refuse_newer() -> None:
    """Refuse to work on tables that this version does not know.

    Raises:
        CannotWork: with the migrations that only the newer version has.
    """
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    ours = {config.label for config in apps.get_app_configs()}
    unknown = sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app in ours and (app, name) not in loader.disk_migrations
    )
    if unknown:
        raise CannotWork(
            f"this database belongs to a newer version of dothi (it has {unknown[-1]}). Take that "
            "version again, or restore the backup from before the upgrade into an empty house."
        )


def waiting_migrations() -> int:
    """How many steps bring the database to this version. Django must be set up."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def use_django(home: House, url: str, *, demo: bool) -> None:
    """Make this very process a program of the house."""
    os.environ.update(home.environment(database_url=url, demo=demo))
    import django

    django.setup()


@contextmanager
def in_the_house() -> Iterator[House]:
    """Django with the house's database, for a command that works and ends.

    Raises:
        CannotWork: there is no whole house here.
    """
    from dothi.run.house import house

    home = house()
    with database(home) as base:
        what = base.standing()
        if what not in {Standing.SAMPLE, Standing.HOUSE}:
            raise CannotWork("there is no house here yet: run `bin/dothi init`, or `make demo`.")
        use_django(home, base.owner, demo=what == Standing.SAMPLE)
        yield home
