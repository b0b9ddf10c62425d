"""Kiosk, number, screen, desk, appointments and figures as pages; who passes which door."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.tests.doors import answers, signed_in
from dothi.cases import live
from dothi.cases.choices import TurnState, VisitState
from dothi.cases.models import Appointment, Counter, ServiceGroup, SlotPlan, Turn
from dothi.cases.services import counters
from dothi.cases.tests.factories import MONDAY_9AM, Office, at, make_officer
from dothi.cases.tests.waiting import Hall
from dothi.core.access import selectors as access
from dothi.procedures import selectors as procedures

pytestmark = pytest.mark.django_db
DESK = "/desk/counter/"
ACT = "/desk/counter/act"
BOOK = "/visit/?unit=00001&group=A&day=2026-03-03&time=09:00"
PERSON = {"name": "Trần Thị Mẫu", "phone": "0901234567", "email": ""}


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(MONDAY_9AM, tick=False):
        yield


@pytest.fixture
def hall(office: Office) -> Hall:
    hall = Hall(office)
    hall.slots()
    return hall


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


# --- Who comes ------------------------------------------------------------------------------------


def test_a_number_is_taken_at_the_kiosk_and_has_a_page_of_its_own(
    hall: Hall, client: Client
) -> None:
    assert "Hộ tịch" in page(client, "/queue/00001/")
    hall.take()
    taken = client.post("/queue/00001/", {"group": "A"})
    assert taken.status_code == 302
    own = page(client, f"/en{taken['Location']}")
    assert "A002" in own
    assert "1 person is before you" in own
    assert "cannot be said yet" in own
    assert client.get("/queue/t/NOBODY-HAS-THIS").status_code == 404
    assert client.get(taken["Location"])["Referrer-Policy"] == "no-referrer"


def test_without_a_script_number_and_screen_load_themselves_anew_until_stopped(
    hall: Hall, client: Client
) -> None:
    own = client.post("/queue/00001/", {"group": "A"})["Location"]
    anew = '<noscript><meta http-equiv="refresh" content="{}"></noscript>'
    for path, seconds in ((own, 30), ("/queue/00001/screen", 10)):
        assert anew.format(seconds) in page(client, path)
        still = page(client, f"{path}?still=1")
        assert "http-equiv" not in still
        assert "Trang này đứng yên." in still
    client.post(own)
    assert "http-equiv" not in page(client, own), "what is over does not change any more"


def test_priority_is_one_press_and_nothing_is_asked(hall: Hall, client: Client) -> None:
    client.post("/queue/00001/", {"group": "A", "priority": "1"})
    assert Turn.objects.get().priority


def test_a_number_is_given_back_by_its_holder(hall: Hall, client: Client) -> None:
    own = client.post("/queue/00001/", {"group": "A"})["Location"]
    client.post(own)
    assert Turn.objects.get().state == TurnState.LEFT
    again = client.post(own, follow=True)
    assert "A001" in again.content.decode()


def test_at_night_the_kiosk_says_when_it_opens(hall: Hall, client: Client) -> None:
    with time_machine.travel(at("02T20:00"), tick=False):
        shown = page(client, "/en/queue/00001/")
        assert "3 March 2026" in shown or "03/03/2026" in shown
        assert client.post("/queue/00001/", {"group": "A"}).status_code == 409
    assert not Turn.objects.exists()


def test_who_takes_many_numbers_at_once_is_stopped(hall: Hall, client: Client) -> None:
    answers_given = [
        client.post("/queue/00001/", {"group": "A"}).status_code for _number in range(61)
    ]
    assert answers_given == [302] * 60 + [429]


def test_no_kiosk_where_no_group_is(hall: Hall, client: Client) -> None:
    assert client.get("/queue/00002/").status_code == 404
    assert client.get("/queue/00002/screen").status_code == 404
    assert "Bờ Sông" in page(client, "/queue/")


def test_the_screen_shows_calls_and_counts_and_no_secret(hall: Hall, client: Client) -> None:
    hall.seated()
    hall.take()
    hall.take()
    hall.next()
    for path in ("/en/queue/00001/screen", "/en/queue/00001/screen/now"):
        shown = page(client, path)
        assert "A001" in shown
        assert "Counter 1" in shown
        assert "A002" not in shown


def test_the_pages_of_a_hall_cost_the_same_whoever_waits(
    hall: Hall, client: Client, django_assert_max_num_queries: Any
) -> None:
    hall.seated()
    for more in (1, 12):
        for _number in range(more):
            hall.take()
        with django_assert_max_num_queries(8):
            page(client, "/queue/00001/screen")
        with django_assert_max_num_queries(10):
            page(client, "/queue/00001/")


def test_lists_of_the_desk_cost_the_same_however_long_they_are(
    hall: Hall, client: Client, django_assert_max_num_queries: Any
) -> None:
    hall.seated()
    signed_in(client, hall.hoa)
    client.get(DESK)
    for number in range(7):
        hall.take()
        counters.book_visit(
            group=hall.civil, starts_at=at(f"03T{8 + number % 3:02d}:{number % 2 * 30:02d}"),
            name="Trần Thị Mẫu", phone=f"090123450{number}", by="public", at=MONDAY_9AM,
        )  # fmt: skip
        if number in {0, 6}:
            for path, most in (
                (DESK, 22), ("/desk/counter/line", 17), ("/desk/counter/visits?day=2026-03-03", 12),
                ("/desk/counter/waits/", 12),
            ):  # fmt: skip
                with django_assert_max_num_queries(most):
                    page(client, path)


def test_only_offices_that_receive_today_are_offered(hall: Hall, client: Client) -> None:
    steward = make_officer("tam", unit=hall.office.root, role=Role.STEWARD)
    signed_in(client, steward)
    shown = page(client, "/desk/counter/arrange/")
    assert 'value="00001"' in shown
    assert f'value="{hall.office.root.code}"' not in shown


# --- The desk -------------------------------------------------------------------------------------


def act(client: Client, name: str, **more: object) -> str:
    return client.post(ACT, {"act": name, **more}, follow=True).content.decode()


def test_a_morning_at_the_counter(hall: Hall, client: Client) -> None:
    signed_in(client, hall.hoa)
    assert "Anh/chị phục vụ" in page(client, DESK) or "phục vụ" in page(client, DESK)
    act(client, "sit", counter=1)
    hall.take()
    hall.take()
    assert "A001" in act(client, "next")
    first = Turn.objects.get(label="A001")
    act(client, "again", turn=first.pk)
    act(client, "miss", turn=first.pk)
    assert Turn.objects.get(label="A001").state == TurnState.NO_SHOW
    act(client, "back", turn=first.pk)
    act(client, "next")
    second = Turn.objects.get(label="A002")
    act(client, "transfer", turn=second.pk, group="B")
    assert Turn.objects.get(label="A002").queue == hall.building
    act(client, "next")
    called = Turn.objects.get(state=TurnState.CALLED)
    act(client, "served", turn=called.pk, dossier="")
    act(client, "pause")
    act(client, "go_on")
    act(client, "up")
    assert Counter.objects.get(number=1).served_by is None


def test_a_number_for_somebody_leads_to_its_slip(hall: Hall, client: Client) -> None:
    signed_in(client, hall.hoa)
    answer = client.post(ACT, {"act": "take", "group": "B", "priority": "1"})
    assert answer["Location"].startswith("/queue/t/")
    assert Turn.objects.get().label == "B001"


def test_a_refusal_is_a_sentence_and_nonsense_is_not_found(hall: Hall, client: Client) -> None:
    signed_in(client, hall.hoa)
    act(client, "next")
    assert not Turn.objects.exclude(called_at=None).exists()
    assert client.post(ACT, {"act": "dance"}).status_code == 404
    assert client.post(ACT, {"act": "again", "turn": "77"}).status_code == 404
    assert client.post(ACT, {"act": "sit", "counter": "9"}).status_code == 404


def test_only_the_counter_officers_of_the_unit_call(hall: Hall, client: Client) -> None:
    doors = [DESK, "/desk/counter/line", "/desk/counter/visits"]
    assert answers(client, hall.hoa, doors) == [200] * 3
    assert answers(client, hall.office.officer, doors) == [403] * 3
    assert answers(client, hall.office.stranger, doors) == [403] * 3
    signed_in(client, hall.office.officer)
    assert client.post(ACT, {"act": "sit", "counter": 1}).status_code == 403
    signed_in(client, make_officer("xa", unit=hall.office.hill, role=Role.COUNTER))
    assert client.post(f"{ACT}?unit=00001", {"act": "sit", "counter": 1}).status_code == 403
    assert Counter.objects.filter(served_by=None).count() == 2


def test_who_sees_figures_who_takes_them_out_and_who_arranges(hall: Hall, client: Client) -> None:
    doors = ["/desk/counter/waits/", "/desk/counter/waits.csv", "/desk/counter/arrange/"]
    steward = make_officer("tam", unit=hall.unit, role=Role.STEWARD)
    assert answers(client, hall.hoa, doors) == [200, 403, 403]
    assert answers(client, hall.office.leader, doors) == [200, 200, 403]
    assert answers(client, steward, doors) == [403, 403, 200]
    signed_in(client, hall.hoa)
    assert client.post(doors[2], {"what": "stop", "id": "1"}).status_code == 403


def test_the_file_says_what_the_page_says(hall: Hall, client: Client) -> None:
    hall.seated()
    hall.take()
    hall.next(MONDAY_9AM + timedelta(minutes=6))
    signed_in(client, hall.office.leader)
    assert "6,0" in page(client, "/desk/counter/waits/")
    answer: Any = client.get("/en/desk/counter/waits.csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("A,Civil status,All,1,0,0,0,6.0")


def test_the_office_sets_groups_counters_and_plans(hall: Hall, client: Client) -> None:
    signed_in(client, make_officer("tam", unit=hall.unit, role=Role.STEWARD))
    door = "/desk/counter/arrange/"
    group = {"g-letter": "c", "g-name_vi": "Chính sách", "g-name_en": "Welfare"}
    assert client.post(door, {"what": "group", **group}).status_code == 302
    answer = client.post(door, {"what": "counter", "number": "3", "groups": ["C"]})
    assert answer.status_code == 302
    plan = {
        "group": "C", "weekday": "2", "opens": "08:00", "closes": "10:00", "minutes": "20",
        "capacity": "1",
    }  # fmt: skip
    assert client.post(door, {"what": "slots", **plan}).status_code == 302
    wrong = client.post(door, {"what": "slots", **plan, "closes": "07:00"})
    assert wrong.status_code == 422
    assert "Chính sách" in page(client, door)
    made = SlotPlan.objects.get(group__letter="C")
    client.post(door, {"what": "stop", "id": str(made.pk)})
    client.post(door, {"what": "close", "id": "3"})
    assert not SlotPlan.objects.filter(group__letter="C").exists()
    assert Counter.objects.get(number=3).valid_to is not None


def test_a_group_is_changed_with_what_it_has_and_closed_when_nobody_counts_on_it(
    hall: Hall, client: Client
) -> None:
    signed_in(client, make_officer("tam", unit=hall.unit, role=Role.STEWARD))
    door = "/desk/counter/arrange/"
    area = procedures.all_areas()[0].code
    named = {"g-letter": "B", "g-name_vi": "Xây dựng", "g-name_en": "Building"}
    client.post(door, {"what": "group", **named, "g-areas": [area]})
    changed = page(client, f"{door}?group=B")
    assert 'value="Xây dựng"' in changed
    assert f'value="{area}"' in changed
    assert ServiceGroup.objects.get(letter="B").areas == [area]
    served = client.post(door, {"what": "end", "id": "B"}, follow=True).content.decode()
    assert "Có quầy đang phục vụ nhóm này" in served
    client.post(door, {"what": "counter", "number": "1", "groups": ["A"]})
    client.post(door, {"what": "end", "id": "B"})
    assert ServiceGroup.objects.get(letter="B").valid_to is not None
    assert client.post(door, {"what": "end", "id": "Z"}).status_code == 404


# --- Appointments ---------------------------------------------------------------------------------


def booked(client: Client) -> str:
    """The secret of a new appointment."""
    assert client.post(BOOK, PERSON)["Location"] == "/visit/booked"
    assert page(client, "/visit/booked")
    secret: str = client.session["visit_secret"]
    return secret


def test_an_appointment_is_found_in_four_steps_and_kept_by_a_secret(
    hall: Hall, client: Client
) -> None:
    assert "unit=00001" in page(client, "/visit/")
    assert "group=A" in page(client, "/visit/?unit=00001")
    assert "2026-03-03" in page(client, "/visit/?unit=00001&group=A")
    assert "time=09:00" in page(client, "/visit/?unit=00001&group=A&day=2026-03-03")
    assert 'name="phone"' in page(client, BOOK)
    secret = booked(client)
    assert Appointment.objects.get().name == "Trần Thị Mẫu"
    assert secret in page(client, "/visit/booked")
    assert "Mẫu" not in page(client, f"/visit/a/{secret}")
    assert Client().get("/visit/booked").status_code == 302
    found = client.post("/visit/find", {"secret": secret.lower()})
    assert found["Location"].endswith(secret.lower())


def test_what_is_missing_is_said_and_what_was_written_stays(hall: Hall, client: Client) -> None:
    answer = client.post(BOOK, {**PERSON, "phone": "12"})
    assert answer.status_code == 422
    assert "Trần Thị Mẫu" in answer.content.decode()
    assert not Appointment.objects.exists()


def test_a_full_moment_leads_back_to_the_day(hall: Hall, client: Client) -> None:
    for number in (1, 2):
        client.post(BOOK, {**PERSON, "phone": f"090123450{number}"})
    answer = client.post(BOOK, PERSON)
    assert answer["Location"] == "/visit/?unit=00001&group=A&day=2026-03-03"


def test_moved_and_cancelled_by_the_link(hall: Hall, client: Client) -> None:
    own = f"/visit/a/{booked(client)}"
    assert "10:00" in page(client, f"{own}?day=2026-03-03")
    client.post(own, {"starts_at": "2026-03-03T10:00:00+07:00"})
    assert Appointment.objects.get().starts_at == at("03T10:00")
    client.post(own, {"act": "cancel"})
    assert Appointment.objects.get().state == VisitState.CANCELLED
    assert client.post(own, {"starts_at": "nonsense"}).status_code == 404
    assert client.get("/visit/?unit=00001&group=A&day=nonsense").status_code == 404


def test_the_list_of_the_day_masks_people_and_arrival_gives_a_number(
    hall: Hall, client: Client
) -> None:
    booked(client)
    visit = Appointment.objects.get()
    signed_in(client, hall.hoa)
    with time_machine.travel(at("03T08:50"), tick=False):
        door = "/desk/counter/visits"
        shown = page(client, door)
        assert "T. T. M." in shown
        assert "Mẫu" not in shown
        assert "0901234567" not in shown
        client.post(door, {"act": "open", "visit": visit.code, "purpose": " "})
        assert not access.looks_at([visit.subject])
        seen = client.post(door, {"act": "open", "visit": visit.code, "purpose": "Báo hoãn"})
        assert "Trần Thị Mẫu" in seen.content.decode()
        (look,) = access.looks_at([visit.subject])
        assert look.purpose == "Báo hoãn"
        answer = client.post(door, {"act": "arrive", "visit": visit.code})
        assert answer["Location"].startswith("/queue/t/")
        assert Turn.objects.get().slot_at == at("03T09:00")


# --- Live -----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_stream_tells_a_hall_of_its_own_numbers(hall: Hall) -> None:
    async def follow() -> list[str]:
        stream = live.frames("00001")
        found = [await anext(stream), await anext(stream)]
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.3)
        await asyncio.to_thread(_take, hall)
        found.append(await asyncio.wait_for(waiting, 20))
        await stream.aclose()  # type: ignore[attr-defined]
        return found

    told = asyncio.run(follow())
    assert told[1].startswith("event: changed")
    assert told[2] in {live.CHANGED, live.BEAT}


def _take(hall: Hall) -> None:
    from django.db import connection

    try:
        counters.take_turn(group=hall.civil, by="public", at=MONDAY_9AM)
    finally:
        connection.close()
