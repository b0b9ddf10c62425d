"""What a subject asks: at the desk, on the report, and in the catalogue that stewards keep."""

from datetime import date

import pytest
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.tests.doors import answers, signed_in
from dothi.feedback import selectors, services
from dothi.feedback.choices import AnswerKind
from dothi.feedback.models import ApiKey, Question, Ticket
from dothi.feedback.selectors.programs import program_of
from dothi.feedback.services import CatalogueRefused
from dothi.feedback.tests.factories import MONDAY, MONDAY_9AM, SINCE, City, make_officer

pytestmark = pytest.mark.usefixtures("time_machine_monday")
NEW = "/en/desk/feedback/new"
SHELF = "/en/desk/feedback/catalogue"
CALL = {
    "channel": "phone", "text": "Cây sắp đổ trước nhà.", "category": "trees", "unit": "00001",
    "phone": "0903123456",
}  # fmt: skip


def ask(city: City, **changes: object) -> Question:
    wanted: dict[str, object] = {
        "category": city.trees, "code": "height", "kind": AnswerKind.ONE, "label_vi": "Cây cao?",
        "label_en": "How tall is it?", "required": True, "valid_from": SINCE, "by": "system",
        "options": ["low = Thấp | Low", "tall = Cao | Tall"], "at": MONDAY_9AM, **changes,
    }  # fmt: skip
    return services.set_question(**wanted)  # type: ignore[arg-type]


@pytest.fixture
def desk(city: City, client: Client) -> Client:
    return signed_in(client, city.operator)


@pytest.fixture
def steward(city: City, client: Client) -> Client:
    return signed_in(client, make_officer("quan", unit=city.root, role=Role.STEWARD))


def test_the_caller_is_asked_what_the_subject_asks(city: City, desk: Client) -> None:
    ask(city)
    page = desk.post(NEW, CALL).content.decode()
    assert "Please ask the caller this, too" in page
    assert "How tall is it?" in page
    assert not Ticket.objects.exists(), "nothing is sent before the caller was asked"
    unanswered = desk.post(NEW, {**CALL, "asked": "trees"})
    assert unanswered.status_code == 422, "this question must be answered"
    assert "Cây sắp đổ trước nhà." in unanswered.content.decode()
    desk.post(NEW, {**CALL, "asked": "trees", "q_height": "tall"})
    assert Ticket.objects.get().attributes == {"height": "tall"}


def test_the_report_page_shows_what_was_answered(city: City, desk: Client) -> None:
    ask(city)
    ticket = city.submit(answers={"height": ["tall"]})
    page = desk.get(f"/en/desk/feedback/{ticket.code}/").content.decode()
    assert "<dt>How tall is it?</dt><dd>Tall</dd>" in page


def test_a_subject_about_officers_names_the_protected_channel(city: City, client: Client) -> None:
    questions = client.get("/en/feedback/questions?category=conduct").content.decode()
    assert "/en/feedback/protected/" in questions
    assert "protected" not in client.get("/en/feedback/questions?category=trees").content.decode()
    sent = {"category": "conduct", "text": "Anh ấy nạt dân.", "unit": "00001"}
    page = client.post("/en/feedback/", sent).content.decode()
    assert "One last look" in page, "without a script it is said before the report goes off"
    assert not Ticket.objects.exists()
    client.post("/en/feedback/", {**sent, "asked": "conduct", "seen": "1"})
    assert Ticket.objects.count() == 1


def filled(**changes: str) -> dict[str, str]:
    return {
        "category": "trees", "code": "height", "label_vi": "Cây cao?", "label_en": "How tall?",
        "kind": "singlevaluelist", "options": "low = Thấp | Low\ntall = Cao", "order": "10",
        "required": "on", "valid_from": "2026-03-02", **changes,
    }  # fmt: skip


def test_a_steward_adds_a_question_and_changes_it_from_a_day_on(
    city: City, steward: Client
) -> None:
    assert steward.post(f"{SHELF}/questions/add", filled()).status_code == 302
    row = Question.objects.get()
    assert row.options[1] == {"key": "tall", "vi": "Cao", "en": "Cao"}
    assert "How tall?" in steward.get(f"{SHELF}/questions/").content.decode()
    assert "low = Thấp | Low" in steward.get(f"{SHELF}/questions/{row.pk}").content.decode()
    later = filled(label_en="How high?", valid_from="2026-04-01", category="waste")
    steward.post(f"{SHELF}/questions/{row.pk}", later)
    known = selectors.catalogue.current()
    before = known.questions(city.trees.pk, on=MONDAY)
    after = known.questions(city.trees.pk, on=date(2026, 4, 1))
    assert [one.label_en for one in (*before, *after)] == ["How tall?", "How high?"]
    steward.post(f"{SHELF}/questions/{after[0].pk}/end", {"on": "2026-05-01"})
    assert not selectors.catalogue.current().questions(city.trees.pk, on=date(2026, 5, 1))


@pytest.mark.parametrize("options", ["", "tall", "= Cao", "a = Cao\na = Thấp"])
def test_a_list_without_good_answers_is_refused(city: City, steward: Client, options: str) -> None:
    answer = steward.post(f"{SHELF}/questions/add", filled(options=options))
    assert answer.status_code == 422
    assert "Cây cao?" in answer.content.decode(), "what was typed stays"
    with pytest.raises(CatalogueRefused):
        ask(city, options=options.splitlines())


# --- Keys of programs ----------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_only_stewards_and_administrators_see_the_keys(
    city: City, role: Role, client: Client
) -> None:
    may = role in {Role.STEWARD, Role.ADMINISTRATOR}
    officer = make_officer("x", unit=city.root, role=role)
    assert answers(client, officer, [f"{SHELF}/programs/"]) == [200 if may else 403]
    assert (client.post(f"{SHELF}/programs/", {}).status_code == 403) != may
    assert (client.post(f"{SHELF}/programs/a/end").status_code == 403) != may


def test_a_key_is_shown_once_and_ends(steward: Client) -> None:
    sent = {"name": "App của phường", "code": "app", "per_hour": "500"}
    answer = steward.post(f"{SHELF}/programs/", sent)
    key = answer.content.decode().partition('class="secret">')[2].partition("<")[0]
    assert "no-store" in answer["Cache-Control"]
    program = program_of(key)
    assert program is not None
    assert (program.code, program.per_hour) == ("app", 500)
    page = steward.get(f"{SHELF}/programs/").content.decode()
    assert "App của phường" in page
    assert key not in page
    again = steward.post(f"{SHELF}/programs/", sent)
    assert again.status_code == 422
    assert "Another program has this code." in again.content.decode()
    steward.post(f"{SHELF}/programs/app/end")
    assert program_of(key) is None
    assert ApiKey.objects.get().ended_at == MONDAY_9AM
    assert "Ended" in steward.get(f"{SHELF}/programs/").content.decode()


# --- Columns of the worklist ---------------------------------------------------------------------


def test_columns_are_chosen_and_stay_with_the_address(city: City, desk: Client) -> None:
    city.submit()
    whole = desk.get("/en/desk/feedback/").content.decode()
    assert whole.count('<th scope="col">') == 5
    few = desk.get("/en/desk/feedback/?cols=state&cols=time&cols=nonsense").content.decode()
    assert few.count('<th scope="col">') == 3
    assert "&amp;cols=state&amp;cols=time" in few, "the other worklists keep the columns"
    desk.post("/en/desk/feedback/filters", {"name": "Gọn", "query": "cols=state&cols=time"})
    assert "?cols=state&amp;cols=time" in desk.get("/en/desk/feedback/").content.decode()
