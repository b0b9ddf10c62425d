"""Requests of another system come in once, with their own dates, and what is dirty waits."""

import io
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.tests.doors import signed_in
from dothi.core.events.models import Record
from dothi.core.inbox.models import Duty
from dothi.feedback import selectors, services
from dothi.feedback.choices import Aside, Channel, ImportKind, State, Visibility
from dothi.feedback.models import Category, ImportRun, Move, Quarantined, Ticket
from dothi.feedback.services import Plan, Tally
from dothi.feedback.services.quarantine import RowFault, release_row
from dothi.feedback.tests.factories import (
    BY_THE_RIVER,
    CITY,
    MONDAY,
    MONDAY_9AM,
    City,
    make_officer,
)
from dothi.lib.georeport import BrokenFile, Raw, read

REAL = Path(__file__).parents[3].parent / "shared" / "data" / "requests" / "san-francisco-2010.json"
ROW: dict[str, Any] = {
    "service_request_id": "S1",
    "status": "open",
    "service_code": "24",
    "service_name": "Tree_Down",
    "description": "Cây đổ ở bờ sông.",
    "lat": BY_THE_RIVER.lat,
    "long": BY_THE_RIVER.lon,
    "address": "12  Lý Nam Đế ",
    "requested_datetime": "2025-11-15 01:05:25.727",
}
CLOSED: dict[str, Any] = {
    "status": "closed",
    "updated_datetime": "2025-11-16 08:00:00",
    "status_notes": "Đã dọn.",
}
TREES = Plan(services={"24": "trees"})


def row(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {**ROW, "service_request_id": f"S{number}", **changes}


def raw(rows: list[Any]) -> Iterator[Raw]:
    return read(io.BytesIO(json.dumps(rows).encode()))


def take(rows: list[Any] | Iterable[Raw], plan: Plan = TREES) -> Tally:
    records = raw(rows) if isinstance(rows, list) else rows
    return services.import_open311(
        records=records, name="rows.json", plan=plan, by="system", at=MONDAY_9AM
    )


def counts(tally: Tally) -> tuple[int, int, int, int]:
    assert tally.read == tally.taken + tally.known + tally.aside
    return tally.read, tally.taken, tally.known, tally.aside


def test_an_open_request_comes_in_with_its_own_date_and_no_clock(city: City) -> None:
    assert counts(take([row()])) == (1, 1, 0, 0)
    ticket = Ticket.objects.get()
    assert ticket.received_at == datetime(2025, 11, 15, 1, 5, 25, 727000, tzinfo=CITY)
    assert ticket.code.startswith("PA-251115-")
    assert (ticket.channel, ticket.state) == (Channel.IMPORT, State.RECEIVED)
    assert (ticket.clock, ticket.forward_clock, ticket.due_at) == (None, None, None)
    assert (ticket.unit, ticket.handling_unit) == (city.river, city.root)
    assert ticket.address == "12 Lý Nam Đế"
    assert Duty.objects.get().code == ticket.code
    [step] = selectors.public_timeline(ticket)
    assert step.at == ticket.received_at


def test_nothing_of_it_is_ever_overdue(city: City) -> None:
    take([row(), row(2, **CLOSED)])
    page = selectors.public_list(at=MONDAY_9AM)
    assert [one.is_overdue for one in page.items] == [False, False]


def test_a_closed_request_keeps_its_end_and_its_answer(city: City) -> None:
    take([row(**CLOSED)])
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.visibility) == (State.RESOLVED, Visibility.FACTS)
    assert ticket.closed_at == ticket.resolved_at == datetime(2025, 11, 16, 8, tzinfo=CITY)
    assert ticket.answer == "Đã dọn."
    assert not Duty.objects.exists()
    assert [move.act for move in Move.objects.order_by("id")] == ["submit", "resolve"]
    told = Record.objects.filter(name__startswith="feedback.").order_by("id")
    assert [row.name for row in told] == ["feedback.submitted", "feedback.answered"]


def test_words_that_were_public_there_are_public_here_when_asked(city: City) -> None:
    take([row(**CLOSED)], Plan(services={"24": "trees"}, words_are_public=True))
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.visibility) == (State.PUBLISHED, Visibility.PUBLIC)
    [shown] = selectors.public_list(at=MONDAY_9AM).items
    assert (shown.text, shown.answer) == ("Cây đổ ở bờ sông.", "Đã dọn.")


def test_what_is_about_an_officer_is_never_shown(city: City) -> None:
    take([row()], Plan(services={"24": "conduct"}, words_are_public=True))
    assert Ticket.objects.get().visibility == Visibility.HELD


def test_a_second_run_adds_nothing_twice(city: City) -> None:
    rows = [row(1), row(2, **CLOSED), row(3, lat=0, long=0), row(4)]
    assert counts(take(rows)) == (4, 3, 0, 1)
    before = (Ticket.objects.count(), Move.objects.count(), Record.objects.count())
    assert counts(take(rows)) == (4, 0, 3, 1)
    assert (Ticket.objects.count(), Move.objects.count(), Record.objects.count()) == before
    assert Quarantined.objects.count() == 1
    assert [run.read for run in ImportRun.objects.all()] == [4, 4]


def test_the_same_number_twice_in_a_file_is_taken_once(city: City) -> None:
    many = [row(number % 300) for number in range(600)]
    assert counts(take(many)) == (600, 300, 300, 0)


def test_numbers_of_two_sources_are_kept_apart(city: City) -> None:
    take([row()])
    assert counts(take([row()], Plan(services={"24": "trees"}, source="other"))) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"lat": 0, "long": 0}, "no_place"),
        ({"lat": "null", "long": ""}, "no_place"),
        ({"lat": 0.5, "long": 0.5}, "outside"),
        ({"service_code": 99, "service_name": "Something"}, "unknown_service"),
        ({"status": "null"}, "no_status"),
        ({"requested_datetime": "true"}, "no_date"),
        ({"requested_datetime": "2031-01-01"}, "in_the_future"),
        ({"status": "closed", "updated_datetime": "null"}, "closed_without_date"),
        ({"status": "closed", "updated_datetime": "2020-01-01"}, "dates_reversed"),
        ({"service_request_id": "null"}, "no_id"),
    ],
)
def test_a_dirty_row_waits_with_its_reason_and_its_original(
    city: City, changes: dict[str, Any], fault: str
) -> None:
    text = json.dumps([row(**changes)])
    tally = take(read(io.BytesIO(text.encode())))
    assert counts(tally) == (1, 0, 0, 1)
    assert tally.faults == {fault: 1}
    waiting = Quarantined.objects.get()
    assert (waiting.kind, waiting.fault, waiting.state) == (
        ImportKind.OPEN311,
        fault,
        Aside.WAITING,
    )
    assert waiting.original == text[1:-1]
    assert waiting.reason
    assert not Ticket.objects.exists()


def test_a_corrected_row_is_released(city: City) -> None:
    take([row(lat=0, long=0)])
    waiting = Quarantined.objects.get()
    fields = selectors.quarantine.fields_of(waiting)
    with pytest.raises(RowFault):
        release_row(row=waiting, fields=fields, by=city.operator, at=MONDAY_9AM)
    ticket = release_row(
        row=waiting, fields={**fields, "unit": city.hill.code}, by=city.operator, at=MONDAY_9AM
    )
    assert (ticket.unit, ticket.lon, ticket.category.code) == (city.hill, None, "trees")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.ticket) == (Aside.RELEASED, ticket)
    assert counts(take([row(lat=0, long=0)])) == (1, 0, 1, 0)


@pytest.mark.usefixtures("time_machine_monday")
def test_a_row_is_corrected_and_released_on_the_page(city: City) -> None:
    take([row(service_code=99, service_name="Fallen")])
    waiting = Quarantined.objects.get()
    officer = make_officer("thao", unit=city.root, role=Role.DISPATCHER)
    client, url = signed_in(Client(), officer), f"/desk/feedback/aside/{waiting.pk}/"
    form = client.get(url).context["form"]
    sent = {bound.html_name: bound.initial or "" for bound in form}
    name = next(bound.html_name for bound in form if bound.label == "category")
    assert client.post(url, {**sent, name: "waste"}).status_code == 302
    assert Ticket.objects.get().category.code == "waste"


def test_a_row_that_comes_whole_with_a_newer_file_waits_no_longer(city: City) -> None:
    take([row(lat=0, long=0)])
    assert counts(take([row()])) == (1, 1, 0, 0)
    assert Quarantined.objects.get().state == Aside.RELEASED


def test_unknown_services_become_subjects_that_are_not_offered_when_asked(city: City) -> None:
    rows = [row(1), row(2, service_code="77", service_name="Graffiti_Removal")]
    tally = take(rows, Plan(services={"24": "trees"}, make_missing=True))
    assert counts(tally) == (2, 2, 0, 0)
    assert tally.made == ["import-77"]
    made = Category.objects.get(code="import-77")
    assert made.name_vi == "Graffiti Removal"
    assert made not in selectors.catalogue.current().categories(on=MONDAY)
    assert counts(take([row(3, service_code="77")])) == (1, 1, 0, 0)


def test_a_service_of_the_same_name_needs_no_mapping(city: City) -> None:
    assert counts(take([row(service_code="", service_name="trees")], Plan())) == (1, 1, 0, 0)
    assert take([row(2)], Plan()).unknown_services == {("24", "Tree_Down"): 1}


def test_a_preview_writes_nothing(city: City) -> None:
    before = Record.objects.count()
    tally = take(
        [row(1), row(1), row(2, lat=0, long=0)], Plan(services={"24": "trees"}, preview=True)
    )
    assert counts(tally) == (3, 1, 1, 1)
    assert not Ticket.objects.exists()
    assert not Quarantined.objects.exists()
    assert not ImportRun.objects.exists()
    assert Record.objects.count() == before


def test_a_file_that_breaks_off_leaves_what_came_before(city: City) -> None:
    text = json.dumps([row(1), row(2)])[:-1] + ', {"service_req'
    with pytest.raises(BrokenFile):
        take(read(io.BytesIO(text.encode())))
    assert Ticket.objects.count() == 2
    run = ImportRun.objects.get()
    assert (run.added, run.ended_at) == (2, MONDAY_9AM)


def test_many_rows_need_few_questions(
    city: City, settings: Any, django_assert_max_num_queries: Any
) -> None:
    settings.AREAS_CHECKED_EVERY = 60.0  # As in a house: not asked anew for each row.
    take([row(1)])
    with django_assert_max_num_queries(40):
        take([row(number) for number in range(2, 250)])


@pytest.mark.shared_data
def test_the_real_file_adds_up(city: City) -> None:
    """1,001 requests of 2010: all are read, each is counted once, and a second run adds nothing."""
    if not REAL.exists():
        pytest.skip(f"{REAL} is not there")
    plan = Plan(make_missing=True, preview=True)
    with REAL.open("rb") as file:
        tally = take(read(file), plan)
    assert counts(tally)[0] == 1001
    assert tally.faults["no_id"] == 1
    # None of it lies in the two wards of this test; how it lies in its own city is tried in
    # tests/journeys/test_another_city.py.
    assert tally.taken == 0
