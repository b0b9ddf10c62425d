"""Who applied is named to nobody by the way: not by the history, a paper, a visit, a file."""

from django.test import Client
from django.urls import reverse

from dothi.cases import selectors
from dothi.cases.choices import Act
from dothi.cases.services.papers import contents
from dothi.cases.services.records import step_of
from tests.authorisation.house import OWNER, House


def test_the_history_names_officers_and_no_applicant_who_was_signed_in(house: House) -> None:
    page = reverse("cases:dossier", args=[house["handled"].code])
    shown = house.client("handler").get(page).content.decode()
    assert house.owner.full_name not in shown
    assert house.office.officer.get_full_name() in shown


def test_neither_the_control_sheet_nor_the_portal_takes_an_applicant_for_an_officer(
    house: House,
) -> None:
    moves = selectors.history(house["handled"])
    sent, taken = moves[0], moves[1]
    assert (sent.act, sent.actor) == (Act.SUBMIT, house.owner.actor)
    rows = contents.control(house["handled"], moves)["table"]["rows"]
    assert [row[3] for row in rows[:2]] == ["", house.office.counter.get_full_name()]
    assert step_of(house["handled"], sent).person == ""
    assert step_of(house["handled"], taken).person == house.office.counter.get_full_name()


def test_an_officer_who_applies_is_an_applicant_there(house: House) -> None:
    house._submit("own", by=house.office.officer, account=house.office.officer)
    [sent] = selectors.history(house["own"])
    assert selectors.officers_in(house["own"], [sent]) == {}


def test_what_was_brought_on_the_same_visit_is_told_to_who_may_see_it(house: House) -> None:
    page = reverse("cases:dossier", args=[house.crossing.code])
    mate = house["owing"].code
    assert mate in house.client("counter").get(page).content.decode()
    assert mate not in house.client("outsider").get(page).content.decode()


def test_a_file_opens_in_the_session_that_opened_its_dossier_by_the_secret(house: House) -> None:
    client = Client()
    wanted = reverse("files:file", args=[house.file.code])
    client.get(reverse("cases:track", args=[house.made["received"].secret]))
    assert client.get(wanted).status_code == 404
    client.get(reverse("cases:track", args=[house.made["handled"].secret]))
    answer = client.get(wanted)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8\xff")  # type: ignore[attr-defined]
    assert OWNER["name"] not in str(answer.headers)
