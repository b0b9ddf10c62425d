"""Rows of files that cannot be taken over lose nothing, and come back once."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dothi.accounts.choices import Role
from dothi.accounts.tests.doors import answers, signed_in
from dothi.core.access.models import Look
from dothi.feedback import selectors, services
from dothi.feedback.choices import Aside, ImportKind
from dothi.feedback.models import Quarantined, Ticket
from dothi.feedback.services import Fault, RowFault, quarantine
from dothi.feedback.tests.factories import MONDAY_9AM, City, make_officer, submit

KIND = ImportKind.OPEN311


@pytest.fixture
def taker() -> Iterator[None]:
    """A kind of file whose rows need a text."""
    before = quarantine._TAKERS.get(KIND.value)

    @services.takes(KIND)
    def take(row: Mapping[str, str], by: object, at: datetime) -> Ticket:
        if not row["text"]:
            raise RowFault("no_text", "There is no text.")
        return submit(text=row["text"], at=at).ticket

    yield
    quarantine._TAKERS.pop(KIND.value)
    if before:
        quarantine._TAKERS[KIND.value] = before


def fault(number: str = "7", text: str = "", line: int = 2) -> Fault:
    return Fault(
        line=line,
        fault="no_text",
        reason="There is no text.",
        original=f"{number},{text},0903123456",
        fields={"id": number, "text": text},
        external_id=number,
    )


def read(*faults: Fault, at: datetime = MONDAY_9AM) -> int:
    run = services.begin_import(kind=KIND, name="rows.csv", by="system", at=at)
    new = services.put_aside(run=run, faults=faults, at=at)
    services.finish_import(run=run, read=len(faults), added=0, known=0, at=at)
    return new


def only() -> Quarantined:
    return Quarantined.objects.get()


def test_a_row_waits_with_its_reason_and_its_own_words(city: City) -> None:
    assert read(fault(), fault("8", line=3)) == 2
    row = selectors.rows_aside()[0]
    assert (row.line, row.reason, row.external_id) == (2, "There is no text.", "7")
    assert row.original == "7,,0903123456"
    assert [(count.fault, count.rows) for count in selectors.faults()] == [("no_text", 2)]
    assert [(run.read, run.aside) for run in selectors.runs()] == [(2, 2)]


def test_what_a_row_says_is_encrypted(city: City) -> None:
    read(fault())
    with connection.cursor() as cursor:
        cursor.execute("select original || fields from feedback_quarantined")
        assert "0903123456" not in cursor.fetchone()[0]


def test_the_same_file_read_again_puts_nothing_aside_twice(city: City) -> None:
    read(fault())
    assert read(fault(), at=MONDAY_9AM + timedelta(days=1)) == 0
    assert only().state == Aside.WAITING


def test_rows_without_a_number_are_known_by_what_they_say(city: City) -> None:
    nameless = Fault(line=4, fault="x", reason="x", original="a,b")
    read(nameless)
    assert read(nameless) == 0
    assert read(Fault(line=4, fault="x", reason="x", original="a,c")) == 1


def test_a_corrected_row_is_taken_over_once(city: City, taker: None) -> None:
    read(fault())
    fields = services.open_row(row=only(), by=city.operator, at=MONDAY_9AM)
    fields["text"] = "Cây đổ"
    ticket = services.release_row(row=only(), fields=fields, by=city.operator, at=MONDAY_9AM)
    assert (only().state, only().ticket, ticket.text) == (Aside.RELEASED, ticket, "Cây đổ")
    with pytest.raises(services.SettledBefore):
        services.release_row(row=only(), fields=fields, by=city.operator, at=MONDAY_9AM)
    assert read(fault()) == 0
    assert only().state == Aside.RELEASED


def test_a_row_that_is_still_wrong_keeps_waiting(city: City, taker: None) -> None:
    read(fault())
    with pytest.raises(RowFault, match="There is no text"):
        services.release_row(row=only(), fields={"text": ""}, by=city.operator, at=MONDAY_9AM)
    assert only().state == Aside.WAITING
    assert not Ticket.objects.exists()


def test_a_row_is_left_out_with_a_reason_and_comes_back_when_it_says_something_new(
    city: City,
) -> None:
    read(fault())
    with pytest.raises(services.ReasonNeeded):
        services.drop_row(row=only(), reason=" ", by=city.operator, at=MONDAY_9AM)
    services.drop_row(row=only(), reason="Gọi thử", by=city.operator, at=MONDAY_9AM)
    read(fault())
    assert (only().state, only().note) == (Aside.DROPPED, "Gọi thử")
    read(fault(text="Rác"))
    assert only().state == Aside.WAITING


def test_a_row_that_comes_whole_with_a_newer_file_is_settled(city: City) -> None:
    read(fault())
    ticket = submit().ticket
    services.settle_arrived(kind=KIND, tickets={"7": ticket}, by="system", at=MONDAY_9AM)
    assert (only().state, only().ticket) == (Aside.RELEASED, ticket)


def test_whoever_opens_a_row_leaves_a_trace(city: City) -> None:
    read(fault())
    services.open_row(row=only(), by=city.operator, at=MONDAY_9AM)
    look = Look.objects.get()
    assert (look.record, look.actor) == (f"feedback.quarantine:{only().pk}", city.operator.actor)


@pytest.mark.parametrize("role", Role)
def test_only_the_dispatcher_of_the_whole_city_corrects_rows(
    city: City, role: Role, client: Client
) -> None:
    read(fault())
    paths = ["/desk/feedback/aside/", f"/desk/feedback/aside/{only().pk}/"]
    of_a_ward = make_officer("w", unit=city.river, role=role)
    assert answers(client, of_a_ward, paths) == [403, 403]
    of_the_city = make_officer("c", unit=city.root, role=role)
    expected = 200 if role == Role.DISPATCHER else 403
    assert answers(client, of_the_city, paths) == [expected, expected]


def test_the_page_corrects_a_row_and_loses_nothing_of_what_was_typed(
    city: City, taker: None, client: Client
) -> None:
    read(fault())
    signed_in(client, city.operator)
    page = f"/en/desk/feedback/aside/{only().pk}/"
    answer = client.post(page, {"do": "release", "column_0": "77", "column_1": ""})
    assert answer.status_code == 422
    assert "There is no text." in answer.content.decode()
    assert 'value="77"' in answer.content.decode()
    client.post(page, {"do": "release", "column_0": "7", "column_1": "Rác đầy hẻm"})
    assert only().state == Aside.RELEASED
    again = client.post(page, {"do": "drop", "drop_reason": "x"}, follow=True)
    assert "settled this row already" in again.content.decode()


def test_the_list_asks_as_much_for_one_row_as_for_many(city: City, client: Client) -> None:
    signed_in(client, city.operator)
    read(fault())
    client.get("/desk/feedback/aside/")
    with CaptureQueriesContext(connection) as one:
        client.get("/desk/feedback/aside/")
    read(*(fault(str(number)) for number in range(20, 40)))
    with CaptureQueriesContext(connection) as many:
        client.get("/desk/feedback/aside/")
    assert len(many) == len(one)
