"""Who gets what at every door of dossiers and procedures, and that no door was forgotten."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import unquote_plus

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import resolve, reverse
from django.utils import translation
from openpyxl import load_workbook

from dothi.accounts.tests.doors import close_files, signed_in
from dothi.api.api import api, registration
from dothi.cases.models import Arrival
from tests.architecture.doors_of_the_house import NOT_RECORDS, views
from tests.authorisation import at_the_desk, of_citizens, of_the_catalogue, programs
from tests.authorisation.house import PERSONAL, House
from tests.authorisation.programs import CALLERS, CALLS, Call
from tests.authorisation.table import ACTORS, TABLE, Row

pytestmark = pytest.mark.django_db
# Importing a part writes its lines into the table.
PARTS = (at_the_desk, of_citizens, of_the_catalogue)


class Writes:
    """Which tables were written while it listens; sessions and limits are nobody's records."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        words = str(sql).split(None, 3)
        if words and words[0].upper() in {"INSERT", "UPDATE", "DELETE", "COPY"}:
            table = next(
                (word.strip('"') for word in words[1:3] if word.upper() not in {"INTO", "FROM"}), ""
            )
            done = execute(sql, params, many, context)
            if table not in NOT_RECORDS and context["cursor"].rowcount:
                self.tables.add(table)
            return done
        return execute(sql, params, many, context)


def body_of(answer: Any) -> str:
    """Everything that was answered, tables of a workbook and lines of a stream too."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    close_files(answer)
    if content.startswith(b"PK"):
        book = load_workbook(BytesIO(content), read_only=True)
        cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True)
                 for cell in row]  # fmt: skip
        return " ".join(cells)
    return content.decode(errors="replace") + str(answer.headers)


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What came back: the word of the table, who and what was named, and what was written."""

    word: str
    people: list[str]
    codes: list[str]
    written: set[str]


def told(answer: Any, written: set[str], method: str) -> str:
    """The word of the table for what happened."""
    if answer.status_code == 302 and "/accounts/login/?next=" in answer["Location"]:
        return "in"
    if method == "post" and written and answer.status_code in {200, 201, 302}:
        return "ok"
    return str(answer.status_code)


def heard(house: House, client: Client, method: str, url: str, sent: Any, **more: Any) -> Heard:
    """Ask, read everything, and take back what was written."""
    writes = Writes()
    with transaction.atomic():
        mark = transaction.savepoint()
        with connection.execute_wrapper(writes):
            answer = getattr(client, method)(url, sent, **more)
            said = body_of(answer)
        transaction.savepoint_rollback(mark)
    asked = unquote_plus(f"{url} {sent}")  # What somebody says oneself may be said back.
    return Heard(
        word=told(answer, writes.tables, method),
        people=[one for one in PERSONAL if one in said and one not in asked],
        codes=[one for one in house.codes if one in said and one not in asked],
        written=writes.tables,
    )


def faults(title: str, who: str, wanted: Row | Call, got: Heard) -> Iterator[str]:
    if got.word != wanted.told[who]:
        yield f"{title} as {who}: {got.word}, not {wanted.told[who]} {got.written or ''}"
    if who not in wanted.personal and got.people:
        yield f"{title} as {who}: names {got.people}"
    if who not in wanted.codes and got.codes:
        yield f"{title} as {who}: tells of {len(got.codes)} dossiers"


@pytest.mark.parametrize("actor", ACTORS)
def test_every_door_answers_to_everybody_as_the_table_says(house: House, actor: str) -> None:
    client = house.client(actor)
    found: list[str] = []
    for row in (row for row in TABLE.rows if actor in row.told):
        got = heard(house, client, row.method, row.url(house), dict(row.data(house)))
        found += faults(row.title, actor, row, got)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("caller", CALLERS)
def test_every_door_for_programs_answers_as_the_table_says(house: House, caller: str) -> None:
    client = house.client("leader") if caller == "cookie" else Client()
    headers = house.programs[caller].headers if caller in house.programs else {}
    found: list[str] = []
    for number, one in enumerate(CALLS):
        body: Any = dict(one.body(house))
        more: dict[str, Any] = {"headers": headers}
        if one.method == "post":
            more = {"headers": headers | {"Idempotency-Key": f"key-{number}"}}
        if one.method == "post" and "file" not in body:
            body, more["content_type"] = json.dumps(body), "application/json"
        got = heard(house, client, one.method, one.url(house), body, **more)
        found += faults(f"{one.method} {one.url(house)}", caller, one, got)
    assert not found, "\n".join(found)


def test_what_holds_for_the_whole_house_opens_for_who_keeps_it(house: House) -> None:
    """The table knows nobody above the ward; these doors are for such a person alone."""
    keeper = signed_in(Client(), house.writer)
    assert keeper.get(reverse("cases:parameters")).status_code == 200
    assert house.arrival.ref in keeper.get(reverse("cases:exchange")).content.decode()
    put_away = reverse("cases:forget_arrival", args=[house.arrival.pk])
    assert keeper.post(put_away, {"reason": "Trùng"}).status_code == 302
    assert not Arrival.objects.exists()


# --- No door without a line ---------------------------------------------------------------------

OURS = ("dothi.cases.", "dothi.procedures.")
# What passes signs of life to a hall that everybody reads: `cases/tests/test_queue.py`.
STREAMS = {"/live/queue/<str:unit>"}


def test_every_address_of_dossiers_and_procedures_has_its_lines(house: House) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        there = {route for route, view in views() if view.__module__.startswith(OURS)} - STREAMS
    lines = {(f"/{resolve(row.url(house).partition('?')[0]).route}", row.method)
             for row in TABLE.rows}  # fmt: skip
    assert len(there) > 90
    missing = {(route, method) for route in there for method in ("get", "post")} - lines
    assert not missing, sorted(missing)


def test_every_door_for_programs_has_its_line() -> None:
    there = {
        (method, path)
        for one in (api, registration)
        for path, doors in one.get_openapi_schema()["paths"].items()
        if path.startswith((programs.OURS, programs.GOVSTACK))
        for method in doors
    }
    assert len(there) > 15
    assert there == {(one.method, one.path) for one in CALLS}
