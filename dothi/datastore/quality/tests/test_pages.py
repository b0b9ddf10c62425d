"""A steward sees how the data stand, states a rule, settles an incident; others do not."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_citizen, make_officer
from dothi.core import clock
from dothi.core.inbox.models import Duty
from dothi.core.notices import services as outbox
from dothi.core.notices.models import Notice
from dothi.datastore.catalogue.choices import Rhythm, Share
from dothi.datastore.catalogue.tests.factories import MONDAY_9AM
from dothi.datastore.quality import selectors, services
from dothi.datastore.quality.choices import Why
from dothi.datastore.quality.models import Incident
from dothi.datastore.quality.tests.factories import CODE, make_trees, publish, tree, trees
from dothi.datastore.sources import services as sources
from dothi.datastore.sources.tests.factories import played
from dothi.units.models import Unit
from dothi.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db
DESK = "/desk/data/quality/"
DAY = timedelta(days=1)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MONDAY_9AM)


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def failing(unit: Unit, **more: Any) -> Incident:
    make_trees(unit, **more)
    publish([tree(1, height=70.0), tree(2)], run="a")
    services.inspect(CODE, why=Why.PUBLISHED, at=MONDAY_9AM)
    return Incident.objects.get()


def test_a_steward_sees_what_fails_and_settles_it_with_a_reason(
    unit: Unit, steward: User, client: Client, now: None
) -> None:
    incident = failing(unit)
    signed_in(client, steward)
    assert "Cây xanh đường phố" in client.get(DESK).content.decode()
    page = client.get(f"/en{DESK}sets/{CODE}/").content.decode()
    assert "“Chiều cao” is at most 60" in page
    assert "1 of 2 does not" in page
    door = f"{DESK}incidents/{incident.pk}/"
    assert client.post(door, {"reason": ""}).status_code == 422
    answer = client.post(door, {"reason": "Cây cổ thụ đã đo lại"})
    assert (answer.status_code, answer["Location"]) == (302, f"{DESK}sets/{CODE}/")
    incident.refresh_from_db()
    assert incident.settled_by == steward.actor
    # A second steward was slower, and is told so.
    late = client.post(door, {"reason": "Cũng vậy"})
    assert late.status_code == 422
    assert "settled meanwhile" in client.post(f"/en{door}", {"reason": "x"}).content.decode()


def test_the_list_asks_the_database_a_fixed_number_of_times(
    unit: Unit, steward: User, client: Client, now: None, django_assert_max_num_queries: Any
) -> None:
    failing(unit)
    for number in range(5):
        make_trees(unit, contract=trees(dataset=f"bo-{number}"), title=f"Bộ {number}")
    signed_in(client, steward)
    client.get(DESK)
    with django_assert_max_num_queries(9):
        client.get(DESK)


def test_nobody_else_sees_or_changes_it(
    unit: Unit, steward: User, client: Client, now: None
) -> None:
    incident = failing(unit)
    rule = {"other": CODE, "kind": "members"}
    doors = [
        DESK, f"{DESK}sets/{CODE}/", f"{DESK}incidents/{incident.pk}/", "/desk/data/calendar",
        "/desk/data/calendar.ics", f"{DESK}sets/{CODE}/rules/new",
    ]  # fmt: skip
    signed_in(client, make_citizen())
    for door in doors:
        assert client.get(door).status_code == 403, door
    ward = make_unit("27238", "Phường Minh Phụng", parent=unit)
    signed_in(client, make_officer("phuong", unit=ward, role=Role.STEWARD))
    assert CODE not in client.get(DESK).content.decode()
    for door in doors[1:3]:
        assert client.get(door).status_code == 404, door
    # A leader looks and settles nothing.
    signed_in(client, make_officer("lanh.dao", unit=unit, role=Role.LEADER))
    assert client.get(doors[2]).status_code == 200
    assert client.post(doors[2], {"reason": "Vẫn được"}).status_code == 403
    assert client.get(doors[5], rule).status_code == 403
    assert client.post(f"{DESK}sets/{CODE}/ask").status_code == 403
    incident.refresh_from_db()
    assert incident.settled_at is None


def test_a_steward_states_a_rule_in_two_steps_and_ends_it(
    unit: Unit, steward: User, client: Client, now: None
) -> None:
    failing(unit)
    signed_in(client, steward)
    door = f"{DESK}sets/{CODE}/rules/new"
    assert 'name="other"' in client.get(door).content.decode()
    second = f"{door}?other={CODE}&kind=totals"
    assert 'name="measure"' in client.get(second).content.decode()
    asked = {
        "column": "kind",
        "other_column": "kind",
        "title": "Tổng bằng nhau",
        "severity": "warn",
    }
    assert client.post(second, {**asked, "column": "keeper"}).status_code == 422
    assert client.post(second, {**asked, "tolerance": "1"}).status_code == 302
    [rule] = selectors.rules_of(CODE)
    assert (rule.title, rule.tolerance, rule.made_by) == ("Tổng bằng nhau", 0.01, steward.actor)
    assert "Tổng bằng nhau" in client.get(f"{DESK}sets/{CODE}/").content.decode()
    assert client.post(f"{DESK}sets/{CODE}/rules/{rule.code}/end").status_code == 302
    assert not selectors.rules_of(CODE)
    assert client.post(f"{DESK}sets/{CODE}/rules/{rule.code}/end").status_code == 404


def test_readers_see_the_score_of_what_they_may_see(
    unit: Unit, steward: User, client: Client, now: None
) -> None:
    failing(unit)
    page = client.get(f"/en/data/{CODE}").content.decode()
    assert "Quality of the data" in page
    assert "“Chiều cao” is at most 60" in page


def test_of_a_closed_dataset_readers_see_no_score(unit: Unit, client: Client, now: None) -> None:
    failing(unit, share=Share.CLOSED)
    assert client.get(f"/data/{CODE}").status_code == 404


# --- Expected deliveries -------------------------------------------------------------------------


def monthly(unit: Unit) -> Any:
    contract = trees(rhythm=Rhythm.MONTHLY)
    make_trees(unit, contract=contract)
    publish([tree(1)], run="march", contract=contract)
    return selectors.dataset_of(CODE)


def test_the_month_shows_what_came_and_what_is_due(
    unit: Unit, steward: User, client: Client, now: None
) -> None:
    monthly(unit)
    signed_in(client, steward)
    march = client.get("/en/desk/data/calendar?month=2026-03").content.decode()
    # Sent on 2 March, the day on which February was due.
    assert "came in time" in march
    assert "still to come" in march
    file = client.get("/desk/data/calendar.ics").content.decode()
    assert "DTSTART;VALUE=DATE:20260331\r\n" in file
    assert all(len(line.encode()) <= 75 for line in file.split("\r\n"))


def test_who_brings_data_in_is_reminded_before_and_after_the_day(unit: Unit, steward: User) -> None:
    dataset = monthly(unit)
    assert not services.mind(dataset, at=MONDAY_9AM.replace(day=20))
    assert not Duty.objects.exists()
    for day in (27, 28, 31):  # Every morning from two working days before.
        assert services.mind(dataset, at=MONDAY_9AM.replace(day=day))
    [duty] = Duty.objects.all()
    assert (duty.kind, duty.due_at) == ("quality.delivery", MONDAY_9AM.replace(day=31, hour=17))
    [notice] = Notice.objects.all()
    assert notice.address == steward.email
    assert notice.subject.startswith("Sắp đến hạn nộp dữ liệu")
    for day in (1, 2):
        services.mind(dataset, at=MONDAY_9AM.replace(month=4, day=day))
    assert Duty.objects.count() == 1
    assert [one.subject[:7] for one in Notice.objects.order_by("id")] == ["Sắp đến", "Quá hạn"]
    publish([tree(2)], run="late", contract=dataset.agreed, at=MONDAY_9AM.replace(month=4, day=3))
    assert not services.mind(dataset, at=MONDAY_9AM.replace(month=4, day=3))
    assert not Duty.objects.exists()


def sent_by(dataset: Any, contact: str, *, language: str = "vi") -> Any:
    """A source that runs, with somebody outside of the house to write to."""
    with played(lambda _asked, _file: None, incremental=False) as kind:
        plan = sources.Plan(
            title="Trạm đo", settings={}, every_minutes=10, contact=contact,
            contact_language=language,
        )  # fmt: skip
        made = sources.create(dataset=dataset, kind=kind, plan=plan, by="user:1", at=MONDAY_9AM)
        return sources.resume(made, by="user:1", at=MONDAY_9AM)


def test_who_sends_data_from_outside_is_written_to_in_their_language_until_they_stop_it(
    unit: Unit,
) -> None:
    dataset = monthly(unit)
    sent_by(dataset, "data@canal.example", language="en")
    for day in (27, 28):
        services.mind(dataset, at=MONDAY_9AM.replace(day=day))
    [notice] = Notice.objects.all()
    assert (notice.address, notice.language) == ("data@canal.example", "en")
    assert notice.subject.startswith("A delivery of data is due soon")
    mark = outbox.address_hash("data@canal.example")
    token = outbox.unsubscribe_token(mark, "quality.delivery", at=MONDAY_9AM)
    outbox.unsubscribe(token=token, at=MONDAY_9AM)
    services.mind(dataset, at=MONDAY_9AM.replace(month=4, day=1))
    assert Notice.objects.count() == 1


def test_nobody_is_written_to_for_a_source_that_is_paused(unit: Unit) -> None:
    dataset = monthly(unit)
    sources.pause(sent_by(dataset, "data@canal.example"), by="user:1", at=MONDAY_9AM)
    services.mind(dataset, at=MONDAY_9AM.replace(day=28))
    assert not Notice.objects.exists()
