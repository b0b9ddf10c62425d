"""How a report comes in: placed, routed, timed, on somebody's table, and told of."""

from datetime import UTC, timedelta

import pytest

from dothi.accounts.choices import Role
from dothi.core.audit.models import Entry
from dothi.core.clocks import selectors as clocks
from dothi.core.clocks.choices import State as ClockState
from dothi.core.events.models import Record
from dothi.core.inbox import selectors as inbox
from dothi.core.workdays.selectors import official_calendar
from dothi.feedback import selectors, services
from dothi.feedback.choices import Channel, State, Visibility
from dothi.feedback.models import Move, Reporter, Route, Ticket
from dothi.feedback.services import Contact
from dothi.feedback.tests.factories import (
    BY_THE_RIVER,
    FAR_AWAY,
    MONDAY_9AM,
    NIGHT,
    SINCE,
    SOURCE,
    UPHILL,
    City,
    make_partner,
    photo,
    submit,
)
from dothi.lib import worktime
from dothi.lib.geo import Point


def test_a_report_belongs_to_the_ward_it_lies_in(city: City) -> None:
    assert city.submit(place=BY_THE_RIVER).unit == city.river
    assert city.submit(place=UPHILL).unit == city.hill


def test_a_place_outside_the_city_is_refused_and_leaves_nothing(city: City) -> None:
    told = Record.objects.count()
    with pytest.raises(services.OutsideTheCity) as refused:
        submit(place=FAR_AWAY)
    assert refused.value.message
    assert not Ticket.objects.exists()
    assert Record.objects.count() == told


@pytest.mark.parametrize("place", [Point(0, 0), Point(float("nan"), 10), Point(200, 95)])
def test_a_place_that_is_none_is_outside(city: City, place: Point) -> None:
    with pytest.raises(services.OutsideTheCity):
        submit(place=place)


def test_a_caller_who_knows_only_the_ward_is_heard(city: City) -> None:
    ticket = city.submit(place=None, unit=city.hill, channel=Channel.PHONE, by=city.operator)
    assert ticket.unit == city.hill
    assert ticket.lon is None
    assert ticket.entered_by == city.operator.actor


def test_without_place_and_ward_nobody_would_be_in_charge(city: City) -> None:
    with pytest.raises(services.NoPlace):
        submit(place=None)


def test_a_subject_that_is_not_on_the_list_is_refused(city: City) -> None:
    with pytest.raises(services.UnknownCategory):
        submit(category="politics")


def test_without_a_route_the_duty_operator_has_five_minutes(city: City) -> None:
    ticket = city.submit()
    assert ticket.state == State.RECEIVED
    assert (ticket.handling_unit, ticket.handling_role) == (city.root, Role.DISPATCHER)
    assert ticket.forward_clock is not None
    assert ticket.forward_clock.due_at == MONDAY_9AM + timedelta(minutes=5)


def test_the_answer_is_due_five_working_days_later(city: City) -> None:
    ticket = city.submit()
    assert ticket.due_at == worktime.add_working_days(MONDAY_9AM, 5, official_calendar())
    assert ticket.clock is not None
    assert ticket.clock.due_at == ticket.due_at


def test_a_route_sends_it_to_the_ward_at_once(city: City) -> None:
    city.route_to_wards()
    ticket = city.submit(place=UPHILL)
    assert ticket.state == State.FORWARDED
    assert (ticket.handling_unit, ticket.handling_role) == (city.hill, Role.SPECIALIST)
    assert ticket.forwarded_at == MONDAY_9AM
    # Nobody has to hurry for what a rule has done.
    assert [clock.name for clock in clocks.clocks_of(ticket.subject)] == ["answer"]


def test_the_hours_of_a_route_are_those_of_the_city(city: City) -> None:
    services.add_route(
        order=1,
        to_role=Role.DISPATCHER,
        hours=NIGHT,
        to_unit=city.root,
        valid_from=SINCE,
        source=SOURCE,
        by="system",
        at=MONDAY_9AM,
    )
    city.route_to_wards()
    night = MONDAY_9AM.replace(hour=23).astimezone(UTC)
    assert city.submit(at=night).handling_role == Role.DISPATCHER
    assert city.submit().handling_role == Role.SPECIALIST


def test_a_route_to_an_area_holds_for_all_below(city: City) -> None:
    services.add_route(
        order=1,
        to_role=Role.LEADER,
        area=city.root,
        valid_from=SINCE,
        source=SOURCE,
        by="system",
        at=MONDAY_9AM,
    )
    assert city.submit().handling_role == Role.LEADER


def test_a_route_that_ended_is_not_taken(city: City) -> None:
    city.route_to_wards()
    [route] = selectors.catalogue.current().routes
    services.end_route(
        route=Route.objects.get(order=route.order),
        on=MONDAY_9AM.date(),
        by="system",
        at=MONDAY_9AM,
    )
    assert city.submit().state == State.RECEIVED


def test_a_route_to_a_partner_starts_the_partners_clock(city: City) -> None:
    partner = make_partner()
    services.add_route(
        order=1,
        to_role=Role.DISPATCHER,
        to_unit=city.root,
        partner=partner,
        valid_from=SINCE,
        source=SOURCE,
        by="system",
        at=MONDAY_9AM,
    )
    ticket = city.submit()
    [task] = selectors.partner_tasks(ticket)
    assert task.partner == partner
    assert task.due_at == worktime.add_working_days(MONDAY_9AM, 3, official_calendar())


def test_it_lies_on_the_table_of_the_post(city: City) -> None:
    city.route_to_wards()
    ticket = city.submit()
    [duty] = inbox.open_for(pairs=[(city.river.code, Role.SPECIALIST)], person_id=None)
    assert (duty.code, duty.due_at) == (ticket.code, ticket.due_at)


def test_it_leaves_a_trace_and_tells_the_house_without_any_person(city: City) -> None:
    contact = Contact(name="Lê Văn Dân", phone="0903 123 456", email="dan@example.com")
    ticket = city.submit(contact=contact)
    record = Record.objects.get(name="feedback.submitted")
    assert record.payload["code"] == ticket.code
    assert record.payload["unit_code"] == city.river.code
    told = f"{record.payload} {Entry.objects.filter(subject=ticket.subject).values()}"
    for value in ("Dân", "0903", "dan@", "Cây"):
        assert value not in told
    assert Move.objects.get(ticket=ticket).now == State.RECEIVED


def test_the_secret_is_shown_once_and_stored_as_a_hash(city: City) -> None:
    made = submit()
    assert made.secret.replace("-", "") not in str(Ticket.objects.values().get())
    found = selectors.ticket_by_tracking(made.secret.lower(), at=MONDAY_9AM)
    assert found == made.ticket


def test_the_public_code_opens_nothing(city: City) -> None:
    ticket = city.submit()
    assert selectors.ticket_by_tracking(ticket.code, at=MONDAY_9AM) is None


def test_who_reported_is_stored_apart_and_encrypted(city: City) -> None:
    contact = Contact(name="Lê Văn Dân", phone="0903 123 456", email="dan@example.com")
    ticket = city.submit(contact=contact)
    reporter = Reporter.objects.get(ticket=ticket)
    assert (reporter.name, reporter.phone) == ("Lê Văn Dân", "0903123456")
    with_codes = Reporter.objects.extra(select={"raw": "name || phone || email"}).values("raw")
    raw = str(with_codes.get())
    assert "Dân" not in raw
    assert "0903" not in raw
    assert "example" not in raw


def test_nobody_needs_to_say_who_they_are(city: City) -> None:
    ticket = city.submit()
    assert not Reporter.objects.exists()
    assert not ticket.reachable


@pytest.mark.parametrize(
    "contact", [Contact(phone="12"), Contact(email="no address"), Contact(email="a@b")]
)
def test_a_contact_that_cannot_be_one_is_said_so(city: City, contact: Contact) -> None:
    with pytest.raises(services.BadText):
        submit(contact=contact)


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 5001])
def test_a_text_that_is_none_or_too_long_is_refused(city: City, text: str) -> None:
    with pytest.raises(services.BadText):
        submit(text=text)


def test_what_is_written_is_kept_in_one_form(city: City) -> None:
    decomposed = "Ca\u0302y \u0111o\u0302\u0309"
    assert city.submit(text=decomposed).text == "Cây đổ"


def test_its_words_are_not_shown_before_somebody_has_read_them(city: City) -> None:
    ticket = city.submit()
    assert ticket.visibility == Visibility.FACTS
    face = selectors.public_ticket(ticket.code, at=MONDAY_9AM)
    assert face is not None
    assert (face.title, face.text, face.category) == ("", "", "trees")


def test_what_is_about_an_officer_is_not_shown_at_all(city: City) -> None:
    ticket = city.submit(category="conduct")
    assert selectors.public_ticket(ticket.code, at=MONDAY_9AM) is None


def test_photos_that_came_in_belong_to_the_report_and_stay_private(city: City) -> None:
    code = photo()
    ticket = city.submit(photos=[code])
    [file] = selectors.photos_of(ticket)
    assert (file.code, file.public) == (code, False)


def test_a_photo_of_another_report_is_not_taken(city: City) -> None:
    code = photo()
    city.submit(photos=[code])
    with pytest.raises(services.LinkDoesNotOpen):
        submit(photos=[code])


def test_too_many_photos_are_refused(city: City) -> None:
    with pytest.raises(services.TooManyPhotos):
        submit(photos=["x"] * 7)


def test_a_report_of_another_system_is_taken_over_once(city: City) -> None:
    submit(source="1022", source_ref="77", channel=Channel.HOTLINE)
    with pytest.raises(services.TakenOverBefore):
        submit(source="1022", source_ref="77", channel=Channel.HOTLINE)
    assert Ticket.objects.count() == 1


def test_a_neighbour_who_saw_it_too_counts_once(city: City) -> None:
    ticket = city.submit()
    assert services.me_too(ticket=ticket, person="cookie-1", at=MONDAY_9AM)
    assert not services.me_too(ticket=ticket, person="cookie-1", at=MONDAY_9AM)
    assert services.me_too(ticket=ticket, person="cookie-2", at=MONDAY_9AM)
    assert ticket.me_too == 2


def test_the_clock_explains_itself(city: City) -> None:
    ticket = city.submit()
    assert ticket.clock is not None
    assert ticket.clock.state == ClockState.RUNNING
    assert clocks.explain(ticket.clock, at=MONDAY_9AM)
