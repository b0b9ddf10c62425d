"""Commands that run a house."""

import argparse
import os
import pwd
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dothi.core.house import Standing
from dothi.run.checks import alone, check_port, check_space
from dothi.run.commands.backups import back_up_before_upgrade
from dothi.run.database import (
    Database,
    application_url,
    bring_up_to_date,
    database,
    use_django,
    waiting_migrations,
)
from dothi.run.house import ROOT, House, house
from dothi.run.process import Stopped
from dothi.run.supervisor import Child, Supervisor
from dothi.run.words import CannotWork, Progress, say

UNIT = """[Unit]
Description=dothi
Wants=network-online.target
After=network-online.target

[Service]
User={user}
WorkingDirectory={root}
Environment="DOTHI_VAR={var}"
ExecStart="{root}/bin/dothi" up --host {host} --port {port} --web {web}
Restart=on-failure
RestartSec=5
KillMode=mixed
KillSignal=SIGTERM
TimeoutStopSec=60
NoNewPrivileges=true
ProtectSystem=full

[Install]
WantedBy=multi-user.target
"""


def environment_of(home: House, base: Database, *, port: int, demo: bool) -> dict[str, str]:
    """The environment of web and worker: they sign in as the application, not as the owner."""
    environment = home.environment(database_url=application_url(home, base), demo=demo)
    return {**environment, "PORT": str(port)}


@contextmanager
def programs(
    home: House, base: Database, *, host: str, port: int, web: int = 1, demo: bool = False
) -> Iterator[Supervisor]:
    """Start what a house needs; all of it is kept running, the embedded PostgreSQL too."""
    environment = environment_of(home, base, port=port, demo=demo)
    with Supervisor(say) as supervisor:
        if base.server is not None:
            supervisor.add(base.server)
        supervisor.add(_web(home, environment, host=host, port=port, processes=web))
        work = [sys.executable, "-m", "dothi.run", "work", "--as-child"]
        supervisor.add(Child("worker", work, environment, home.logs / "worker.log", grace=8))
        yield supervisor


def _web(
    home: House, environment: dict[str, str], *, host: str, port: int, processes: int
) -> Child:
    """The web program: one or more processes behind one port."""
    command: list[str | Path] = [
        sys.executable, "-m", "uvicorn", "dothi.config.asgi:application",
        "--host", host, "--port", str(port), "--workers", str(processes),
        "--no-access-log", "--log-level", "warning", "--lifespan", "on",
        # Whom to believe about the client is a setting of the house (TRUSTED_PROXIES).
        "--no-proxy-headers",
        # Screens stay connected for ever; they come back by themselves.
        "--timeout-graceful-shutdown", "3",
    ]  # fmt: skip
    return Child("web", command, environment, home.logs / "web.log", grace=8)


def wait_until_ready(supervisor: Supervisor, host: str, port: int, *, seconds: float = 90) -> None:
    """Wait until the house says that all its parts are up; what dies meanwhile is started again.

    Raises:
        CannotWork: with what is missing.
    """
    until = time.monotonic() + seconds
    missing = "no answer"
    address = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
    while time.monotonic() < until:
        supervisor.tend()
        if (dead := supervisor.first_hopeless()) is not None:
            raise CannotWork(f"{dead.name} does not start; its log is {dead.log}")
        try:
            with urllib.request.urlopen(f"http://{address}:{port}/readyz", timeout=5):
                return
        except urllib.error.HTTPError as error:
            missing = error.read().decode(errors="replace")
            error.close()
        except OSError:
            pass
        time.sleep(0.3)
    raise CannotWork(f"the house does not get ready: {missing}")


def up(options: argparse.Namespace) -> int:
    """Run a house for real use."""
    home = house()
    if options.systemd:
        return _print_unit(home, options)
    if not home.settings_file.exists():
        raise CannotWork("there is no house here yet: run `bin/dothi init` first, or `make demo`.")
    progress = Progress()
    with alone(home) as was_killed:
        check_port(options.host, options.port, patient=was_killed)
        check_space(home)
        try:
            with database(home) as base:
                if base.standing() != Standing.HOUSE:
                    raise CannotWork(
                        "the database holds no house: restore a backup, or remove "
                        f"{home.settings_file} and run `bin/dothi init` again."
                    )
                use_django(home, base.owner, demo=False)
                _upgrade(home, base, progress)
                _serve(home, base, options, progress)
        except Stopped:
            say("\nstopped")
    return 0


def _upgrade(home: House, base: Database, progress: Progress) -> None:
    """Migrate, after a backup: the way back from an upgrade is the state before it."""
    if waiting_migrations():
        with progress.step("backing up before the upgrade"):
            kept = back_up_before_upgrade(home, base)
        say(f"  the way back: bin/dothi restore {kept}")
    with progress.step("bringing the database up to date"):
        bring_up_to_date(home, base)


def _serve(
    home: House, base: Database, options: argparse.Namespace, progress: Progress
) -> None:  # fmt: skip
    host, port = options.host, options.port
    with programs(home, base, host=host, port=port, web=options.web) as supervisor:
        with progress.step("starting web and worker"):
            wait_until_ready(supervisor, host, port)
        say(f"dothi runs on http://{host}:{port} for {home.setting('PUBLIC_URL')}")
        if home.setting("BACKUP_DIR"):
            night = [sys.executable, "-m", "dothi.run.commands.nightly"]
            environment = home.environment(database_url=base.owner, demo=False)
            supervisor.add(Child("nightly", night, environment, home.logs / "nightly.log"))
        else:
            say("No nightly backup is set: put BACKUP_DIR into var/house.env.")
        supervisor.watch()


def _print_unit(home: House, options: argparse.Namespace) -> int:
    owner = pwd.getpwuid(ROOT.stat().st_uid).pw_name
    say(
        UNIT.format(
            user=owner, root=ROOT, var=home.var, host=options.host, port=options.port,
            web=options.web,
        ).rstrip()
    )  # fmt: skip
    return 0


def work(options: argparse.Namespace) -> int:
    """Do jobs until told to stop."""
    if not options.as_child:
        os.environ.update(_environment_of_the_running())
    import django

    django.setup()
    from procrastinate.contrib.django import app

    from dothi.datastore.sources.services import QUEUE
    from dothi.run import working

    with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]
        working.run(worker, waiting=QUEUE)
    return 0


def _environment_of_the_running() -> dict[str, str]:
    """One more worker: it signs in as the programs of the house that is up do."""
    home = house()
    if not home.setting("DATABASE_URL"):
        from dothi.run.database import embedded

        if embedded(home).running() is None:
            raise CannotWork("the house is not up: run `bin/dothi up`, or set DATABASE_URL.")
    with database(home) as base:
        what = base.standing()
        if what not in {Standing.HOUSE, Standing.SAMPLE}:
            raise CannotWork("there is no house in this database yet: run `bin/dothi init`.")
        url = application_url(home, base)
    return home.environment(database_url=url, demo=what == Standing.SAMPLE)


def migrate(options: argparse.Namespace) -> int:
    """Bring the database to this version and its role to its rights."""
    home = house()
    with database(home) as base:
        what = base.standing()
        if what not in {Standing.HOUSE, Standing.SAMPLE}:
            raise CannotWork("there is no house here yet: run `bin/dothi init`, or `make demo`.")
        use_django(home, base.owner, demo=what == Standing.SAMPLE)
        with Progress().step("migrating"):
            bring_up_to_date(home, base)
    return 0
