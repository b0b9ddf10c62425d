"""The worklist, a dossier and every act on it as pages of staff."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dothi.accounts.choices import Role
from dothi.accounts.tests.doors import answers, close_files, signed_in
from dothi.cases import selectors, services
from dothi.cases.choices import Act, Status
from dothi.cases.models import Consultation, Document, Dossier
from dothi.cases.tests.factories import MONDAY_9AM, Office, at, make_officer, make_result
from dothi.core.access import selectors as access
from dothi.core.attachments import services as attachments
from dothi.core.clocks.models import Clock
from dothi.core.worklists.models import SavedFilter

pytestmark = pytest.mark.django_db
QUEUE = "/en/desk/cases/"
SEES = {Role.COUNTER, Role.SPECIALIST, Role.LEADER, Role.AUDITOR}


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(at("03T09:00"), tick=False):
        yield


def page_of(dossier: Dossier) -> str:
    return f"{QUEUE}{dossier.code}/"


def text_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def fresh(dossier: Dossier) -> Dossier:
    return selectors.loaded().get(pk=dossier.pk)


def act(client: Client, dossier: Dossier, which: Act, **said: object) -> str:
    answer = client.post(page_of(dossier), {"act": which.value, **said}, follow=True)
    return answer.content.decode()


# --- Who may pass which door ---------------------------------------------------------------------

DOORS = {
    "/desk/cases/": set(Role),  # Everybody of the staff sees a list: an empty one.
    "/desk/cases/load": {Role.LEADER},
    "/desk/cases/new": {Role.COUNTER},
    "/desk/cases/export.csv": {Role.LEADER, Role.AUDITOR},
    "/desk/cases/export.xlsx": {Role.LEADER, Role.AUDITOR},
}


@pytest.mark.parametrize("role", Role)
def test_every_door_opens_for_the_posts_that_it_is_for(
    office: Office, role: Role, client: Client
) -> None:
    officer = make_officer("x", unit=office.river, role=role)
    got = dict(zip(DOORS, answers(client, officer, DOORS), strict=True))
    assert got == {door: 200 if role in roles else 403 for door, roles in DOORS.items()}


@pytest.mark.parametrize("role", Role)
def test_a_dossier_opens_for_the_posts_of_its_units_only(
    office: Office, role: Role, client: Client
) -> None:
    dossier = office.handled()
    here = make_officer("x", unit=office.river, role=role)
    there = make_officer("y", unit=office.hill, role=role)
    assert answers(client, here, [page_of(dossier)]) == [200 if role in SEES else 404]
    assert answers(client, there, [page_of(dossier)]) == [404]


@pytest.mark.parametrize("role", Role)
def test_what_a_post_may_not_do_is_refused_at_the_door(
    office: Office, role: Role, client: Client
) -> None:
    dossier = office.handled()
    signed_in(client, make_officer("x", unit=office.river, role=role))
    may = role in {Role.SPECIALIST, Role.LEADER}
    refused = 403 if role in SEES else 404
    answer = client.post(page_of(dossier), {"act": "stop", "text": "Không còn cần"})
    assert answer.status_code == (302 if may else refused)
    assert fresh(dossier).status == (Status.STOPPED if may else Status.HANDLED)


@pytest.mark.parametrize("which", ["", "submit", "finish", "agree", "x"])
def test_an_unknown_act_is_refused(office: Office, which: str, client: Client) -> None:
    dossier = office.handled()
    signed_in(client, office.officer)
    assert client.post(page_of(dossier), {"act": which}).status_code == 403


# --- The worklist --------------------------------------------------------------------------------


def test_what_nobody_has_looked_at_stands_above_what_is_due_later(
    office: Office, client: Client
) -> None:
    later, new = office.handled(), office.submitted().dossier
    signed_in(client, office.counter)
    shown = text_of(client, QUEUE)
    assert shown.index(new.code) < shown.index(later.code)


def test_the_list_pages_through_dossiers_without_a_due_day(office: Office) -> None:
    codes = {office.submitted().dossier.code for _ in range(3)}
    on, found, after = MONDAY_9AM.date(), [], ""
    while True:
        page = selectors.queue(office.counter, on=on, after=after, limit=1)
        found += [row.code for row in page.items]
        after = page.next
        if not after:
            break
    assert (set(found), len(found)) == (codes, 3)


def test_names_are_masked_in_the_list(office: Office, client: Client) -> None:
    office.handled()
    signed_in(client, office.officer)
    shown = text_of(client, QUEUE)
    assert "T. T. Mẫu" in shown
    assert "Trần Thị Mẫu" not in shown


def test_tabs_show_what_is_late_new_and_mine(office: Office, client: Client) -> None:
    new, mine = office.submitted().dossier, office.handled()
    signed_in(client, office.officer)
    assert new.code in text_of(client, f"{QUEUE}?show=new")
    assert mine.code not in text_of(client, f"{QUEUE}?show=new")
    assert mine.code in text_of(client, f"{QUEUE}?whose=mine")
    assert mine.code not in text_of(client, f"{QUEUE}?show=late")
    with time_machine.travel(at("2026-04-20T09:00"), tick=False):
        signed_in(client, office.officer)  # The session of March is over.
        assert mine.code in text_of(client, f"{QUEUE}?show=late")


def test_a_code_finds_a_dossier_wherever_it_stands(office: Office, client: Client) -> None:
    dossier = office.done(at=MONDAY_9AM)
    services.give(dossier=dossier, by=office.counter, at=MONDAY_9AM)
    signed_in(client, office.officer)
    assert dossier.code not in text_of(client, QUEUE)
    assert dossier.code in text_of(client, f"{QUEUE}?q={dossier.code}")


def test_what_was_received_here_and_is_decided_elsewhere_stays_in_sight(
    office: Office, client: Client
) -> None:
    given = office.permit_for(unit=office.hill)
    dossier = services.enter(
        application=given, by=office.counter, at=MONDAY_9AM, receiving_unit=office.river
    ).dossier
    signed_in(client, office.counter)
    assert dossier.code not in text_of(client, QUEUE)
    assert dossier.code in text_of(client, f"{QUEUE}?show=elsewhere")
    assert client.get(page_of(dossier)).status_code == 200


def test_the_list_costs_the_same_however_many_it_shows(office: Office, client: Client) -> None:
    signed_in(client, office.officer)
    office.handled()
    client.get(QUEUE)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get(QUEUE)
        counts.append(len(asked))
        office.handled()
        office.submitted()
    assert counts[0] == counts[1]
    assert counts[1] <= 16


def test_a_list_is_kept_under_a_name_and_forgotten(office: Office, client: Client) -> None:
    signed_in(client, office.officer)
    client.post("/desk/cases/filters", {"name": "Trễ", "query": "show=late&status="})
    kept = SavedFilter.objects.get(person_id=office.officer.pk)
    assert (kept.name, kept.query) == ("Trễ", "show=late")
    assert "Trễ" in text_of(client, QUEUE)
    signed_in(client, office.leader)
    client.post(f"/desk/cases/filters/{kept.pk}")
    assert SavedFilter.objects.filter(pk=kept.pk).exists()
    signed_in(client, office.officer)
    client.post(f"/desk/cases/filters/{kept.pk}")
    assert not SavedFilter.objects.filter(pk=kept.pk).exists()


def test_the_file_holds_no_names_of_applicants(office: Office, client: Client) -> None:
    dossier = office.handled()
    signed_in(client, office.leader)
    for form in ("csv", "xlsx"):
        answer = client.get(f"/en/desk/cases/export.{form}")
        assert answer.status_code == 200
        body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        if form == "csv":
            assert dossier.code in body.decode()
            assert "Mẫu" not in body.decode()
        close_files(answer)


# --- One dossier ---------------------------------------------------------------------------------


def test_people_are_masked_until_they_are_opened_with_a_purpose(
    office: Office, client: Client
) -> None:
    dossier = office.handled()
    signed_in(client, office.officer)
    shown = text_of(client, page_of(dossier))
    assert "Trần Thị Mẫu" not in shown
    assert "079190000001" not in shown
    assert "•••567" in shown
    assert not list(access.looks_at([dossier.subject]))
    opened = client.post(f"{page_of(dossier)}open", {"purpose": "Đối chiếu"}).content.decode()
    assert "Trần Thị Mẫu" in opened
    assert "079190000001" in opened
    look = access.looks_at([dossier.subject])[0]
    assert look.purpose == "Đối chiếu"
    assert "owner_id" in look.fields


def test_nothing_opens_without_a_purpose_or_for_another_post(
    office: Office, client: Client
) -> None:
    dossier = office.handled()
    signed_in(client, office.officer)
    refused = client.post(f"{page_of(dossier)}open", {"purpose": " "}, follow=True)
    assert "Trần Thị Mẫu" not in refused.content.decode()
    signed_in(client, office.leader)
    assert client.post(f"{page_of(dossier)}open", {"purpose": "x"}).status_code == 403
    assert not list(access.looks_at([dossier.subject]))


def test_a_file_opens_for_the_post_that_has_it_and_is_noted(office: Office, client: Client) -> None:
    dossier = office.handled()
    paper = Document.objects.filter(dossier=dossier).first()
    assert paper is not None
    taken = attachments.take(
        file=b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
        name="a.pdf", by="public", at=MONDAY_9AM, owner=paper.subject,
    )  # fmt: skip
    path = f"{page_of(dossier)}files/{taken.attachment.code}"
    signed_in(client, office.leader)
    assert client.post(path).status_code == 403
    signed_in(client, office.officer)
    answer = client.post(path)
    assert answer.status_code == 200
    close_files(answer)
    assert access.looks_at([dossier.subject])[0].fields == ["file"]
    assert client.post(f"{page_of(dossier)}files/nothing").status_code == 404


def test_a_life_at_the_desk(office: Office, client: Client) -> None:
    dossier = office.submitted().dossier
    signed_in(client, office.counter)
    assert "Receive it" in text_of(client, page_of(dossier))
    assert "the clock runs" in act(client, dossier, Act.RECEIVE, summary="Nhà ba tầng")
    signed_in(client, office.officer)
    act(client, dossier, Act.BEGIN)
    act(client, dossier, Act.HAND_OVER, outcome="fits", text="Đạt")
    make_result(fresh(dossier), at=at("03T09:00"))
    signed_in(client, office.leader)
    act(client, dossier, Act.HAND_OVER, outcome="signed")
    signed_in(client, office.counter)
    act(client, dossier, Act.GIVE, how="counter", text="Trao tận tay")
    last = fresh(dossier)
    assert (last.status, last.summary) == (Status.RETURNED, "Nhà ba tầng")
    assert "Nothing: it is closed." in text_of(client, page_of(dossier))


def test_papers_are_asked_for_and_taken_in(office: Office, client: Client) -> None:
    dossier = office.handled()
    signed_in(client, office.officer)
    assert "Please write something" not in act(
        client, dossier, Act.ASK, text="Thiếu bản vẽ móng", papers=["drawings"]
    )
    assert fresh(dossier).paused
    assert 'value="ask"' not in text_of(client, page_of(dossier))  # Once only.
    signed_in(client, office.counter)
    act(client, dossier, Act.SUPPLY, papers=["drawings"], other="Bản vẽ móng", form="copy")
    assert fresh(dossier).status == Status.HANDLED
    assert Document.objects.filter(dossier=dossier, code="other_1", given_at__isnull=False).exists()


def test_a_duty_is_asked_for_with_its_sum(office: Office, client: Client) -> None:
    dossier = office.handled()
    signed_in(client, office.officer)
    refused = act(client, dossier, Act.CHARGE, text="Thuế", amount="50000")
    assert "This is needed where there is an amount." in refused
    act(
        client, dossier, Act.CHARGE, text="Thuế", amount="50000", name="Thuế đất", kind="duty",
        source="Thông báo 12",
    )  # fmt: skip
    assert fresh(dossier).status == Status.PAYMENT
    assert "Thuế đất" in text_of(client, page_of(dossier))


def test_acts_that_hurt_need_a_reason(office: Office, client: Client) -> None:
    dossier = office.handled()
    signed_in(client, office.officer)
    answer = client.post(page_of(dossier), {"act": "stop", "text": " "})
    assert answer.status_code == 422
    assert fresh(dossier).status == Status.HANDLED


def test_it_is_put_off_returned_and_given_back_to_the_post(office: Office, client: Client) -> None:
    dossier = office.handled()
    before = dossier.due_at
    signed_in(client, office.officer)
    act(client, dossier, Act.EXTEND, amount=3, text="Chờ bản đồ")
    after = fresh(dossier)
    assert before is not None
    assert after.due_at is not None
    assert after.due_at > before
    act(client, dossier, Act.HAND_OVER, outcome="visit")
    act(client, dossier, Act.SEND_BACK, step="check", text="Xem lại")
    assert fresh(dossier).step == "check"
    assert "I take it" in text_of(client, page_of(dossier))
    act(client, dossier, Act.ASSIGN, person=office.officer.pk)
    assert fresh(dossier).handling_person == office.officer
    act(client, dossier, Act.RELEASE)
    assert fresh(dossier).handling_person is None


def test_an_officer_gives_to_nobody_else_and_a_leader_only_to_the_post(
    office: Office, client: Client
) -> None:
    dossier = office.handled()
    services.release(dossier=dossier, by=office.officer, at=at("03T09:00"))
    mate = make_officer("mai", unit=office.river)
    signed_in(client, office.officer)
    act(client, dossier, Act.ASSIGN, person=mate.pk)
    assert fresh(dossier).handling_person is None
    signed_in(client, office.leader)
    act(client, dossier, Act.ASSIGN, person=office.stranger.pk)
    assert fresh(dossier).handling_person is None
    act(client, dossier, Act.ASSIGN, person=mate.pk)
    assert fresh(dossier).handling_person == mate


def test_who_was_slower_reads_what_is_so_now(office: Office, client: Client) -> None:
    dossier = office.received()
    signed_in(client, office.officer)
    client.get(page_of(dossier))
    services.begin(
        dossier=fresh(dossier), by=make_officer("mai", unit=office.river), at=at("03T08:00")
    )
    said = act(client, dossier, Act.BEGIN)
    assert "Being handled" in said
    assert "This cannot be done now" in said


def test_an_agency_of_the_house_is_asked_and_answers(office: Office, client: Client) -> None:
    dossier = office.handled()
    signed_in(client, office.officer)
    act(
        client, dossier, Act.CONSULT, unit=office.hill.code, text="Có vướng quy hoạch không?",
        due_on="2026-03-09",
    )  # fmt: skip
    row = Consultation.objects.get(dossier=dossier)
    path = f"/en/desk/cases/consultations/{row.pk}/"
    assert "Send the answer" not in text_of(client, path)
    assert client.post(path, {"text": "Không"}).status_code == 403
    signed_in(client, office.stranger)
    assert "Có vướng quy hoạch không?" in text_of(client, path)
    assert client.get(page_of(dossier)).status_code == 404
    client.post(path, {"text": "Không vướng."})
    row.refresh_from_db()
    assert (row.answer, row.answered_by) == ("Không vướng.", office.stranger.actor)
    signed_in(client, make_officer("xa", unit=office.hill, role=Role.AUDITOR))
    assert client.get(path).status_code == 404


# --- Many at once --------------------------------------------------------------------------------


def test_many_are_received_and_one_refusal_stops_no_other(office: Office, client: Client) -> None:
    whole = office.submitted().dossier
    lacking = office.submitted(application=office.permit_for(papers=[])).dossier
    signed_in(client, office.counter)
    said = client.post(
        "/en/desk/cases/batch", {"act": "receive", "codes": [whole.code, lacking.code]}
    ).content.decode()
    assert "Done: 1 dossier" in said
    assert "Not done: 1 dossier" in said
    assert fresh(whole).status == Status.RECEIVED
    assert fresh(lacking).status == Status.NEW


def test_many_are_handed_over_and_given_to_an_officer(office: Office, client: Client) -> None:
    dossiers = [office.handled(), office.handled()]
    codes = [one.code for one in dossiers]
    signed_in(client, office.officer)
    asked = client.post("/en/desk/cases/batch", {"act": "hand_over", "codes": codes})
    assert "How does it end?" in asked.content.decode()
    client.post(
        "/desk/cases/batch", {"act": "hand_over", "codes": codes, "said": "1", "choice": "visit"}
    )
    assert {fresh(one).step for one in dossiers} == {"visit"}
    assert client.post("/desk/cases/batch", {"act": "assign", "codes": codes}).status_code == 403
    signed_in(client, office.leader)
    client.post(
        "/desk/cases/batch",
        {"act": "assign", "codes": codes, "said": "1", "choice": str(office.officer.pk)},
    )
    assert {fresh(one).handling_person for one in dossiers} == {office.officer}


# --- Who has how much ----------------------------------------------------------------------------


def test_leaders_read_who_has_how_much_and_at_which_step_it_is_late(
    office: Office, client: Client
) -> None:
    first, second = office.handled(), office.handled()
    services.advance(
        dossier=first, outcome="visit", by=office.officer, at=MONDAY_9AM + timedelta(hours=2)
    )
    with time_machine.travel(at("2026-04-20T09:00"), tick=False):
        signed_in(client, office.leader)
        shown = text_of(client, "/en/desk/cases/load")
        on, now = at("2026-04-20T09:00").date(), at("2026-04-20T09:00")
        steps = {one.step: one for one in selectors.steps_seen_by(office.leader, on=on, at=now)}
    assert second.code in shown
    assert office.officer.get_full_name() in shown
    assert (steps["check"].open, steps["check"].late, steps["check"].left) == (1, 1, 1)
    assert steps["check"].hours == 2.0
    assert steps["visit"].open == 1
    assert Clock.objects.exists()
