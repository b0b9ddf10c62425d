"""Stewards keep the catalogue: what holds, since when, by which decision."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dothi.accounts.choices import Role
from dothi.accounts.tests.doors import answers, signed_in
from dothi.core.audit.models import Entry
from dothi.feedback import selectors, services
from dothi.feedback.choices import Duty, Parameter, Urgency
from dothi.feedback.models import AnswerTemplate, Category, Partner, Route, Setting, TimeLimit
from dothi.feedback.tests.factories import (
    MONDAY,
    MONDAY_9AM,
    SINCE,
    SOURCE,
    City,
    make_officer,
)

pytestmark = pytest.mark.usefixtures("time_machine_monday")
BASE = "/en/desk/feedback/catalogue"
SHELVES = ("subjects", "questions", "routes", "limits", "figures", "partners", "templates")


@pytest.fixture
def steward(city: City, client: Client) -> Client:
    return signed_in(client, make_officer("quan", unit=city.root, role=Role.STEWARD))


@pytest.mark.parametrize("role", Role)
def test_only_stewards_and_administrators_keep_the_catalogue(
    city: City, role: Role, client: Client
) -> None:
    officer = make_officer("x", unit=city.root, role=role)
    paths = [f"{BASE}/{name}/{rest}" for name in SHELVES for rest in ("", "add")]
    may = role in {Role.STEWARD, Role.ADMINISTRATOR}
    assert set(answers(client, officer, paths)) == {200 if may else 403}
    for path in (f"{BASE}/subjects/add", f"{BASE}/subjects/1/end", "/desk/feedback/routes/1/move"):
        assert (client.post(path, {}).status_code == 403) != may


def test_what_is_not_there_is_not_found(steward: Client) -> None:
    for path in (f"{BASE}/nothing/", f"{BASE}/subjects/999", f"{BASE}/nothing/add"):
        assert steward.get(path).status_code == 404


def subject(**changes: str) -> dict[str, str]:
    return {
        "code": "parks", "name_vi": "Công viên", "name_en": "Parks", "group": "city",
        "group_vi": "Đô thị", "group_en": "City", "order": "40", "valid_from": "2026-03-01",
        **changes,
    }  # fmt: skip


def test_a_subject_is_added_changed_and_ended(steward: Client) -> None:
    steward.post(f"{BASE}/subjects/add", subject())
    row = Category.objects.get(code="parks")
    assert selectors.catalogue.current().category("parks", on=MONDAY) is not None
    steward.post(f"{BASE}/subjects/{row.pk}", subject(code="other", name_vi="Công viên, cây"))
    row.refresh_from_db()
    assert (row.code, row.name_vi) == ("parks", "Công viên, cây"), "a code stays for ever"
    steward.post(f"{BASE}/subjects/{row.pk}/end", {"on": "2026-02-01"})
    row.refresh_from_db()
    assert row.valid_to is None, "it cannot end before it begins"
    steward.post(f"{BASE}/subjects/{row.pk}/end", {"on": "2026-03-02"})
    assert selectors.catalogue.current().category("parks", on=MONDAY) is None
    acts = list(Entry.objects.filter(subject__contains="category").values_list("act", flat=True))
    assert acts[-3:] == [
        "feedback.set_category", "feedback.set_category", "feedback.end_category",
    ]  # fmt: skip


def test_bad_input_is_explained_and_kept(steward: Client) -> None:
    answer = steward.post(f"{BASE}/subjects/add", subject(code="trees", name_vi="Cây khác"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This code is taken." in page
    assert "Cây khác" in page
    answer = steward.post(f"{BASE}/figures/add", {"parameter": "wait_days", "value": "0"})
    assert answer.status_code == 422
    assert steward.post(f"{BASE}/figures/1/end", {"on": "x"}).status_code in {302, 404}


def test_a_figure_holds_from_its_day_on(steward: Client) -> None:
    known = {"parameter": "wait_days", "source": "QĐ 1/QĐ-UBND", "valid_from": "2026-03-02"}
    steward.post(f"{BASE}/figures/add", {**known, "value": "7"})
    assert selectors.catalogue.current().parameter(Parameter.WAIT_DAYS, on=MONDAY) == 7
    row = Setting.objects.get()
    later = {**known, "value": "9", "valid_from": "2026-04-01"}
    steward.post(f"{BASE}/figures/{row.pk}", later)
    current = selectors.catalogue.current()
    assert current.parameter(Parameter.WAIT_DAYS, on=date(2026, 3, 31)) == 7
    assert current.parameter(Parameter.WAIT_DAYS, on=date(2026, 4, 1)) == 9


def test_a_time_limit_of_a_subject_is_set(city: City, steward: Client) -> None:
    said = {
        "duty": "answer", "category": "waste", "urgency": "normal", "amount": "3",
        "unit": "work_days", "start": "at_once", "resume": "continue", "max_extensions": "1",
        "max_extension": "5", "kind": "norm", "source": "QĐ 2/QĐ-UBND", "valid_from": "2026-03-02",
    }  # fmt: skip
    answer = steward.post(f"{BASE}/limits/add", said)
    assert answer.status_code == 302, answer.content.decode()
    limit = selectors.catalogue.current().limit(
        Duty.ANSWER, category_id=city.waste.pk, urgency=Urgency.NORMAL, on=MONDAY
    )
    assert limit is not None
    assert (limit.spec.amount, limit.spec.basis) == (3, "QĐ 2/QĐ-UBND")
    row = TimeLimit.objects.get(category=city.waste)
    assert 'value="3"' in steward.get(f"{BASE}/limits/{row.pk}").content.decode()


def test_partners_and_templates_are_kept(steward: Client) -> None:
    steward.post(
        f"{BASE}/partners/add",
        {"code": "gas", "name_vi": "Khí đốt", "name_en": "Gas", "email": "a@gas.example",
         "language": "vi", "valid_from": "2026-03-02"},
    )  # fmt: skip
    assert Partner.objects.get(code="gas").email == "a@gas.example"
    words = {
        "code": "soon", "act": "resolve", "title_vi": "Sắp xong", "title_en": "Soon",
        "body_vi": "Sắp xong.", "body_en": "Soon.",
    }  # fmt: skip
    steward.post(f"{BASE}/templates/add", words)
    row = AnswerTemplate.objects.get(code="soon")
    steward.post(f"{BASE}/templates/{row.pk}/end")
    assert not selectors.templates_for(act="resolve", category_id=None)
    steward.post(f"{BASE}/templates/{row.pk}", {**words, "body_vi": "Xong."})
    assert selectors.templates_for(act="resolve", category_id=None)[0].body_vi == "Xong."


# --- Routes --------------------------------------------------------------------------------------


def rule(**changes: str) -> dict[str, str]:
    return {
        "order": "10", "category": "trees", "to_role": "specialist", "source": SOURCE,
        "valid_from": "2026-03-02", **changes,
    }  # fmt: skip


def test_a_rule_is_added_tried_changed_and_ended(city: City, steward: Client) -> None:
    trial = f"{BASE}/routes/?category=trees&unit=00001&channel=web"
    assert "No rule fits" in steward.get(trial).content.decode()
    steward.post(f"{BASE}/routes/add", rule())
    assert "Rule 10: Phường Bờ Sông, Specialist." in steward.get(trial).content.decode()
    assert city.submit().handling_unit == city.river
    row = Route.objects.get()
    steward.post(f"{BASE}/routes/{row.pk}", rule(to_unit="00002"))
    assert "Rule 10: Phường Trên Đồi" in steward.get(trial).content.decode()
    assert Route.objects.count() == 1, "a rule that never held for a day leaves nothing behind"
    steward.post(f"{BASE}/routes/{Route.objects.get().pk}/end", {"on": "2026-03-02"})
    assert "No rule fits" in steward.get(trial).content.decode()


def test_a_rule_holds_only_in_its_hours_and_days(city: City, steward: Client) -> None:
    half = steward.post(f"{BASE}/routes/add", rule(from_hour="22:00"))
    assert "both times" in half.content.decode()
    steward.post(f"{BASE}/routes/add", rule(from_hour="22:00", to_hour="06:00", weekdays="0"))
    trial = f"{BASE}/routes/?category=trees&unit=00001&channel=web&moment="
    assert "Rule 10" in steward.get(f"{trial}2026-03-02T23:00").content.decode()
    assert "No rule fits" in steward.get(f"{trial}2026-03-02T12:00").content.decode()
    assert "No rule fits" in steward.get(f"{trial}2026-03-03T23:00").content.decode()


def test_two_rules_cannot_have_one_place(city: City, steward: Client) -> None:
    steward.post(f"{BASE}/routes/add", rule())
    answer = steward.post(f"{BASE}/routes/add", rule(category="waste"))
    assert answer.status_code == 422
    assert "Another rule has this place" in answer.content.decode()


def test_rules_change_places(city: City, steward: Client) -> None:
    for order in (10, 20, 30):
        services.add_route(
            order=order, to_role=Role.SPECIALIST, valid_from=SINCE, source=str(order), by="system",
            at=MONDAY_9AM,
        )  # fmt: skip

    def ordered() -> list[str]:
        return list(Route.objects.order_by("order").values_list("source", flat=True))

    last = Route.objects.get(source="30")
    steward.post(f"/desk/feedback/routes/{last.pk}/move", {"way": "up"})
    assert ordered() == ["10", "30", "20"]
    steward.post(f"/desk/feedback/routes/{last.pk}/move", {"way": "up"})
    assert ordered() == ["30", "10", "20"]
    steward.post(f"/desk/feedback/routes/{last.pk}/move", {"way": "up"})
    assert ordered() == ["30", "10", "20"], "there is nothing above the first"
    steward.post(f"/desk/feedback/routes/{last.pk}/move", {"way": "down"})
    assert ordered() == ["10", "30", "20"]


def test_lists_ask_as_much_for_one_row_as_for_many(city: City, steward: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            steward.get(f"{BASE}/routes/")
        return len(found)

    def add(order: int) -> None:
        services.add_route(
            order=order, to_role=Role.SPECIALIST, valid_from=SINCE + timedelta(days=order),
            category=city.trees, area=city.river, to_unit=city.hill, source=SOURCE, by="system",
            at=MONDAY_9AM,
        )  # fmt: skip

    add(1)
    asked()
    one = asked()
    for order in range(2, 12):
        add(order)
    asked()  # The catalogue is read anew.
    assert asked() == one
