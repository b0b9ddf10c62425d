"""Lists, maps, figures, and what looks like the same thing."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dothi.feedback import selectors, services
from dothi.feedback.choices import Channel, State
from dothi.feedback.selectors import PublicFilters, QueueFilters
from dothi.feedback.tests.factories import (
    BY_THE_RIVER,
    MONDAY,
    MONDAY_9AM,
    UPHILL,
    City,
    fresh,
    photo,
)
from dothi.lib.geo import Box, Point
from dothi.units.tests.factories import load_demo_units

LATER = MONDAY_9AM + timedelta(hours=1)


def codes(page: selectors.Page) -> list[str]:  # type: ignore[type-arg]
    return [ticket.code for ticket in page.items]


# --- The worklist --------------------------------------------------------------------------------


def test_the_most_urgent_report_stands_on_top(city: City) -> None:
    city.route_to_wards()
    first = city.submit(at=MONDAY_9AM - timedelta(days=7))
    second = city.submit()
    assert codes(selectors.queue(city.lan, on=MONDAY)) == [first.code, second.code]


def test_pages_follow_one_another_without_gap_or_double(city: City) -> None:
    city.route_to_wards()
    made = [city.submit(at=MONDAY_9AM + timedelta(minutes=n // 2)) for n in range(7)]
    seen, after = [], ""
    while True:
        page = selectors.queue(city.lan, on=MONDAY, after=after, limit=2)
        seen += codes(page)
        after = page.next
        if not after:
            break
    assert seen == [ticket.code for ticket in made]


def test_a_mark_that_is_none_begins_anew(city: City) -> None:
    city.route_to_wards()
    ticket = city.submit()
    for mark in ("?", "xxxx", "bm9uZQ"):
        assert codes(selectors.queue(city.lan, on=MONDAY, after=mark)) == [ticket.code]


def test_filters_narrow_the_worklist(city: City) -> None:
    city.route_to_wards()
    tree = city.submit()
    waste = city.submit(category="waste", text="Rác đầy hẻm", channel=Channel.PHONE)
    services.assign(ticket=waste, to=city.lan, by=city.lan, at=MONDAY_9AM)

    def found(**wanted: object) -> list[str]:
        filters = QueueFilters(**wanted)  # type: ignore[arg-type]
        return codes(selectors.queue(city.lan, on=MONDAY, filters=filters))

    assert found(mine=True) == [waste.code]
    assert found(nobody=True) == [tree.code]
    assert found(categories=frozenset({"waste"})) == [waste.code]
    assert found(channels=frozenset({"phone"})) == [waste.code]
    assert found(states=frozenset({State.IN_PROGRESS})) == [waste.code]
    assert found(search="rac day") == [waste.code]
    assert found(search="RÁC ĐẦY HẺM") == [waste.code]
    assert found(search="cay do") == [tree.code]
    assert found(search=tree.code.lower()) == [tree.code]
    assert found(search="!!!") == []
    assert found(search="cay & | :*") == [tree.code]
    assert found(overdue_at=LATER) == []
    assert len(found(overdue_at=MONDAY_9AM + timedelta(days=30))) == 2
    assert found(since=MONDAY + timedelta(days=1)) == []


def test_what_is_settled_stands_in_a_list_of_its_own(city: City) -> None:
    ticket = city.resolved()
    assert codes(selectors.queue(city.lan, on=MONDAY)) == []
    closed = selectors.queue(city.lan, on=MONDAY, filters=QueueFilters(closed=True))
    assert codes(closed) == [ticket.code]


def test_the_worklist_asks_as_often_for_ten_reports_as_for_one(city: City) -> None:
    city.route_to_wards()
    city.submit()

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            for ticket in selectors.queue(city.lan, on=MONDAY).items:
                assert ticket.category.name
                assert ticket.handling_unit.name
                assert ticket.clock
        return len(seen)

    before = asked()
    for _ in range(9):
        city.submit()
    assert asked() == before <= 5


def test_the_load_of_a_table_is_counted(city: City) -> None:
    city.assigned()
    paused = city.forwarded()
    services.ask_reporter(ticket=paused, question="?", by=city.lan, at=MONDAY_9AM)
    load = selectors.load_of(city.lan, on=MONDAY, at=MONDAY_9AM + timedelta(days=30))
    assert (load.open, load.overdue, load.mine, load.waiting) == (2, 1, 1, 1)


# --- The public ----------------------------------------------------------------------------------


def test_the_public_list_is_newest_first_and_holds_no_held_one(city: City) -> None:
    old, new = city.submit(), city.submit(at=LATER)
    city.submit(category="conduct")
    page = selectors.public_list(at=LATER)
    assert [ticket.code for ticket in page.items] == [new.code, old.code]


def test_the_public_list_is_narrowed(city: City) -> None:
    here, there = city.submit(), city.submit(place=UPHILL, category="waste")
    done = city.resolved()

    def found(**wanted: object) -> set[str]:
        filters = PublicFilters(**wanted)  # type: ignore[arg-type]
        return {ticket.code for ticket in selectors.public_list(at=LATER, filters=filters).items}

    assert found(category="waste") == {there.code}
    assert found(unit=city.hill) == {there.code}
    assert found(unit=city.root) == {here.code, there.code, done.code}
    assert found(open_only=True) == {here.code, there.code}
    assert found(closed_only=True) == {done.code}
    assert found(overdue_at=MONDAY_9AM + timedelta(days=30)) == {here.code, there.code}
    assert found(search=here.code) == {here.code}


def test_words_that_are_not_shown_are_not_found(city: City) -> None:
    ticket = city.submit()
    filters = PublicFilters(search="cay do")
    assert not selectors.public_list(at=LATER, filters=filters).items
    services.accept(ticket=ticket, by=city.operator, at=LATER, publish=True)
    assert selectors.public_list(at=LATER, filters=filters).items


def test_overdue_is_read_off_the_clock(city: City) -> None:
    ticket = city.submit()
    late = MONDAY_9AM + timedelta(days=30)
    faces = [selectors.public_ticket(ticket.code, at=at) for at in (LATER, late)]
    assert [face.is_overdue for face in faces if face] == [False, True]
    assert [face.age_days for face in faces if face] == [0, 30]


def test_the_map_shows_facts_and_no_words(city: City) -> None:
    ticket = city.submit(address="12 Lý Nam Đế")
    shown = selectors.public_features(at=LATER)
    [feature] = shown["features"]
    assert feature["geometry"]["coordinates"] == list(BY_THE_RIVER)
    assert feature["properties"]["name"] == "Cây xanh"
    assert ticket.title not in str(shown)
    assert "Lý Nam Đế" not in str(shown)


def test_the_map_of_a_box_holds_what_lies_in_it(city: City) -> None:
    here = city.submit()
    city.submit(place=UPHILL)
    box = Box(106.64, 10.75, 106.66, 10.77)
    features = selectors.public_features(at=LATER, box=box)["features"]
    assert [feature["id"] for feature in features] == [here.code]


def test_other_domains_learn_what_is_open_and_how_its_clock_stands(city: City) -> None:
    ticket = city.assigned()
    seen = selectors.open_ticket(ticket.code, at=LATER)
    assert seen is not None
    assert (seen.unit_code, seen.clock_state(LATER)) == (city.river.code, "good")
    assert seen.clock_state(MONDAY_9AM + timedelta(days=30)) == "overdue"
    services.ask_reporter(ticket=ticket, question="?", by=city.lan, at=LATER)
    [paused] = selectors.open_tickets(at=LATER)
    assert paused.clock_state(LATER) == "paused"
    services.lapse(ticket=ticket, at=LATER)
    assert selectors.open_ticket(ticket.code, at=LATER) is None


def test_the_public_timeline_names_no_officer(city: City) -> None:
    ticket = city.assigned()
    services.hand_over(
        ticket=ticket, unit=city.hill, by=city.lan, at=LATER, reason="Lan bận, nhờ Minh"
    )
    services.publish(ticket=ticket, by=city.operator, at=LATER)
    told = str(selectors.public_timeline(ticket))
    assert "Lan" not in told
    assert city.lan.actor not in told


# --- The same thing ------------------------------------------------------------------------------


def metres_north(metres: float) -> Point:
    return Point(BY_THE_RIVER.lon, BY_THE_RIVER.lat + metres / 111_195)


def test_similar_reports_nearby_are_shown_first_the_likest_on_top(city: City) -> None:
    same = city.submit(place=metres_north(30))
    other = city.submit(place=metres_north(100), text="Cành khô sắp rơi")
    city.submit(place=metres_north(100), category="waste", text="Rác ứ đọng")
    city.submit(place=metres_north(400))
    found = selectors.similar_nearby(
        BY_THE_RIVER, category="trees", text="cay do chan duong", at=LATER
    )
    assert [similar.ticket for similar in found] == [same, other]
    assert found[0].distance_m == pytest.approx(30, abs=1)


def test_what_is_held_back_or_long_settled_is_not_shown_as_similar(city: City) -> None:
    city.submit(category="conduct")
    city.resolved()
    much_later = MONDAY_9AM + timedelta(days=40)
    assert not selectors.similar_nearby(
        BY_THE_RIVER, category="trees", text="cây đổ", at=much_later
    )


def test_an_officer_is_shown_doubles_within_a_kilometre_by_text_and_photo(city: City) -> None:
    ticket = city.submit(photos=[photo(1)])
    same_words = city.submit(place=metres_north(600))
    same_photo = city.submit(
        place=metres_north(500), text="Nguy hiểm", category="waste", photos=[photo(1)]
    )
    city.submit(place=metres_north(50), text="Đèn tín hiệu chập chờn", category="waste")
    found = [similar.ticket for similar in selectors.doubles_of(ticket, at=LATER)]
    assert found == [same_photo, same_words]


def test_a_report_without_a_place_is_compared_by_its_words(city: City) -> None:
    with_place = city.submit()
    ticket = city.submit(place=None, unit=city.river)
    [similar] = selectors.doubles_of(ticket, at=LATER)
    assert similar.ticket == with_place
    assert similar.distance_m is None


# --- Figures -------------------------------------------------------------------------------------


def test_what_stands_on_the_ground_of_each_unit_is_counted(city: City) -> None:
    city.submit()
    city.resolved()
    city.submit(place=UPHILL)
    late = MONDAY_9AM + timedelta(days=20)
    now = selectors.counts(on_units=MONDAY, at=LATER)
    assert (now[city.river.pk].open, now[city.river.pk].resolved_today) == (1, 1)
    assert now[city.river.pk].share_on_time == 100
    assert now[city.hill.pk].share_on_time is None
    later = selectors.counts(on_units=late.date(), at=late)
    assert (later[city.river.pk].overdue, later[city.river.pk].received_today) == (1, 0)


def test_sums_over_units_are_the_same_on_every_boundary_date(db: None) -> None:
    """The ground of old ward 8 was split: a report goes where its point lies."""
    from dothi.feedback.tests.factories import make_category, make_limits, submit
    from dothi.units import selectors as units

    load_demo_units()
    make_category("trees", "Cây xanh")
    make_limits()
    spring = MONDAY_9AM.replace(year=2025, month=3, day=3)
    for shape in units.ward_areas(spring.date()):
        submit(place=shape.label, at=spring)
    today = MONDAY_9AM
    for on in (date(2024, 6, 1), date(2025, 3, 3), date(2026, 3, 2)):
        rows = selectors.counts(on_units=on, at=today)
        assert selectors.total(rows.values()).open == 10
    assert len(selectors.counts(on_units=date(2026, 3, 2), at=today)) == 4


def test_what_was_reported_stays_with_the_unit_that_had_the_place_then(city: City) -> None:
    assert fresh(city.submit()).unit == city.river
