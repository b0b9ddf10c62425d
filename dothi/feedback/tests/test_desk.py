"""The doors of the desk."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from PIL import Image
from pytest_django import Settings

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.doors import answers, close_files, signed_in
from dothi.core.worklists.models import SavedFilter
from dothi.feedback import selectors, services
from dothi.feedback.choices import Act, State, Visibility
from dothi.feedback.models import AnswerTemplate, Ticket
from dothi.feedback.services import Contact
from dothi.feedback.tests.factories import (
    MONDAY,
    MONDAY_9AM,
    UPHILL,
    City,
    fresh,
    make_officer,
    make_partner,
)

pytestmark = pytest.mark.usefixtures("time_machine_monday")
QUEUE, NEW = "/en/desk/feedback/", "/en/desk/feedback/new"


def page_of(ticket: Ticket) -> str:
    return f"/en/desk/feedback/{ticket.code}/"


def text_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def act(client: Client, ticket: Ticket, which: Act, **said: object) -> str:
    answer = client.post(page_of(ticket), {"act": which.value, **said}, follow=True)
    return answer.content.decode()


def picture() -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (40, 40), (10, 120, 60)).save(file, "JPEG")
    file.seek(0)
    file.name = "result.jpg"
    return file


# --- Who may pass which door ---------------------------------------------------------------------

SEES = {Role.COUNTER, Role.SPECIALIST, Role.DISPATCHER, Role.LEADER, Role.AUDITOR}
# Door → the posts of the ward for which it opens.
DOORS = {
    "/desk/feedback/": set(Role),  # Everybody of the staff sees a list: an empty one.
    "/desk/feedback/load": {Role.DISPATCHER, Role.LEADER},
    "/desk/feedback/new": {Role.COUNTER, Role.SPECIALIST, Role.DISPATCHER},
    "/desk/feedback/new/places?q=ly": {Role.COUNTER, Role.SPECIALIST, Role.DISPATCHER},
    "/desk/feedback/new/similar?text=a": {Role.COUNTER, Role.SPECIALIST, Role.DISPATCHER},
    "/desk/feedback/export.csv": {Role.DISPATCHER, Role.LEADER, Role.AUDITOR},
    "/desk/feedback/export.xlsx": {Role.DISPATCHER, Role.LEADER, Role.AUDITOR},
    "/desk/feedback/1022/": set(),  # Only at the root: files hold rows of the whole city.
    "/desk/feedback/1022/results": set(),
    "/desk/feedback/1022/sample.csv": set(),
    "/desk/feedback/aside/": set(),
}


@pytest.mark.parametrize("role", Role)
def test_every_door_opens_for_the_posts_that_it_is_for(
    city: City, role: Role, client: Client
) -> None:
    officer = make_officer("x", unit=city.river, role=role)
    got = dict(zip(DOORS, answers(client, officer, DOORS), strict=True))
    assert got == {door: 200 if role in roles else 403 for door, roles in DOORS.items()}


@pytest.mark.parametrize("role", Role)
def test_a_report_opens_for_the_posts_of_its_units_only(
    city: City, role: Role, client: Client
) -> None:
    ticket = city.assigned()
    here = make_officer("x", unit=city.river, role=role)
    there = make_officer("y", unit=city.hill, role=role)
    assert answers(client, here, [page_of(ticket)]) == [200 if role in SEES else 404]
    assert answers(client, there, [page_of(ticket)]) == [404]


@pytest.mark.parametrize("role", Role)
def test_what_a_post_may_not_do_is_refused_at_the_door(
    city: City, role: Role, client: Client
) -> None:
    ticket = city.assigned()
    officer = make_officer("x", unit=city.river, role=role)
    signed_in(client, officer)
    may = role in {Role.SPECIALIST, Role.DISPATCHER, Role.LEADER}
    refused = 403 if role in SEES else 404
    answer = client.post(page_of(ticket), {"act": "reject", "text": "Không thuộc địa bàn"})
    assert answer.status_code == (302 if may else refused)
    assert fresh(ticket).state == (State.REJECTED if may else State.IN_PROGRESS)


@pytest.mark.parametrize("path", ["say", "read", "partner"])
def test_strangers_write_nothing(city: City, path: str, client: Client) -> None:
    ticket = city.assigned()
    signed_in(client, city.minh)
    assert client.post(f"{page_of(ticket)}{path}", {"text": "x"}).status_code == 404
    signed_in(client, make_officer("k", unit=city.river, role=Role.AUDITOR))
    assert client.post(f"{page_of(ticket)}{path}", {"text": "x"}).status_code == 403


def test_an_unknown_act_is_refused(city: City, client: Client) -> None:
    signed_in(client, city.operator)
    for which in ("", "submit", "inform", "x"):
        assert client.post(page_of(city.forwarded()), {"act": which}).status_code == 403


# --- The worklist --------------------------------------------------------------------------------


def test_the_worklist_narrows_by_what_stands_in_the_address(city: City, client: Client) -> None:
    signed_in(client, city.operator)
    tree = city.forwarded()
    waste = city.submit(category="waste", text="Bao rác đầu hẻm", place=UPHILL)
    services.forward(ticket=waste, unit=city.hill, by=city.operator, at=MONDAY_9AM)
    for query, shown in (
        ("", {tree, waste}),
        ("unit=00002", {waste}),
        ("category=trees", {tree}),
        ("q=bao+rac", {waste}),
        ("q=" + tree.code, {tree}),
        ("state=forwarded", {tree, waste}),
        ("whose=mine", set()),
        ("channel=phone", set()),
        ("unit=nonsense&state=x", {tree, waste}),
    ):
        page = text_of(client, f"{QUEUE}?{query}")
        assert {one for one in (tree, waste) if f">{one.title}</a>" in page} == shown, query


def test_what_waits_for_more_than_five_minutes_to_be_sent_on_stands_out(
    city: City, client: Client, time_machine: object
) -> None:
    signed_in(client, city.operator)
    city.submit(at=MONDAY_9AM - timedelta(minutes=6))
    page = text_of(client, QUEUE)
    assert "1 report has waited for more than 5 minutes" in page
    assert "overdue" in page
    assert "1 report has waited" not in text_of(signed_in(client, city.lan), QUEUE)


def test_a_closed_state_shows_closed_reports(city: City, client: Client) -> None:
    signed_in(client, city.lan)
    done = city.resolved()
    assert done.title in text_of(client, f"{QUEUE}?state=resolved")
    shown = text_of(client, f"{QUEUE}?show=done")
    assert done.title in shown
    assert '<input type="hidden" name="show" value="done"' in shown, "tabs choose it"
    assert done.title in text_of(client, f"{QUEUE}?show=publish")
    assert done.title not in text_of(client, QUEUE)


def test_a_filter_is_kept_for_one_person_and_removed(city: City, client: Client) -> None:
    signed_in(client, city.lan)
    client.post(f"{QUEUE}filters", {"name": "Cây của tôi", "query": "category=trees&after=x&q="})
    kept = SavedFilter.objects.get()
    assert (kept.person_id, kept.query) == (city.lan.pk, "category=trees")
    assert "Cây của tôi" in text_of(client, QUEUE)
    assert "Cây của tôi" not in text_of(signed_in(client, city.minh), QUEUE)
    client.post(f"{QUEUE}filters/{kept.pk}")
    assert SavedFilter.objects.exists(), "nobody removes somebody else's"
    client.post(f"{QUEUE}filters", {"name": " ", "query": ""})
    signed_in(client, city.lan).post(f"{QUEUE}filters/{kept.pk}")
    assert not SavedFilter.objects.exists()


def test_the_worklist_asks_as_much_for_one_report_as_for_many(
    city: City, client: Client, settings: Settings
) -> None:
    settings.CALENDAR_CHECKED_EVERY = settings.AREAS_CHECKED_EVERY = 60.0
    signed_in(client, city.operator)

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(QUEUE).status_code == 200
        return len(found)

    city.submit()
    city.assigned()
    asked()
    one = asked()
    for _number in range(10):
        city.submit()
        city.assigned()
    assert asked() == one
    assert one <= 32


def test_a_report_with_much_around_it_asks_no_more(city: City, client: Client) -> None:
    signed_in(client, city.operator)

    def asked(ticket: Ticket) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(page_of(ticket)).status_code == 200
        return len(found)

    ticket = city.assigned()
    city.submit()
    asked(ticket)
    one = asked(ticket)
    for number in range(5):
        city.submit()
        services.say(ticket=ticket, text=f"{number}", by=city.lan, at=MONDAY_9AM)
    assert asked(ticket) <= one + 1
    assert one <= 40


# --- Acts on many --------------------------------------------------------------------------------


def batch(client: Client, which: str, tickets: list[Ticket], **more: str) -> str:
    codes = [ticket.code for ticket in tickets]
    answer = client.post(f"{QUEUE}batch", {"act": which, "codes": codes, **more}, follow=True)
    return answer.content.decode()


def test_many_are_taken_at_once_and_it_is_said_what_was_not_done(
    city: City, client: Client
) -> None:
    signed_in(client, city.lan)
    tickets = [city.forwarded(), city.forwarded(), city.resolved()]
    page = batch(client, "assign", tickets)
    assert "Done: 2 reports" in page
    assert "Not done: 1 report" in page
    assert [fresh(ticket).handling_person for ticket in tickets] == [city.lan] * 3
    assert [fresh(ticket).state for ticket in tickets[:2]] == [State.IN_PROGRESS] * 2


def test_many_are_sent_on_after_it_was_said_where_to(city: City, client: Client) -> None:
    signed_in(client, city.operator)
    tickets = [city.submit(), city.submit()]
    first = batch(client, "forward", tickets)
    assert "Send on: 2 reports" in first
    assert fresh(tickets[0]).state == State.RECEIVED
    assert "This field is required" in batch(client, "forward", tickets, said="1")
    batch(client, "forward", tickets, said="1", to="00001:specialist")
    assert [fresh(one).handling_unit for one in tickets] == [city.river] * 2


def test_a_batch_reaches_nothing_that_one_does_not_see(city: City, client: Client) -> None:
    ticket = city.forwarded()
    signed_in(client, city.minh)
    assert "tick at least one" in batch(client, "assign", [ticket])
    assert fresh(ticket).handling_person is None
    assert "tick at least one" in batch(client, "assign", [])


# --- Files ---------------------------------------------------------------------------------------


def test_the_file_never_says_who_reported(city: City, client: Client) -> None:
    contact = Contact(name="Lê Văn Dân", phone="0903123456", email="dan@example.com")
    ticket = city.forwarded(contact=contact, text="=cmd|'x'!A1 cây đổ")
    signed_in(client, city.operator)
    answer = client.get(f"{QUEUE}export.csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert ticket.code in text
    assert "'=cmd" in text, "no spreadsheet takes it for a formula"
    for secret in ("Dân", "0903123456", "dan@example.com"):
        assert secret not in text
    answer = client.get(f"{QUEUE}export.xlsx?category=trees")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active  # type: ignore[attr-defined]
    close_files(answer)
    rows = list(sheet.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert rows[0][0] == "Number"
    assert rows[1][0] == ticket.code
    assert rows[1][12].startswith("'=")
    assert not any(secret in str(rows) for secret in ("Dân", "0903123456"))


def test_the_file_asks_nothing_for_a_row(city: City, client: Client) -> None:
    signed_in(client, city.operator)

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            b"".join(client.get(f"{QUEUE}export.csv").streaming_content)  # type: ignore[attr-defined]
        return len(found)

    city.assigned()
    asked()
    one = asked()
    for _number in range(8):
        city.assigned()
    assert asked() == one


# --- One report ----------------------------------------------------------------------------------


def test_a_refused_act_gives_back_what_was_typed_with_the_reason(
    city: City, client: Client
) -> None:
    ticket = city.assigned()
    signed_in(client, city.lan)
    answer = client.post(
        page_of(ticket), {"act": "progress", "text": "Đang chờ vật tư", "until": "2026-03-20"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Đang chờ vật tư" in page
    assert 'value="2026-03-20"' in page
    # The photo that was chosen is kept when the day is refused.
    answer = client.post(
        page_of(ticket),
        {"act": "progress", "text": "Chờ", "until": "2026-03-03", "photos": picture()},
    )
    assert "must come after" in answer.content.decode()
    kept = answer.content.decode().partition('name="kept" value="')[2].partition('"')[0]
    assert kept
    act(client, ticket, Act.PROGRESS, text="Chờ", until="2026-03-13", kept=kept)
    assert fresh(ticket).due_at.date().isoformat() == "2026-03-13"  # type: ignore[union-attr]
    assert len(selectors.photos_of(ticket, part=selectors.PROGRESS)) == 1


def test_words_are_put_in_by_a_button_without_a_script(city: City, client: Client) -> None:
    AnswerTemplate.objects.create(
        code="done", act="resolve", title_vi="Xong", title_en="Done", body_vi="Đã khắc phục.",
        body_en="It is mended.",
    )  # fmt: skip
    ticket = city.assigned()
    signed_in(client, city.lan)
    page = client.post(page_of(ticket), {"act": "resolve", "template": "done", "fill": "1"})
    assert ">\nĐã khắc phục.</textarea>" in page.content.decode()
    assert fresh(ticket).state == State.IN_PROGRESS


def test_an_officer_takes_asks_resolves_and_each_can_be_undone(city: City, client: Client) -> None:
    ticket = city.forwarded()
    signed_in(client, city.lan)
    page = act(client, ticket, Act.ASSIGN, person=city.lan.pk)
    assert 'name="act" value="release"' in page.partition("Undo")[0]
    act(client, ticket, Act.RELEASE)
    assert fresh(ticket).handling_person is None
    act(client, ticket, Act.ASSIGN, person=city.lan.pk)
    act(client, ticket, Act.ASK, text="Ở số nhà nào?")
    assert fresh(ticket).paused
    assert "the clock stands still" in text_of(client, page_of(ticket))
    services.citizen_says(ticket=fresh(ticket), text="Số 42", at=MONDAY_9AM)
    assert "waits to be read" in text_of(client, page_of(ticket))
    page = act(client, ticket, Act.RESOLVE, text="Đã dọn.", photos=picture())
    assert fresh(ticket).state == State.RESOLVED
    assert "Undo" in page
    act(client, ticket, Act.REOPEN, text="Undone at once")
    assert fresh(ticket).state == State.REOPENED


def test_the_message_of_what_was_done_is_shown_once(city: City, client: Client) -> None:
    ticket = city.forwarded()
    signed_in(client, city.lan)
    assert "Given to an officer." in act(client, ticket, Act.ASSIGN, person=city.lan.pk)
    assert "Given to an officer." not in text_of(client, page_of(ticket))


def test_a_report_is_given_to_a_colleague_of_its_post_only(city: City, client: Client) -> None:
    ticket = city.forwarded()
    mai = make_officer("mai", unit=city.river)
    signed_in(client, city.leader)
    page = text_of(client, page_of(ticket))
    assert mai.get_full_name() in page
    assert city.minh.get_full_name() not in page
    act(client, ticket, Act.ASSIGN, person=city.minh.pk)
    assert fresh(ticket).handling_person is None
    act(client, ticket, Act.ASSIGN, person=mai.pk)
    assert fresh(ticket).handling_person == mai


def test_handing_over_needs_a_reason(city: City, client: Client) -> None:
    ticket = city.forwarded()
    signed_in(client, city.lan)
    act(client, ticket, Act.FORWARD, to="00002:specialist", text="")
    assert fresh(ticket).handling_unit == city.river
    act(client, ticket, Act.FORWARD, to="00002:specialist", text="Thuộc địa bàn bên kia đường")
    assert fresh(ticket).handling_unit == city.hill


def test_a_partner_is_asked_while_the_post_watches(city: City, client: Client) -> None:
    make_partner()
    ticket = city.submit()
    signed_in(client, city.operator)
    page = act(client, ticket, Act.FORWARD, to="partner:water", text="")
    ticket = fresh(ticket)
    assert (ticket.handling_unit, ticket.handling_role) == (city.root, Role.DISPATCHER)
    assert "The link opens until" in page
    again = client.post(f"{page_of(ticket)}partner", follow=True)
    assert "A new link is on its way" in again.content.decode()


def test_doubles_stand_side_by_side_and_are_merged_and_taken_apart(
    city: City, client: Client
) -> None:
    into, ticket = city.forwarded(), city.forwarded()
    signed_in(client, city.operator)
    page = text_of(client, page_of(ticket))
    assert into.code in page
    assert "0 m" in page
    page = act(client, ticket, Act.MERGE, into=into.code)
    assert fresh(ticket).merged_into == into
    assert "Undo" in page
    act(client, ticket, Act.UNMERGE, text="Undone at once")
    assert fresh(ticket).merged_into is None
    assert "There is no report PA-NONE" in act(client, ticket, Act.MERGE, into="pa-none")


def test_a_complaint_goes_on_with_a_paper_that_can_be_taken_home(
    city: City, client: Client
) -> None:
    ticket = city.submit(text="Tôi khiếu nại quyết định xử phạt.")
    signed_in(client, city.operator)
    said = {"law": "complaint", "receiver": "Thanh tra", "signer_title": "Trực ban", "text": "Luật"}
    act(client, ticket, Act.TRANSFER, **said)
    assert fresh(ticket).state == State.RECEIVED, "the box was not ticked"
    page = act(client, ticket, Act.TRANSFER, sure="on", **said)
    assert fresh(ticket).state == State.TRANSFERRED
    link = page.partition("/paper/")[2].partition('"')[0]
    answer = client.get(f"{page_of(ticket)}paper/{link}")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    close_files(answer)
    assert client.get(f"{page_of(ticket)}paper/VB-NONE").status_code == 404
    signed_in(client, city.minh)
    assert client.get(f"{page_of(ticket)}paper/{link}").status_code == 404


def test_publishing_and_holding_back_undo_each_other(city: City, client: Client) -> None:
    ticket = city.resolved()
    signed_in(client, city.leader)
    page = act(client, ticket, Act.PUBLISH)
    assert fresh(ticket).state == State.PUBLISHED
    assert 'value="hold_back"' in page.partition("Undo")[0]
    act(client, ticket, Act.HOLD_BACK, text="Undone at once")
    assert fresh(ticket).visibility == Visibility.HELD


def test_somebody_faster_is_named_and_nothing_is_lost(city: City, client: Client) -> None:
    ticket = city.assigned()
    signed_in(client, city.lan)
    services.reject(ticket=fresh(ticket), reason="Trùng", by=city.leader, at=MONDAY_9AM)
    page = act(client, ticket, Act.RESOLVE, text="Đã dọn.")
    assert "This cannot be done now" in page


def test_the_page_never_says_who_reported(city: City, client: Client) -> None:
    contact = Contact(name="Lê Văn Dân", phone="0903123456")
    ticket = city.assigned(contact=contact)
    for officer in (city.operator, city.lan, city.leader):
        assert "0903123456" not in text_of(signed_in(client, officer), page_of(ticket))
    signed_in(client, city.leader)
    assert client.get(f"{page_of(ticket)}reporter").status_code == 403
    signed_in(client, city.lan)
    assert "0903123456" not in text_of(client, f"{page_of(ticket)}reporter")
    assert client.post(f"{page_of(ticket)}reporter", {"purpose": " "}).status_code == 422
    answer = client.post(f"{page_of(ticket)}reporter", {"purpose": "Gọi lại"})
    assert "0903123456" in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"


def test_a_message_is_written_and_what_was_unread_is_read(city: City, client: Client) -> None:
    ticket = city.assigned()
    services.citizen_says(ticket=ticket, text="Bao giờ xong?", at=MONDAY_9AM)
    assert fresh(ticket).unread_since == MONDAY_9AM
    signed_in(client, city.lan)
    assert "Bao giờ xong?" in text_of(client, page_of(ticket))
    assert ticket.title in text_of(client, f"{QUEUE}?show=unread")
    client.post(f"{page_of(ticket)}read")
    assert fresh(ticket).unread_since is None
    empty = client.post(f"{page_of(ticket)}say", {"text": ""})
    assert empty.status_code == 422
    client.post(f"{page_of(ticket)}say", {"text": "Thứ Sáu ạ."})
    assert selectors.messages_of(ticket)[-1].text == "Thứ Sáu ạ."


# --- Entry ---------------------------------------------------------------------------------------


def call(**changes: str) -> dict[str, str]:
    return {
        "channel": "phone", "text": "Cây đổ trước nhà.", "category": "trees",
        "address": "12 Bờ Sông", "unit": "00001", "phone": "0903123456", "name": "Dân", **changes,
    }  # fmt: skip


def test_a_call_is_written_down_with_a_receipt(city: City, client: Client) -> None:
    signed_in(client, city.lan)
    answer = client.post(NEW, call(), follow=True)
    ticket = Ticket.objects.get()
    page = answer.content.decode()
    assert (ticket.unit, ticket.channel, ticket.entered_by) == (
        city.river, "phone", city.lan.actor,
    )  # fmt: skip
    assert ticket.code in page
    assert "Secret code" in page
    assert "0903123456" not in page


def test_an_address_that_was_named_before_is_a_place(city: City, client: Client) -> None:
    city.submit(address="12 Bờ Sông")
    signed_in(client, city.lan)
    assert "12 Bờ Sông" in text_of(client, f"{NEW}/places?q=bo+song")
    client.post(NEW, call(unit="", category="waste", text="Mất nắp cống", seen="1"))
    ticket = Ticket.objects.latest("id")
    assert (ticket.lon, ticket.unit) == (106.65, city.river)
    # Another house of that street lies in the same ward, as far as anybody knows.
    client.post(NEW, call(unit="", address="99 Bờ Sông", text="Xe đỗ chắn lối", seen="1"))
    ticket = Ticket.objects.latest("id")
    assert (ticket.lon, ticket.unit) == (None, city.river)


def test_a_place_that_nobody_knows_asks_for_the_ward_and_loses_nothing(
    city: City, client: Client
) -> None:
    signed_in(client, city.lan)
    answer = client.post(NEW, call(unit="", address="Đâu đó"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "choose the ward" in page
    assert "Cây đổ trước nhà." in page
    assert not Ticket.objects.exists()


def test_what_was_reported_already_is_shown_before_and_the_caller_is_counted(
    city: City, client: Client
) -> None:
    first = city.submit(text="Cây đổ trước nhà.", address="12 Bờ Sông")
    signed_in(client, city.lan)
    page = client.post(NEW, call(unit="")).content.decode()
    assert first.code in page
    assert Ticket.objects.count() == 1
    client.post(NEW, call(unit="", same=first.code))
    client.post(NEW, call(unit="", same=first.code))
    assert fresh(first).me_too == 1, "one caller counts once"
    client.post(NEW, call(unit="", seen="1"))
    assert Ticket.objects.count() == 2


def test_danger_makes_a_call_urgent(city: City, client: Client) -> None:
    signed_in(client, city.lan)
    client.post(NEW, call(danger="114"))
    ticket = Ticket.objects.get()
    assert (ticket.urgency, ticket.danger) == ("urgent", "114")


# --- Who has how much ----------------------------------------------------------------------------


def test_a_leader_sees_who_has_how_much(city: City, client: Client) -> None:
    mai = make_officer("mai", unit=city.river)
    city.assigned()
    late = city.assigned(at=MONDAY_9AM - timedelta(days=30))
    city.forwarded()
    loads = selectors.loads_seen_by(
        city.leader, on=MONDAY, at=MONDAY_9AM, near=MONDAY_9AM + timedelta(days=1)
    )
    found = {(one.user, one.open, one.late) for one in loads}
    assert found == {(city.lan, 2, 1), (None, 1, 0), (mai, 0, 0)}
    signed_in(client, city.leader)
    page = text_of(client, f"{QUEUE}load")
    assert late.title in page
    assert city.minh.get_full_name() not in page


def test_the_load_asks_the_same_for_many_officers(city: City, client: Client) -> None:
    signed_in(client, city.leader)

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(f"{QUEUE}load")
        return len(found)

    city.assigned()
    asked()
    one = asked()
    for number in range(6):
        officer: User = make_officer(f"o{number}", unit=city.river)
        ticket = city.forwarded()
        services.assign(ticket=ticket, to=officer, by=city.leader, at=MONDAY_9AM)
    assert asked() == one
