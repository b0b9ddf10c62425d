from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from dothi.accounts import registry, selectors, services
from dothi.accounts.choices import Role
from dothi.accounts.tests.factories import (
    MONDAY,
    MONDAY_9AM,
    make_citizen,
    make_officer,
    make_root,
    make_ward,
    post_of,
)
from dothi.units.choices import Kind

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _work_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._powers, Role.SPECIALIST, {"sample.answer"})
    monkeypatch.setitem(registry._powers, Role.DISPATCHER, {"sample.route"})


def test_a_specialist_works_in_the_own_ward_only() -> None:
    root = make_root()
    here, there = make_ward("27238", under=root), make_ward("27232", under=root)
    lan = make_officer(unit=here)
    assert selectors.may(lan, "sample.answer", here, on=MONDAY)
    assert not selectors.may(lan, "sample.answer", there, on=MONDAY)
    assert not selectors.may(lan, "sample.route", here, on=MONDAY)


def test_a_specialist_of_the_centre_does_not_reach_into_the_wards() -> None:
    root = make_root()
    ward = make_ward(under=root)
    assert not selectors.may(make_officer(unit=root), "sample.answer", ward, on=MONDAY)


def test_a_quarter_belongs_to_who_works_for_its_ward() -> None:
    ward = make_ward(under=make_root())
    quarter = make_ward("27238-03", under=ward, kind=Kind.QUARTER)
    assert selectors.may(make_officer(unit=ward), "sample.answer", quarter, on=MONDAY)


def test_the_duty_operator_of_the_centre_reaches_all_wards() -> None:
    root = make_root()
    ward = make_ward(under=root)
    dung = make_officer("dung", unit=root, role=Role.DISPATCHER)
    assert selectors.holds(dung, Role.DISPATCHER, ward, on=MONDAY)
    assert selectors.units_of(dung, on=MONDAY) == {root.pk, ward.pk}


def test_a_post_is_held_from_its_first_day_until_the_day_it_ends() -> None:
    ward = make_ward()
    lan = make_officer(unit=ward)
    services.end_post(post=post_of(lan), on=MONDAY, at=MONDAY_9AM, by="system")
    assert selectors.is_staff(lan, on=MONDAY - DAY)
    assert not selectors.is_staff(lan, on=MONDAY)
    assert not selectors.is_staff(lan, on=date(2025, 6, 30))


def test_the_deputy_has_the_lent_powers_in_those_days_only() -> None:
    ward, other = make_ward(), make_ward("27232")
    lan, minh = make_officer(unit=ward), make_officer("minh", unit=other)
    services.delegate(
        post=post_of(lan),
        to=minh,
        valid_from=MONDAY,
        valid_to=MONDAY + 5 * DAY,
        reason="Nghỉ phép",
        at=MONDAY_9AM,
        by=lan.actor,
    )
    assert selectors.may(minh, "sample.answer", ward, on=MONDAY)
    assert not selectors.may(minh, "sample.answer", ward, on=MONDAY - DAY)
    assert not selectors.may(minh, "sample.answer", ward, on=MONDAY + 5 * DAY)
    assert selectors.may(lan, "sample.answer", ward, on=MONDAY), "the holder keeps it too"
    assert set(selectors.who_may("sample.answer", ward, on=MONDAY)) == {lan, minh}
    assert list(selectors.who_may("sample.answer", ward, on=MONDAY - DAY)) == [lan]


def test_what_was_lent_goes_back_when_it_is_taken_back() -> None:
    ward = make_ward()
    lan, minh = make_officer(unit=ward), make_officer("minh", unit=make_ward("27232"))
    lent = services.delegate(
        post=post_of(lan),
        to=minh,
        valid_from=MONDAY,
        valid_to=MONDAY + DAY,
        reason="Nghỉ phép",
        at=MONDAY_9AM,
        by=lan.actor,
    )
    services.end_delegation(delegation=lent, at=MONDAY_9AM, by=lan.actor)
    assert not selectors.may(minh, "sample.answer", ward, on=MONDAY)


def test_citizens_and_visitors_stand_nowhere(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    assert not selectors.standing(make_citizen(), on=MONDAY).is_staff
    with django_assert_num_queries(0):
        assert not selectors.may(AnonymousUser(), "sample.answer", None, on=MONDAY)


def test_a_standing_costs_two_queries_and_is_asked_once_in_a_request(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    root = make_root()
    ward = make_ward(under=root)
    dung = make_officer("dung", unit=root, role=Role.DISPATCHER)
    with django_assert_num_queries(2), selectors.remembering():
        assert selectors.may(dung, "sample.route", ward, on=MONDAY)
        assert selectors.standing(dung, on=MONDAY).pairs == {("Q11", "dispatcher")}
        assert [post.unit.code for post in selectors.posts_of(dung, on=MONDAY)] == ["Q11"]


def test_who_may_finds_the_operator_above(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    root = make_root()
    ward = make_ward(under=root)
    dung = make_officer("dung", unit=root, role=Role.DISPATCHER)
    make_officer("lan", unit=root)
    with django_assert_num_queries(2):
        assert list(selectors.who_may("sample.route", ward, on=MONDAY)) == [dung]
