"""`dothi doctor`: what is missing, and how to get it."""

import argparse
import os
import shutil
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from dothi.core.house import Standing
from dothi.datastore.tables.ports import spark
from dothi.run.checks import SPACE_NEEDED
from dothi.run.commands import nightly
from dothi.run.database import Database, application_url, database
from dothi.run.house import ROOT, House, house
from dothi.run.postgres import PostgresFailed, binaries
from dothi.run.words import CannotWork, say


class Finding(NamedTuple):
    """One thing that was looked at. What is not needed may be absent."""

    fine: bool
    needed: bool
    text: str
    cure: str


def doctor(options: argparse.Namespace) -> int:
    """Say what is missing and how to get it. Ends with 1 when something needed is."""
    bad = 0
    for found in _findings(house()):
        bad += found.needed and not found.fine
        mark = "ok     " if found.fine else ("MISSING" if found.needed else "absent ")
        say(f"{mark}  {found.text}" + ("" if found.fine else f"\n         → {found.cure}"))
    return 1 if bad else 0


def _findings(home: House) -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding(sys.version_info >= (3, 11), True, f"Python {version}", "install python3 ≥ 3.11")
    if not home.setting("DATABASE_URL"):
        yield Finding(_has_postgres(), True, "PostgreSQL binaries", "run `make setup`")
    vendor = (ROOT / "build" / "vendor" / ".stamp").is_file()
    yield Finding(vendor, True, "front-end assets", "run `make assets`")
    compiled = all(po.with_suffix(".mo").exists() for po in (ROOT / "dothi").rglob("*.po"))
    yield Finding(compiled, True, "Vietnamese messages", "run `make messages`")
    yield from _disk(home)
    yield from _keys(home)
    yield from _database(home)
    yield from _engine(home)
    yield from _mail(home)
    yield from _sms(home)
    yield from _backups(home)
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    yield Finding(
        bool(browser), False, "Chromium (for tests only)", "run `make test`, or install chromium"
    )


def _has_postgres() -> bool:
    try:
        done = subprocess.run(
            [binaries() / "postgres", "--version"], capture_output=True, check=False
        )
    except (PostgresFailed, OSError):
        return False
    return done.returncode == 0


def _disk(home: House) -> Iterator[Finding]:
    place = next(path for path in (home.var, *home.var.parents) if path.exists())
    free = shutil.disk_usage(place).free
    cure = f"make room at {place}, or set DOTHI_VAR to a folder on another disk"
    yield Finding(free > SPACE_NEEDED, True, f"{free / 1024**3:.1f} GB free at {place}", cure)
    can_write = os.access(place, os.W_OK)
    yield Finding(can_write, True, f"{place} can be written", "change its owner, or set DOTHI_VAR")


def _keys(home: House) -> Iterator[Finding]:
    keys = home.keys
    loose = [path.name for path in keys.glob("*") if path.is_file() and path.stat().st_mode & 0o077]
    yield Finding(not loose, True, "keys are private", f"chmod 600 {keys}/*")


def _database(home: House) -> Iterator[Finding]:
    try:
        with database(home) as base:
            yield from _in_database(home, base)
    except (CannotWork, PostgresFailed, OSError) as error:
        given = home.setting("DATABASE_URL")
        cure = "see DATABASE_URL" if given else f"see {home.var / 'postgres.log'}"
        yield Finding(False, True, f"the database does not answer: {error}", cure)


def _in_database(home: House, base: Database) -> Iterator[Finding]:
    with base.connect() as connection:
        yield Finding(True, True, f"PostgreSQL {connection.info.server_version // 10000}", "")
    what = base.standing()
    made = what in {Standing.HOUSE, Standing.SAMPLE}
    yield Finding(
        made, False, what.value or "no house yet", "run `bin/dothi init`, or `make demo`"
    )  # fmt: skip
    if what == Standing.HOUSE:
        yield Finding(
            home.settings_file.exists(), True, "settings of the house",
            f"put {home.settings_file} back from the last backup",
        )  # fmt: skip
    if made and not base.embedded:
        yield Finding(
            application_url(home, base) != base.owner, False,
            "web and worker sign in as a role that cannot rewrite the audit trail",
            "let the database's user make roles, or set DATABASE_APP_URL (docs/howto/run.md)",
        )  # fmt: skip


def _engine(home: House) -> Iterator[Finding]:
    address = home.setting("STORE_ENGINE")
    if not address.startswith(spark.SCHEME):
        return
    text = f"the store's engine {spark.shown(address)} answers"
    try:
        spark.session(address)
    except spark.EngineAway as error:
        yield Finding(False, True, text, str(error))
        return
    yield Finding(True, True, text, "")


def _mail(home: House) -> Iterator[Finding]:
    host = home.setting("EMAIL_HOST")
    if not host:
        cure = "set EMAIL_HOST in var/house.env; until then messages go to var/outbox"
        yield Finding(False, False, "a mail server", cure)
        return
    port = home.setting("EMAIL_PORT") or "587"
    try:
        with smtplib.SMTP(host, int(port), timeout=10):
            answers = True
    except (OSError, ValueError, smtplib.SMTPException):
        answers = False
    cure = "see EMAIL_HOST and EMAIL_PORT in var/house.env"
    yield Finding(answers, True, f"the mail server {host}:{port} answers", cure)


def _sms(home: House) -> Iterator[Finding]:
    """Begun and not finished is a fault: nobody is offered what would not arrive."""
    wanted = ("SMS_URL", "SMS_TOKEN", "SMS_SENDER")
    given = [name for name in wanted if home.setting(name)]
    if not given:
        cure = "set SMS_URL, SMS_TOKEN and SMS_SENDER in var/house.env (docs/howto/sms.md)"
        yield Finding(False, False, "a service for short messages", cure)
        return
    missing = [name for name in wanted if name not in given]
    cure = f"set {', '.join(missing)} in var/house.env; until then SMS is not offered"
    yield Finding(not missing, True, "the service for short messages is set up", cure)
    yield Finding(
        bool(home.setting("SMS_CALLBACK_KEY")), False, "its reports are signed",
        "set SMS_CALLBACK_KEY, or nobody knows which messages were delivered",
    )  # fmt: skip


def _backups(home: House) -> Iterator[Finding]:
    if not home.settings_file.exists():
        return
    if not home.setting("BACKUP_DIR"):
        cure = "set BACKUP_DIR in var/house.env to a folder on another disk"
        yield Finding(False, False, "a nightly backup", cure)
        return
    good = nightly.read_state(home).get("good_at")
    at = datetime.fromisoformat(good) if isinstance(good, str) else None
    fresh = at is not None and datetime.now(at.tzinfo) - at < timedelta(hours=26)
    text = f"last backup {at:%Y-%m-%d %H:%M}" if at else "no backup yet"
    yield Finding(
        fresh, False, text, f"see {home.logs / 'nightly.log'}; dothi up makes one a night"
    )
