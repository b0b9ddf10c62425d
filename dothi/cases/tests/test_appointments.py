"""Appointments: offered on working days, never given twice, kept within the grace, forgotten."""

import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import close_old_connections, connection

from dothi.cases.choices import VisitState
from dothi.cases.models import Appointment, Slot
from dothi.cases.selectors import counters as asked
from dothi.cases.services import BadApplicant, counters
from dothi.cases.services.counters import Booked, NoSlot
from dothi.cases.tests.factories import MONDAY_9AM, Office, at
from dothi.cases.tests.waiting import Hall
from dothi.core.access import selectors as access
from dothi.core.events.models import Record
from dothi.core.notices import services as notices
from dothi.core.notices.models import Notice

TUESDAY, TUESDAY_9AM = date(2026, 3, 3), at("03T09:00")


@pytest.fixture
def hall(office: Office) -> Hall:
    hall = Hall(office)
    hall.slots()
    return hall


def book(hall: Hall, starts_at: datetime = TUESDAY_9AM, **more: Any) -> Booked:
    given: dict[str, Any] = {
        "group": hall.civil, "starts_at": starts_at, "name": "Trần Thị Mẫu",
        "phone": "0901234567", "by": "public", "at": MONDAY_9AM,
    }  # fmt: skip
    return counters.book_visit(**(given | more))


@pytest.mark.django_db
def test_days_and_moments_are_offered_as_the_plan_says(hall: Hall) -> None:
    days = asked.days_ahead(hall.civil, at=MONDAY_9AM)
    assert days == [TUESDAY, date(2026, 3, 10)]
    free = asked.slots_on(hall.civil, TUESDAY, at=MONDAY_9AM)
    assert [one.starts_at for one in free][:2] == [at("03T08:00"), at("03T08:30")]
    assert len(free) == 6
    assert asked.slots_on(hall.civil, TUESDAY, at=at("03T10:15"))[0].starts_at == at("03T10:30")
    assert not asked.slots_on(hall.building, TUESDAY, at=MONDAY_9AM)


@pytest.mark.django_db
def test_no_appointments_on_a_holiday(hall: Hall) -> None:
    hall.slots(weekday=3)
    # Thursday, 30 April 2026.
    assert date(2026, 4, 30) not in asked.days_ahead(hall.civil, at=at("2026-04-27T09:00"))


@pytest.mark.django_db
def test_a_full_moment_is_refused_and_a_cancelled_one_is_free_again(hall: Hall) -> None:
    first = book(hall)
    book(hall, phone="0901234568")
    with pytest.raises(NoSlot):
        book(hall, phone="0901234569")
    counters.cancel_visit(visit=first.visit, by="public", at=MONDAY_9AM)
    book(hall, phone="0901234569")
    with pytest.raises(NoSlot):
        counters.cancel_visit(visit=first.visit, by="public", at=MONDAY_9AM)


@pytest.mark.django_db
def test_moving_frees_the_old_moment_only_when_the_new_one_is_had(hall: Hall) -> None:
    done = book(hall)
    counters.move_visit(
        visit=done.visit, starts_at=at("03T10:00"), secret=done.secret, at=MONDAY_9AM
    )
    assert done.visit.starts_at == at("03T10:00")
    left = {one.starts_at: one.left for one in asked.slots_on(hall.civil, TUESDAY, at=MONDAY_9AM)}
    assert (left[TUESDAY_9AM], left[at("03T10:00")]) == (2, 1)
    with pytest.raises(NoSlot):
        counters.move_visit(
            visit=done.visit, starts_at=at("03T10:07"), secret=done.secret, at=MONDAY_9AM
        )
    assert asked.visit_by_secret(done.secret) == done.visit


@pytest.mark.django_db
def test_one_telephone_has_two_appointments_at_most(hall: Hall) -> None:
    book(hall)
    book(hall, at("03T10:00"))
    with pytest.raises(BadApplicant):
        book(hall, at("03T10:30"))


@pytest.mark.django_db
def test_who_arrives_in_time_goes_first_and_who_is_late_waits(hall: Hall) -> None:
    early, late = book(hall).visit, book(hall, at("03T08:00"), phone="0901234568").visit
    ordinary = hall.take(at("03T08:50"))
    kept = counters.arrive(visit=early, by=hall.hoa, at=at("03T08:55")).turn
    lost = counters.arrive(visit=late, by=hall.hoa, at=at("03T08:55")).turn
    assert (kept.slot_at, lost.slot_at) == (TUESDAY_9AM, None)
    line = asked.line([hall.civil.pk], at=at("03T08:56"))
    assert [turn.pk for turn in line] == [kept.pk, ordinary.pk, lost.pk]
    with pytest.raises(NoSlot):
        counters.arrive(visit=early, by=hall.hoa, at=at("03T08:57"))


@pytest.mark.django_db
def test_an_appointment_is_kept_on_its_day_only(hall: Hall) -> None:
    with pytest.raises(NoSlot):
        counters.arrive(visit=book(hall).visit, by=hall.hoa, at=MONDAY_9AM)


@pytest.mark.django_db
def test_letters_name_nobody_and_the_reminder_goes_out_once(hall: Hall) -> None:
    done = book(hall, email="mau@example.com", language="en")
    book(hall, at("03T10:00"), phone="0901234568")
    assert counters.remind_visitors(at=at("02T10:00")) == 1
    assert counters.remind_visitors(at=at("02T11:00")) == 0
    assert notices.send_due(at=at("02T12:00")) == 2
    booked, reminder = mail.outbox
    assert done.secret in booked.body
    assert done.secret not in reminder.body
    assert "tomorrow" in reminder.subject
    assert "Mẫu" not in f"{booked.body}{reminder.body}"


@pytest.mark.django_db
def test_who_came_is_forgotten_after_a_month(hall: Hall) -> None:
    visit = book(hall, email="mau@example.com").visit
    assert counters.erase_visitors(at=at("2026-04-01T04:00")) == 0
    assert counters.erase_visitors(at=at("2026-04-03T04:00")) == 1
    visit.refresh_from_db()
    assert (visit.name, visit.phone, visit.email) == ("", "", "")


@pytest.mark.django_db
def test_a_name_is_opened_with_a_purpose_and_that_is_noted(hall: Hall) -> None:
    visit = book(hall).visit
    with pytest.raises(ValueError, match="purpose"):
        counters.open_visitor(visit=visit, by=hall.hoa, purpose=" ", at=MONDAY_9AM)
    opened = counters.open_visitor(visit=visit, by=hall.hoa, purpose="Gọi lại", at=MONDAY_9AM)
    assert opened.name == "Trần Thị Mẫu"
    assert [look.purpose for look in access.looks_at([visit.subject])] == ["Gọi lại"]


@pytest.mark.django_db
def test_facts_and_the_outbox_hold_no_person(hall: Hall) -> None:
    book(hall, email="mau@example.com")
    told = str(Record.objects.get(name="cases.appointment_moved").payload)
    assert "Mẫu" not in told
    assert "0901234567" not in told
    assert Notice.objects.count() == 1


@pytest.mark.django_db
def test_who_is_called_and_does_not_come_missed_the_appointment_until_they_are_here(
    hall: Hall,
) -> None:
    visit = book(hall).visit
    counters.sit_down(counter=hall.first, by=hall.hoa, at=TUESDAY_9AM)
    turn = counters.arrive(visit=visit, by=hall.hoa, at=TUESDAY_9AM).turn
    hall.next(at=TUESDAY_9AM)
    turn.refresh_from_db()
    counters.did_not_come(turn=turn, by=hall.hoa, at=TUESDAY_9AM)
    visit.refresh_from_db()
    assert visit.state == VisitState.MISSED
    counters.back_in_line(turn=turn, by=hall.hoa, at=at("03T09:10"))
    visit.refresh_from_db()
    assert visit.state == VisitState.ARRIVED
    told = Record.objects.filter(name="cases.appointment_moved").order_by("id")
    states = [one.payload["state"] for one in told]
    assert states == ["booked", "arrived", "missed", "arrived"]


@pytest.mark.django_db
def test_after_the_day_who_never_came_has_missed_it(hall: Hall) -> None:
    kept, cancelled = book(hall).visit, book(hall, phone="0901234568").visit
    counters.cancel_visit(visit=cancelled, by="public", at=MONDAY_9AM)
    assert counters.miss_visits(at=at("03T23:00")) == 0, "the day is not over"
    assert counters.miss_visits(at=at("04T00:10")) == 1
    assert counters.miss_visits(at=at("04T00:10")) == 0
    found = dict(Appointment.objects.values_list("code", "state"))
    assert found == {kept.code: VisitState.MISSED, cancelled.code: VisitState.CANCELLED}


@pytest.mark.django_db(transaction=True)
def test_many_want_the_last_place_at_once_and_it_is_never_overbooked(hall: Hall) -> None:
    got: list[str] = []
    lost: list[NoSlot] = []
    ready = threading.Barrier(4)

    def want(number: int) -> None:
        close_old_connections()
        try:
            ready.wait()
            got.append(book(hall, phone=f"090123450{number}").visit.code)
        except NoSlot as refused:
            lost.append(refused)
        finally:
            connection.close()

    threads = [threading.Thread(target=want, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(got), len(lost)) == (2, 2)
    slot = Slot.objects.get()
    assert (slot.booked, slot.capacity) == (2, 2)
    assert Appointment.objects.filter(state=VisitState.BOOKED).count() == 2
    assert slot.starts_at - TUESDAY_9AM == timedelta(0)
