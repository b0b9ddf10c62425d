"""Who sees what, and who may do what: asked of every kind of post."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from dothi.accounts import services as people
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_citizen
from dothi.core.access.models import Look
from dothi.feedback import permissions, selectors, services
from dothi.feedback.choices import Act, State
from dothi.feedback.services import Contact
from dothi.feedback.tests.factories import (
    MONDAY,
    MONDAY_9AM,
    UPHILL,
    City,
    fresh,
    make_officer,
    photo,
    submit,
)

DAN = Contact(name="Lê Văn Dân", phone="0903123456", email="dan@example.com")
SEES = {Role.COUNTER, Role.SPECIALIST, Role.DISPATCHER, Role.LEADER, Role.AUDITOR}


def at_the_river(city: City, role: Role) -> User:
    return make_officer(f"x-{role.value}", unit=city.river, role=role)


@pytest.mark.parametrize("role", Role)
def test_only_posts_that_work_with_reports_see_them(city: City, role: Role) -> None:
    ticket = city.forwarded()
    officer = at_the_river(city, role)
    seen = selectors.tickets_seen_by(officer, on=MONDAY)
    assert (ticket in seen) == (role in SEES)
    assert permissions.may_see(officer, ticket, on=MONDAY) == (role in SEES)
    listed = selectors.queue(officer, on=MONDAY).items
    assert (ticket in listed) == (role in SEES)


@pytest.mark.parametrize("role", Role)
def test_nobody_sees_the_reports_of_another_ward(city: City, role: Role) -> None:
    city.forwarded()
    officer = make_officer("y", unit=city.hill, role=role)
    assert not selectors.tickets_seen_by(officer, on=MONDAY)
    assert not selectors.queue(officer, on=MONDAY).items


def test_a_citizen_and_an_officer_who_left_see_nothing(city: City) -> None:
    city.forwarded()
    assert not selectors.tickets_seen_by(make_citizen(), on=MONDAY)
    people.leave(user=city.lan, successor=None, on=MONDAY, at=MONDAY_9AM, by="system")
    assert not selectors.tickets_seen_by(User.objects.get(pk=city.lan.pk), on=MONDAY)


def test_who_looks_after_the_ground_sees_what_another_unit_handles(city: City) -> None:
    ticket = city.forwarded()
    services.forward(
        ticket=ticket, unit=city.hill, by=city.operator, at=MONDAY_9AM, reason="Hỗ trợ"
    )
    for officer in (city.lan, city.minh, city.operator):
        assert selectors.ticket_seen_by(officer, ticket.code, on=MONDAY) == ticket


def test_what_is_about_an_officer_is_not_seen_by_the_colleagues(city: City) -> None:
    ticket = city.submit(category="conduct")
    services.forward(
        ticket=ticket, unit=city.river, role=Role.LEADER, by=city.operator, at=MONDAY_9AM
    )
    for officer, sees in ((city.lan, False), (city.leader, True), (city.operator, True)):
        assert (ticket in selectors.tickets_seen_by(officer, on=MONDAY)) == sees
        assert (ticket in selectors.queue(officer, on=MONDAY).items) == sees
        assert permissions.may_see(officer, ticket, on=MONDAY) == sees


# Act → the posts of the river ward that may do it to a report which its specialists work on.
MATRIX = {
    Act.REJECT: {Role.SPECIALIST, Role.DISPATCHER, Role.LEADER},
    Act.FORWARD: {Role.SPECIALIST, Role.DISPATCHER, Role.LEADER},
    Act.ASSIGN: {Role.SPECIALIST, Role.DISPATCHER, Role.LEADER},
    Act.ASK: {Role.SPECIALIST, Role.DISPATCHER, Role.LEADER},
    Act.MERGE: {Role.SPECIALIST, Role.DISPATCHER, Role.LEADER},
    Act.PROGRESS: {Role.SPECIALIST, Role.DISPATCHER, Role.LEADER},
    Act.DANGER: {Role.SPECIALIST, Role.DISPATCHER, Role.LEADER},
    Act.RESOLVE: {Role.SPECIALIST, Role.DISPATCHER, Role.LEADER},
    Act.RELEASE: {Role.SPECIALIST, Role.DISPATCHER, Role.LEADER},
    Act.TRANSFER: {Role.DISPATCHER, Role.LEADER},
    Act.PUBLISH: {Role.DISPATCHER, Role.LEADER},
    Act.HOLD_BACK: {Role.DISPATCHER, Role.LEADER},
}


@pytest.mark.parametrize("role", Role)
def test_every_post_may_do_what_it_is_for_and_nothing_else(city: City, role: Role) -> None:
    ticket = city.assigned()
    officer = at_the_river(city, role)
    may = set(permissions.acts_for(officer, ticket, on=MONDAY))
    assert may == {act for act, roles in MATRIX.items() if role in roles}


@pytest.mark.parametrize("role", Role)
def test_no_post_of_another_ward_may_do_anything(city: City, role: Role) -> None:
    officer = make_officer("y", unit=city.hill, role=role)
    assert not permissions.acts_for(officer, city.assigned(), on=MONDAY)


def test_what_cannot_be_done_now_is_not_offered(city: City) -> None:
    ticket = city.resolved()
    assert set(permissions.acts_for(city.operator, ticket, on=MONDAY)) == {
        Act.PUBLISH,
        Act.HOLD_BACK,
        Act.REOPEN,
    }


def test_an_officer_answers_what_lies_at_the_own_post_only(city: City) -> None:
    ticket = city.forwarded()
    services.forward(
        ticket=ticket, unit=city.river, role=Role.LEADER, by=city.lan, at=MONDAY_9AM, reason="Khó"
    )
    assert not permissions.may(city.lan, Act.RESOLVE, ticket, on=MONDAY)
    assert permissions.may(city.leader, Act.RESOLVE, ticket, on=MONDAY)


def test_an_officer_takes_a_report_and_a_leader_gives_it(city: City) -> None:
    ticket = city.forwarded()
    colleague = make_officer("nga", unit=city.river)
    assert permissions.may_assign_to(city.lan, city.lan, ticket, on=MONDAY)
    assert not permissions.may_assign_to(city.lan, colleague, ticket, on=MONDAY)
    assert permissions.may_assign_to(city.leader, colleague, ticket, on=MONDAY)
    assert not permissions.may_assign_to(city.leader, city.minh, ticket, on=MONDAY)


# --- Who reported --------------------------------------------------------------------------------


def test_the_handling_post_opens_who_reported_and_leaves_a_trace_first(city: City) -> None:
    ticket = city.forwarded(contact=DAN)
    seen = services.open_reporter(ticket=ticket, by=city.lan, purpose="Gọi lại", at=MONDAY_9AM)
    assert (seen.name, seen.phone) == ("Lê Văn Dân", "0903123456")
    [look] = selectors.looks_at([ticket])
    assert (look.actor, look.purpose) == (city.lan.actor, "Gọi lại")
    assert "Bờ Sông" in look.post
    assert "Lan" not in look.post


def test_nobody_else_opens_who_reported_not_even_those_above(city: City) -> None:
    ticket = city.forwarded(contact=DAN)
    auditor = make_officer("binh", unit=city.root, role=Role.AUDITOR)
    for officer in (city.operator, city.leader, city.minh, auditor):
        with pytest.raises(services.NotYours):
            services.open_reporter(ticket=ticket, by=officer, purpose="Xem", at=MONDAY_9AM)
    assert not Look.objects.exists()


def test_once_handed_over_the_former_post_cannot_look_any_more(city: City) -> None:
    ticket = city.forwarded(contact=DAN)
    services.hand_over(
        ticket=ticket, unit=city.hill, by=city.lan, at=MONDAY_9AM, reason="Ranh giới"
    )
    with pytest.raises(services.NotYours):
        services.open_reporter(ticket=ticket, by=city.lan, purpose="Xem", at=MONDAY_9AM)


def test_nobody_looks_just_so(city: City) -> None:
    ticket = city.forwarded(contact=DAN)
    with pytest.raises(services.BadText):
        services.open_reporter(ticket=ticket, by=city.lan, purpose=" ", at=MONDAY_9AM)


def test_who_lends_the_post_lends_the_look(city: City) -> None:
    ticket = city.forwarded(contact=DAN)
    [post] = city.lan.posts.all()
    people.delegate(
        post=post,
        to=city.minh,
        valid_from=MONDAY,
        valid_to=MONDAY + timedelta(days=2),
        reason="Nghỉ phép",
        at=MONDAY_9AM,
        by=city.lan.actor,
    )
    assert permissions.may_open_reporter(city.minh, ticket, on=MONDAY)
    assert not permissions.may_open_reporter(city.minh, ticket, on=MONDAY + timedelta(days=3))


# --- Files ---------------------------------------------------------------------------------------


def asked_by(user: object = None, opened: tuple[str, ...] = ()) -> SimpleNamespace:
    return SimpleNamespace(user=user, session={permissions.OPENED: list(opened)})


def test_a_private_photo_is_seen_by_staff_of_the_report_and_by_its_writer(
    city: City, time_machine_monday: None
) -> None:
    ticket = city.forwarded(photos=[photo()])
    owner = ticket.subject
    assert permissions.may_open_file(asked_by(city.lan), owner)
    assert permissions.may_open_file(asked_by(None, (ticket.code,)), owner)
    assert not permissions.may_open_file(asked_by(city.minh), owner)
    assert not permissions.may_open_file(asked_by(None, ("PA-1",)), owner)
    assert not permissions.may_open_file(asked_by(city.lan), "feedback.ticket:nothing")


def test_the_writer_sees_the_results_photos_when_there_is_a_result(city: City) -> None:
    ticket = city.assigned()
    mine = asked_by(None, (ticket.code,))
    assert not permissions.may_open_file(mine, f"{selectors.RESULT}:{ticket.code}")
    services.resolve(ticket=ticket, text="Xong", by=city.lan, at=MONDAY_9AM)
    assert permissions.may_open_file(mine, f"{selectors.RESULT}:{ticket.code}")


# --- One's own reports ---------------------------------------------------------------------------


def test_a_person_finds_the_own_reports_by_account_and_by_contact(city: City) -> None:
    citizen, other = make_citizen(), make_citizen("cd-2")
    mine = city.submit(account=citizen, contact=DAN)
    city.submit(place=UPHILL, account=other)
    assert list(selectors.tickets_of_account(citizen)) == [mine]
    assert list(selectors.tickets_of_contact("DAN@example.com ")) == [mine]
    assert list(selectors.tickets_of_contact("+84 903 123 456")) == [mine]
    assert not selectors.tickets_of_contact("")


def test_erasing_a_person_keeps_what_was_reported(city: City) -> None:
    citizen = make_citizen()
    ticket = city.submit(account=citizen, contact=DAN)
    assert services.forget_account(account=citizen, by=citizen.actor, at=MONDAY_9AM) == 1
    assert not selectors.tickets_of_contact("dan@example.com")
    assert fresh(ticket).state == State.RECEIVED
    assert not fresh(ticket).reachable


def test_a_link_in_a_mail_opens_the_report_for_thirty_days(city: City) -> None:
    ticket = submit().ticket
    token = selectors.tracking_url(ticket, at=MONDAY_9AM).rpartition("/")[2]
    assert selectors.ticket_by_tracking(token, at=MONDAY_9AM) == ticket
    late = MONDAY_9AM + timedelta(days=31)
    assert selectors.ticket_by_tracking(token, at=late) is None
    assert selectors.ticket_by_tracking(f"{token}x", at=MONDAY_9AM) is None
