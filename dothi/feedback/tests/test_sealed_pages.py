"""The pages of the protected channel: who may pass, what they show and what they keep back."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from dothi.accounts.choices import Role
from dothi.accounts.tests.doors import signed_in
from dothi.feedback.models import SealedReport
from dothi.feedback.tests.factories import City, make_officer
from dothi.feedback.tests.test_sealed import FIRST, SECOND, THIRD, WORDS, Seats

WRITE, OPEN = "/en/feedback/protected/", "/en/feedback/protected/open"
LIST, SEATS = "/en/desk/feedback/sealed/", "/en/desk/feedback/sealed/seats"
pytestmark = pytest.mark.usefixtures("time_machine_monday", "light_passphrases")


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """Pages in English leave the language of the thread as they found it."""
    with translation.override(translation.get_language()):
        yield


@pytest.fixture
def light_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nacl.pwhash.argon2id.OPSLIMIT_MODERATE", 1)
    monkeypatch.setattr("nacl.pwhash.argon2id.MEMLIMIT_MODERATE", 8192)


@pytest.fixture
def seats(city: City) -> Seats:
    return Seats(city)


def write(client: Client, text: str = WORDS, **headers: Any) -> Any:
    return client.post(WRITE, {"conduct": "corruption", "text": text}, **headers)


def code_in(response: Any) -> str:
    found = re.search(r'class="secret code">([0-9A-Z-]+)<', response.content.decode())
    assert found
    return found[1]


def everything() -> dict[str, int]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        counts = {}
        for table in tables:
            cursor.execute(f'select count(*) from "{table}"')
            row = cursor.fetchone()
            counts[table] = row[0] if row else 0
    return counts


# --- Whoever writes ------------------------------------------------------------------------------


def test_a_report_is_written_and_read_again_with_the_code_alone(seats: Seats) -> None:
    code = code_in(write(Client(enforce_csrf_checks=True)))
    seats.reply("Việc xảy ra ngày nào?")
    answer = Client(enforce_csrf_checks=True).post(OPEN, {"code": code.lower()})
    assert WORDS in answer.content.decode()
    assert "Việc xảy ra ngày nào?" in answer.content.decode()
    more = Client().post(OPEN, {"code": code, "text": "Thứ Hai tuần trước."})
    assert "Your message is sealed and sent." in more.content.decode()
    assert seats.open() == [WORDS, "Việc xảy ra ngày nào?", "Thứ Hai tuần trước."]


def test_a_visit_leaves_no_cookie_no_copy_and_no_trail(seats: Seats) -> None:
    client = Client()
    code = code_in(write(client))
    visits = [client.get(WRITE), client.get(OPEN), client.post(OPEN, {"code": code})]
    for response in [*visits, write(client)]:
        assert not response.cookies
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "no-referrer"
        assert "script-src 'none'" in response["Content-Security-Policy"]
        assert "<script" not in response.content.decode()
        assert code not in response.request["PATH_INFO"] + response.request["QUERY_STRING"]
    assert not client.cookies


def test_nothing_in_the_whole_database_changes_but_the_sealed_rows(seats: Seats) -> None:
    """No limit, session, count of visits, event or audit row tells that somebody was here."""
    before = everything()
    client = Client(REMOTE_ADDR="203.0.113.77", HTTP_USER_AGENT="Seldom/1.0")
    client.get(WRITE)
    code = code_in(write(client))
    client.post(OPEN, {"code": code})
    client.post(OPEN, {"code": code, "text": "Thêm."})
    client.post(OPEN, {"code": "wrong"})
    changed = {name: rows - before[name] for name, rows in everything().items()}
    assert {name: more for name, more in changed.items() if more} == {
        "feedback_sealedreport": 1,
        "feedback_sealedmessage": 2,
    }


def test_who_is_signed_in_writes_as_unknown_as_anybody(seats: Seats, city: City) -> None:
    client = signed_in(Client(), city.lan)
    before = everything()
    write(client)
    changed = {name for name, rows in everything().items() if rows != before[name]}
    assert changed == {"feedback_sealedreport", "feedback_sealedmessage"}


def test_a_form_of_another_site_is_refused(seats: Seats) -> None:
    assert write(Client(), HTTP_SEC_FETCH_SITE="cross-site").status_code == 403
    assert write(Client(), HTTP_SEC_FETCH_SITE="same-origin").status_code == 200
    assert SealedReport.objects.count() == 1


def test_a_form_that_is_not_right_keeps_what_was_written(seats: Seats) -> None:
    response = Client().post(WRITE, {"text": "Chuyện đã kể."})
    assert response.status_code == 422
    assert "Chuyện đã kể." in response.content.decode()
    assert Client().post(OPEN, {"code": "0" * 26}).status_code == 422
    code = code_in(write(Client()))
    long = Client().post(OPEN, {"code": code, "text": "x" * 20_001})
    assert long.status_code == 422
    assert "x" * 20_001 in long.content.decode()


def test_with_an_empty_seat_the_page_says_so_and_takes_nothing(city: City) -> None:
    page = Client().get(WRITE).content.decode()
    assert "The channel is closed just now." in page
    assert "<textarea" not in page
    assert "try again later" in write(Client()).content.decode() or not SealedReport.objects.count()


def test_the_page_names_both_holders_and_asks_for_no_opinion(seats: Seats) -> None:
    page = Client().get(WRITE).content.decode()
    for officer in (seats.oanh, seats.son):
        assert officer.get_full_name() in page
    assert "Not for what somebody thinks or believes." in page
    assert "tel:113" in page


def test_flooding_is_answered_with_come_back_later(seats: Seats) -> None:
    client = Client(REMOTE_ADDR="203.0.113.99")
    answers = [client.post(WRITE, {"conduct": "", "text": ""}).status_code for _ in range(21)]
    assert answers[:20] == [422] * 20
    assert answers[20] == 429


# --- The two holders -----------------------------------------------------------------------------


def address(report: SealedReport) -> str:
    return f"{LIST}{report.pk}/"


@pytest.mark.parametrize(
    "role",
    [Role.ADMINISTRATOR, Role.AUDITOR, Role.LEADER, Role.DISPATCHER, Role.SPECIALIST, Role.STEWARD],
)
def test_every_door_is_closed_to_everybody_else(seats: Seats, city: City, role: Role) -> None:
    write(Client())
    report = SealedReport.objects.get()
    officer = signed_in(Client(), make_officer("khac", unit=city.root, role=role))
    for url in (LIST, SEATS, address(report)):
        assert officer.get(url).status_code == 403
        assert officer.post(url, {"act": "close"}).status_code == 403
    assert officer.post("/en/desk/feedback/sealed/withdraw", {"seat": "first"}).status_code == 403
    report.refresh_from_db()
    assert report.closed_on is None


def test_who_is_not_signed_in_is_sent_to_signed_in(seats: Seats) -> None:
    write(Client())
    for url in (LIST, SEATS, address(SealedReport.objects.get())):
        assert Client().get(url).status_code == 302


def test_a_successor_sees_no_report_before_the_hand_over(seats: Seats, city: City) -> None:
    write(Client())
    nga = signed_in(Client(), make_officer("nga", unit=city.root, role=Role.HOLDER))
    assert nga.get(address(SealedReport.objects.get())).status_code == 404


def test_the_list_says_subject_day_and_state_and_nothing_more(seats: Seats) -> None:
    write(Client())
    page = signed_in(Client(), seats.oanh).get(LIST).content.decode()
    assert "Corruption" in page
    assert "To read" in page
    assert WORDS not in page


def test_both_open_it_in_two_steps_and_reply(seats: Seats) -> None:
    code = code_in(write(Client()))
    desk, url = signed_in(Client(), seats.oanh), address(SealedReport.objects.get())
    assert WORDS not in desk.get(url).content.decode()
    step = desk.post(url, {"act": "first", "purpose": "Xem xét", "passphrase": FIRST})
    assert WORDS not in step.content.decode()
    assert FIRST not in step.content.decode()
    half = step.context["second_form"].initial["half"]
    wrong = desk.post(url, {"act": "second", "half": half, "passphrase": FIRST})
    assert wrong.status_code == 422
    assert WORDS not in wrong.content.decode()
    opened = desk.post(url, {"act": "second", "half": half, "passphrase": SECOND})
    assert WORDS in opened.content.decode()
    assert opened["Cache-Control"] == "no-store"
    refused = desk.post(url, {"act": "reply", "text": "Ngày nào?", "passphrase": SECOND})
    assert refused.status_code == 422
    assert "Ngày nào?" in refused.content.decode()
    sent = desk.post(url, {"act": "reply", "text": "Ngày nào?", "passphrase": FIRST})
    assert sent.status_code == 302
    assert "Ngày nào?" in Client().post(OPEN, {"code": code}).content.decode()


def test_a_holder_closes_a_report(seats: Seats) -> None:
    write(Client())
    report = SealedReport.objects.get()
    assert signed_in(Client(), seats.son).post(address(report), {"act": "close"}).status_code == 302
    report.refresh_from_db()
    assert report.closed_on is not None


def test_a_seat_is_taken_with_a_passphrase_typed_twice(city: City) -> None:
    oanh = signed_in(Client(), make_officer("oanh", unit=city.root, role=Role.HOLDER))
    form = {"act": "enrol", "seat": "first", "passphrase": FIRST, "again": "cau khac hoan toan"}
    assert oanh.post(SEATS, form).status_code == 422
    done = oanh.post(SEATS, {**form, "again": FIRST})
    assert done["Cache-Control"] == "no-store"
    assert re.fullmatch(r"([0-9A-Z]{5}-){5}[0-9A-Z]", code_in(done))
    assert "the seat is empty" in oanh.get(LIST).content.decode()


def test_a_seat_is_handed_over_on_the_page(seats: Seats, city: City) -> None:
    write(Client())
    nga_user = make_officer("nga", unit=city.root, role=Role.HOLDER)
    nga = signed_in(Client(), nga_user)
    nga.post(SEATS, {"act": "enrol", "seat": "first", "passphrase": THIRD, "again": THIRD})
    form = {"act": "hand_over", "seat": "first", "leaving": "khong phai cau nay"}
    assert nga.post(SEATS, {**form, "staying": SECOND}).status_code == 422
    assert nga.post(SEATS, {**form, "leaving": FIRST, "staying": SECOND}).status_code == 302
    assert seats.open(first_passphrase=THIRD, by=nga_user) == [WORDS]
    gone = signed_in(Client(), seats.oanh)
    assert gone.get(address(SealedReport.objects.get())).status_code == 404


def test_a_successor_is_taken_back_on_the_page(seats: Seats, city: City) -> None:
    nga = signed_in(Client(), make_officer("nga", unit=city.root, role=Role.HOLDER))
    nga.post(SEATS, {"act": "enrol", "seat": "first", "passphrase": THIRD, "again": THIRD})
    assert "waits to take over" in nga.get(LIST).content.decode()
    nga.post("/en/desk/feedback/sealed/withdraw", {"seat": "first"})
    assert "waits to take over" not in nga.get(LIST).content.decode()


def test_the_list_asks_the_database_the_same_for_many(
    seats: Seats, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        seats_report()
    desk = signed_in(Client(), seats.oanh)
    desk.get(LIST)
    with django_assert_max_num_queries(14):
        desk.get(LIST)


def seats_report() -> None:
    from dothi.feedback.tests.test_sealed import report

    report()
