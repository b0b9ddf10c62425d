"""A house for real use: made, run, upgraded and brought back; and moved to another PostgreSQL."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Generator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dothi.run.postgres import binaries, unprivileged
from tests.house import House, free_port, new_house, tear_down

pytestmark = pytest.mark.long
PASSWORD = "mot-hai-ba-bon-nam"


@pytest.fixture
def own() -> Generator[House, None, None]:
    made = new_house()
    try:
        yield made
    finally:
        tear_down(made)


def init(house: House) -> str:
    """Make a house from the starter; its link for the first administrator."""
    said = house.command(
        "init", "--units", "starter/units", "--url", house.url, "--admin", "quan.tri",
        "--admin-name", "Phan Hoài An", "--admin-email", "an@example.vn",
    )  # fmt: skip
    found = re.search(r"http://\S+/accounts/start/\S+", said)
    assert found, said
    return found[0]


def report(house: House) -> str:
    """Report something by Open311; the code of the report."""
    form = b"service_code=road&lat=10.76&long=106.65&description=A+deep+hole+in+the+road"
    with urllib.request.urlopen(f"{house.url}/open311/v2/requests.json", form, timeout=20) as said:
        return str(json.load(said)[0]["service_request_id"])


def codes(house: House) -> set[str]:
    with urllib.request.urlopen(f"{house.url}/open311/v2/requests.json", timeout=20) as said:
        return {row["service_request_id"] for row in json.load(said)}


@pytest.mark.browser
def test_a_new_house_takes_reports_and_its_link_opens_once(own: House, browser: object) -> None:
    link = init(own)
    own.start("--web", "2", command="up")
    assert report(own) in codes(own)
    page = browser.new_page()  # type: ignore[attr-defined]
    page.goto(link)
    for field in page.query_selector_all("input[type=password]"):
        field.fill(PASSWORD)
    page.click("main button[type=submit]")
    page.fill("input[name=login]", "quan.tri")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("totp|mfa|2fa"))
    assert page.query_selector("a[href*=totp]"), "the second step comes before the desk"
    page.goto(f"{own.url}/desk/")
    assert "2fa" in page.url, "no desk without a second step"
    page.goto(link)
    assert not page.query_selector("input[type=password]"), "the link opened twice"
    page.close()


def test_nights_are_backed_up_and_the_way_back_from_an_upgrade_works(own: House) -> None:
    init(own)
    with own.var.joinpath("house.env").open("a", encoding="utf-8") as file:
        file.write(f"BACKUP_DIR={own.var / 'kept'}\n")
    own.start(command="up")
    code = report(own)
    own.wait_for_words("dothi runs on")
    night = own.var / "log" / "nightly.log"
    for _ in range(100):
        if night.exists() and "backed up" in night.read_text("utf-8"):
            break
        time.sleep(0.3)
    assert own.stop() == 0
    # A newer version was here: this one refuses, and says the way out.
    own.python(
        "from django.db import connection",
        "from django.db.migrations.recorder import MigrationRecorder",
        "MigrationRecorder(connection).record_applied('core_audit', '9999_newer')",
    )
    own.begin(command="up")
    assert own.process is not None
    assert own.process.wait(60) == 2
    assert "newer version of dothi" in own.console.read_text("utf-8")
    (kept,) = (own.var / "kept").iterdir()
    other = new_house()
    try:
        shutil.copytree(own.var / "keys", other.var / "keys")
        other.command("restore", str(kept))
        other.start(command="up")
        assert code in codes(other) or not codes(other), "as it was in that night"
    finally:
        tear_down(other)


@pytest.fixture
def elsewhere() -> Generator[str, None, None]:
    """The address of another PostgreSQL: Debian's 15 where it is installed, else our binaries."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    programs = debian[0] if debian else binaries()
    folder = Path(tempfile.mkdtemp(prefix="dothi-other-", dir="/tmp"))
    user = unprivileged()
    identity: dict[str, Any] = (
        {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    )
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    port = free_port()
    subprocess.run(
        [programs / "initdb", "-D", folder / "pg", "-U", "boss", "-A", "trust", "-E", "UTF8",
         "--locale=C"], check=True, capture_output=True, cwd="/", **identity,
    )  # fmt: skip
    server = subprocess.Popen(
        [programs / "postgres", "-D", folder / "pg", "-p", str(port), "-h", "127.0.0.1",
         "-k", folder], cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **identity,
    )  # fmt: skip
    boss = f"postgresql://boss@127.0.0.1:{port}/postgres"
    try:
        for _ in range(100):
            try:
                with psycopg.connect(boss, autocommit=True) as connection:
                    connection.execute("create role city login createrole")
                    connection.execute("create database city owner city")
                    break
            except psycopg.OperationalError:
                time.sleep(0.1)
        yield f"postgresql://city@127.0.0.1:{port}/city"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def test_a_house_moves_to_another_postgresql(own: House, elsewhere: str) -> None:
    init(own)
    own.start(command="up")
    code = report(own)
    own.command("backup", str(own.var / "kept"), "--with-keys", str(own.var / "keys.tar"))
    own.stop()
    moved = new_house()
    moved.extra["DATABASE_URL"] = elsewhere
    try:
        moved.command("restore", str(own.var / "kept"), "--keys", str(own.var / "keys.tar"))
        moved.start(command="up")
        assert code in codes(moved)
        assert moved.command("audit", "verify").endswith("0 faults")
        assert "a role that cannot rewrite" in moved.command("doctor")
        with psycopg.connect(elsewhere) as owner:
            row = owner.execute(
                "select has_table_privilege('city_app', 'core_audit_entry', 'insert'),"
                " has_table_privilege('city_app', 'core_audit_entry', 'update, delete, truncate'),"
                " (select count(*) from pg_stat_activity where usename = 'city_app')"
            ).fetchone()
        assert row is not None
        assert row[:2] == (True, False)
        assert row[2] > 0, "web and worker sign in as that role"
    finally:
        tear_down(moved)
