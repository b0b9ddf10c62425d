"""The office sets figures of dossiers and the queue on a page, each with a day and a decision."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.tests.doors import signed_in
from dothi.cases import rules, selectors
from dothi.cases.choices import Parameter
from dothi.cases.models import Setting
from dothi.cases.tests.factories import MONDAY_9AM, Office, make_officer
from dothi.core.audit.models import Entry

pytestmark = pytest.mark.django_db
DOOR = "/desk/cases/settings/"
GIVEN = {
    "parameter": Parameter.CALLS.value, "value": "5", "valid_from": "2026-03-09",
    "source": "QĐ 12/QĐ-UBND",
}  # fmt: skip


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(MONDAY_9AM, tick=False):
        yield


@pytest.fixture
def steward(office: Office, client: Client) -> Client:
    signed_in(client, make_officer("tam", unit=office.root, role=Role.STEWARD))
    return client


def test_every_figure_has_bounds_that_hold_what_is_delivered() -> None:
    assert set(rules.BOUNDS) == set(Parameter) == set(rules.DEFAULTS)
    for parameter, (least, most) in rules.BOUNDS.items():
        assert least <= rules.DEFAULTS[parameter] <= most, parameter


def test_a_figure_holds_from_its_day_on_and_says_who_decided(steward: Client) -> None:
    assert steward.post(DOOR, GIVEN).status_code == 302
    assert selectors.setting(Parameter.CALLS, on=date(2026, 3, 8)) == 3
    assert selectors.setting(Parameter.CALLS, on=date(2026, 3, 9)) == 5
    assert "QĐ 12/QĐ-UBND" in steward.get(DOOR).content.decode()
    assert Entry.objects.filter(act="cases.set_parameter").exists()


@pytest.mark.parametrize(
    "wrong",
    [{"value": "99"}, {"value": ""}, {"valid_from": "2026-03-01"}, {"source": " "},
     {"parameter": "none"}],
    ids=str,
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_stays_in_the_form(
    steward: Client, wrong: dict[str, str]
) -> None:
    answer = steward.post(DOOR, GIVEN | wrong)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not Setting.objects.exists()


def test_it_holds_everywhere_so_only_who_keeps_the_whole_house_sets_it(
    office: Office, client: Client
) -> None:
    for person in (office.leader, make_officer("tam", unit=office.river, role=Role.STEWARD)):
        signed_in(client, person)
        assert client.get(DOOR).status_code == 403
        assert client.post(DOOR, GIVEN).status_code == 403
    assert not Setting.objects.exists()
