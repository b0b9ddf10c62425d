"""Numbers at the counter: given without a gap, called in a fair order, never twice."""

import threading
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection

from dothi.cases import rules
from dothi.cases.choices import Parameter, TurnAct, TurnState
from dothi.cases.models import Turn
from dothi.cases.rules import InLine
from dothi.cases.selectors import counters as asked
from dothi.cases.services import Refused, counters, set_parameter
from dothi.cases.services.counters import CalledEnough, CounterTaken, NotOpen, TurnMovedOn
from dothi.cases.tests.factories import MONDAY_9AM, SINCE, Office, at
from dothi.cases.tests.waiting import Hall
from dothi.core.audit.models import Entry
from dothi.core.events.models import Record

LATER = MONDAY_9AM + timedelta(minutes=7)
GRACE = timedelta(minutes=15)


@pytest.fixture
def hall(office: Office) -> Hall:
    return Hall(office)


def in_order(*waiting: InLine, lately: tuple[bool, ...] = (), every: int = 2) -> list[int]:
    found = rules.in_order(waiting, lately=lately, every=every, grace=GRACE, at=MONDAY_9AM)
    return [one.key for one in found]


def waits(key: int, *, priority: bool = False, slot: int | None = None) -> InLine:
    slot_at = MONDAY_9AM + timedelta(minutes=slot) if slot is not None else None
    since = MONDAY_9AM - timedelta(hours=1) + timedelta(minutes=key)
    return InLine(key=key, since=since, priority=priority, slot_at=slot_at)


# --- Rules ----------------------------------------------------------------------------------------


def test_one_call_of_two_is_for_people_with_priority() -> None:
    line = [waits(1), waits(2), waits(3), waits(4, priority=True), waits(5, priority=True)]
    assert in_order(*line) == [4, 1, 5, 2, 3]
    assert in_order(*line, lately=(True,)) == [1, 4, 2, 5, 3]


def test_one_call_of_three_and_nobody_waits_for_who_is_not_there() -> None:
    line = [waits(1), waits(2), waits(3), waits(4, priority=True), waits(5, priority=True)]
    assert in_order(*line, every=3) == [4, 1, 2, 5, 3]
    assert in_order(waits(1, priority=True), waits(2, priority=True), lately=(True,)) == [1, 2]
    assert in_order(*line, every=1) == [4, 5, 1, 2, 3]


def test_an_appointment_goes_first_when_its_time_has_come() -> None:
    assert in_order(waits(1), waits(2, priority=True), waits(3, slot=10)) == [3, 2, 1]
    # Half an hour too early: in the order of arrival until then.
    assert in_order(waits(1), waits(2), waits(3, slot=30), waits(4)) == [1, 2, 3, 4]


def test_who_comes_later_than_the_grace_has_lost_the_moment() -> None:
    assert rules.keeps_slot(MONDAY_9AM, arrived_at=MONDAY_9AM + GRACE, grace=GRACE)
    late = MONDAY_9AM + GRACE + timedelta(minutes=1)
    assert not rules.keeps_slot(MONDAY_9AM, arrived_at=late, grace=GRACE)


def test_the_wait_is_told_as_a_range_or_not_at_all() -> None:
    minutes = [timedelta(minutes=number) for number in (4, 5, 6, 8, 12)]
    wait = rules.expected_wait(6, served=minutes, counters=2)
    assert wait == rules.Wait(least=15, most=35)
    assert rules.expected_wait(6, served=minutes[:4], counters=2) is None
    assert rules.expected_wait(6, served=minutes, counters=0) is None
    assert rules.expected_wait(0, served=minutes, counters=1) == rules.Wait(least=0, most=10)


def test_lawful_steps_of_a_number() -> None:
    assert sum(len(sources) for sources, _to in rules.TURNS.values()) == 9
    open_states = {TurnState.WAITING, TurnState.CALLED}
    ended = set(TurnState) - open_states
    for act, (sources, _to) in rules.TURNS.items():
        assert act == TurnAct.BACK or not sources & ended, act


# --- Taking ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_each_group_counts_for_itself_and_each_day_from_one(hall: Hall) -> None:
    assert [hall.take().label for _n in range(2)] == ["A001", "A002"]
    assert hall.take(group=hall.building).label == "B001"
    assert hall.take(at("03T09:00")).label == "A001"


@pytest.mark.django_db
def test_a_number_that_was_given_back_is_not_given_again(hall: Hall) -> None:
    counters.give_back(turn=hall.take(), at=MONDAY_9AM)
    assert hall.take().label == "A002"


@pytest.mark.django_db
def test_no_numbers_at_night_and_it_says_when_the_counters_open(hall: Hall) -> None:
    with pytest.raises(NotOpen) as refused:
        hall.take(at("02T20:00"))
    assert refused.value.opens_at == at("03T07:30")
    assert "03/03/2026" in refused.value.message or "3" in refused.value.message
    # People stand in line before the counters open.
    assert hall.take(at("03T07:05")).label == "A001"
    with pytest.raises(NotOpen):
        hall.take(at("08T09:00"))  # A Sunday.


@pytest.mark.django_db
def test_a_number_leaves_a_trace_and_tells_the_screens(hall: Hall) -> None:
    turn = hall.take()
    entry = Entry.objects.get(subject=turn.subject)
    assert (entry.act, entry.actor) == ("cases.turn_take", "public")
    told = Record.objects.get(name="cases.turn_moved")
    assert told.payload["number"] == "A001"
    assert told.payload["now"] == "waiting"


# --- Calling --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_one_key_ends_who_is_there_and_calls_who_is_next(hall: Hall) -> None:
    hall.seated()
    first, second = hall.take(), hall.take()
    assert hall.next() == first.label
    assert hall.next(LATER) == second.label
    first.refresh_from_db()
    assert (first.state, first.ended_at) == (TurnState.SERVED, LATER)
    assert hall.next(LATER) == ""


@pytest.mark.django_db
def test_a_counter_calls_only_its_groups(hall: Hall) -> None:
    hall.seated()
    hall.take(group=hall.building)
    assert counters.call_next(counter=hall.second, by=hall.mai, at=MONDAY_9AM) is None
    assert hall.next() == "B001"


@pytest.mark.django_db
def test_priority_is_interleaved_at_the_counter(hall: Hall) -> None:
    hall.seated()
    for priority in (False, False, True, True):
        hall.take(priority=priority)
    called = [hall.next(MONDAY_9AM + timedelta(minutes=minute)) for minute in range(4)]
    assert called == ["A003", "A001", "A004", "A002"]


@pytest.mark.django_db
def test_a_number_is_called_three_times_and_then_passed_over(hall: Hall) -> None:
    hall.seated()
    hall.take()
    turn = counters.call_next(counter=hall.first, by=hall.hoa, at=MONDAY_9AM)
    assert turn is not None
    for _time in range(2):
        counters.call_again(turn=turn, by=hall.hoa, at=LATER)
    with pytest.raises(CalledEnough):
        counters.call_again(turn=turn, by=hall.hoa, at=LATER)
    counters.did_not_come(turn=turn, by=hall.hoa, at=LATER)
    with pytest.raises(TurnMovedOn):
        counters.served(turn=turn, by=hall.hoa, at=LATER)
    # They come out of breath after all: they wait once more, and nobody is passed by.
    counters.back_in_line(turn=turn, by=hall.hoa, at=LATER)
    assert hall.next(LATER) == turn.label


@pytest.mark.django_db
def test_the_office_sets_how_often_a_number_is_called(hall: Hall) -> None:
    set_parameter(
        parameter=Parameter.CALLS, value=1, source="Nội quy", valid_from=SINCE, by="system",
        at=MONDAY_9AM,
    )  # fmt: skip
    hall.seated()
    hall.take()
    turn = counters.call_next(counter=hall.first, by=hall.hoa, at=MONDAY_9AM)
    assert turn is not None
    with pytest.raises(CalledEnough):
        counters.call_again(turn=turn, by=hall.hoa, at=LATER)


@pytest.mark.django_db
def test_passed_on_to_another_group_the_number_stays(hall: Hall) -> None:
    hall.seated()
    hall.take()
    turn = counters.call_next(counter=hall.second, by=hall.mai, at=MONDAY_9AM)
    assert turn is not None
    counters.transfer(turn=turn, to=hall.building, by=hall.mai, at=LATER)
    assert counters.call_next(counter=hall.second, by=hall.mai, at=LATER) is None
    assert hall.next(LATER) == "A001"
    with pytest.raises(Refused):
        counters.transfer(turn=turn, to=hall.building, by=hall.mai, at=LATER)


@pytest.mark.django_db
def test_what_was_entered_is_noted_by_its_code_only(hall: Hall) -> None:
    hall.seated()
    dossier = hall.office.received()
    hall.take()
    turn = counters.call_next(counter=hall.first, by=hall.hoa, at=MONDAY_9AM)
    assert turn is not None
    with pytest.raises(Refused):
        counters.served(turn=turn, by=hall.hoa, at=LATER, dossier="38.01.H29-260302-9999")
    counters.served(turn=turn, by=hall.hoa, at=LATER, dossier=dossier.code.lower())
    assert Turn.objects.get().dossier == dossier.code


@pytest.mark.django_db
def test_one_officer_a_counter_and_one_counter_an_officer(hall: Hall) -> None:
    hall.seated()
    with pytest.raises(CounterTaken):
        counters.sit_down(counter=hall.first, by=hall.mai, at=LATER)
    counters.get_up(counter=hall.first, by=hall.hoa, at=LATER)
    counters.sit_down(counter=hall.first, by=hall.mai, at=LATER)
    hall.second.refresh_from_db()
    assert hall.second.served_by is None
    with pytest.raises(CounterTaken):
        counters.call_next(counter=hall.first, by=hall.hoa, at=LATER)


@pytest.mark.django_db
def test_a_paused_counter_calls_nobody(hall: Hall) -> None:
    hall.seated()
    hall.take()
    counters.pause(counter=hall.first, on=True, by=hall.hoa, at=LATER)
    with pytest.raises(CounterTaken):
        hall.next(LATER)
    counters.pause(counter=hall.first, on=False, by=hall.hoa, at=LATER)
    assert hall.next(LATER) == "A001"


@pytest.mark.django_db
def test_how_many_are_before_me_follows_the_order_of_calling(hall: Hall) -> None:
    hall.seated()
    mine, other = hall.take(), hall.take(priority=True)
    assert asked.standing_of(mine, at=MONDAY_9AM).before == 1
    assert asked.standing_of(other, at=MONDAY_9AM).before == 0
    assert asked.standing_of(mine, at=MONDAY_9AM).wait is None


@pytest.mark.django_db
def test_waiting_and_serving_are_counted_by_group_and_hour(hall: Hall) -> None:
    hall.seated()
    hall.take()
    hall.take()
    hall.next(MONDAY_9AM + timedelta(minutes=4))
    hall.next(MONDAY_9AM + timedelta(minutes=10))
    day = MONDAY_9AM.date()
    whole, nine = asked.busy(hall.unit, since=day, until=day + timedelta(days=1))
    assert (whole.hour, nine.hour) == (None, 9)
    assert (whole.taken, whole.served, whole.waited, whole.lasted) == (2, 1, 7.0, 6.0)


# --- At once --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_officers_press_at_once_and_call_two_people(hall: Hall) -> None:
    hall.seated()
    for _number in range(8):
        hall.take()
    called: list[str] = []
    ready = threading.Barrier(2)

    def press(counter: int) -> None:
        close_old_connections()
        ready.wait()
        try:
            for _time in range(4):
                place, by = ((hall.first, hall.hoa), (hall.second, hall.mai))[counter]
                turn = counters.call_next(counter=place, by=by, at=LATER)
                assert turn is not None
                called.append(turn.label)
        finally:
            connection.close()

    _together(press)
    assert sorted(called) == [f"A{number:03d}" for number in range(1, 9)]


@pytest.mark.django_db(transaction=True)
def test_two_people_take_at_once_and_no_number_is_missing_or_double(hall: Hall) -> None:
    taken: list[str] = []

    def take(_who: int) -> None:
        close_old_connections()
        try:
            taken.extend(hall.take().label for _time in range(5))
        finally:
            connection.close()

    _together(take)
    assert sorted(taken) == [f"A{number:03d}" for number in range(1, 11)]


def _together(work: object) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
