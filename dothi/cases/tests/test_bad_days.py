"""Days on which something goes wrong: with the calendar, the worker, the clock of the machine."""

from datetime import date, datetime, timedelta

import pytest

from dothi.cases import selectors, services
from dothi.cases.choices import Act, Status
from dothi.cases.models import Dossier
from dothi.cases.tests.factories import Office, at
from dothi.core.audit.models import Entry
from dothi.core.clocks import services as clocks
from dothi.core.events.models import Record
from dothi.core.events.services import drain_all
from dothi.core.inbox.models import Duty
from dothi.core.notices.models import Notice
from dothi.core.workdays import services as workdays
from dothi.core.workdays.choices import DayKind

pytestmark = pytest.mark.django_db(transaction=True)
THURSDAY = date(2026, 3, 12)


def fresh(dossier: Dossier) -> Dossier:
    return selectors.loaded().get(pk=dossier.pk)


def close_thursday() -> None:
    workdays.set_day(
        day=THURSDAY, kind=DayKind.OFF, label_vi="Nghỉ bầu cử", label_en="Election day",
        legal_basis="Thông báo 1", by="user:1", at=at("03T08:00"),
    )  # fmt: skip


def recompute(when: datetime) -> None:
    clocks.recompute_open(at=when, by="user:1", reason="Thông báo 1")
    drain_all()


# --- A holiday is added after days were promised -------------------------------------------------


def test_a_new_holiday_moves_a_promised_day_only_on_order_and_says_so(office: Office) -> None:
    dossier = office.handled()
    promised = dossier.promised_at
    assert promised is not None
    close_thursday()
    drain_all()
    assert fresh(dossier).promised_at == promised
    recompute(at("03T09:00"))
    moved = fresh(dossier)
    assert moved.promised_at == moved.due_at == promised + timedelta(days=1)
    line = moved.moves.get(act=Act.RESCHEDULE)
    assert (line.due_before, line.due_after, line.told) == (promised, moved.due_at, True)
    assert Duty.objects.get(kind="cases.dossier", code=dossier.code).due_at == moved.due_at
    assert Entry.objects.filter(act="clocks.recompute", actor="user:1").exists()
    recompute(at("03T10:00"))
    assert fresh(dossier).moves.filter(act=Act.RESCHEDULE).count() == 1


def test_a_holiday_that_is_taken_back_brings_no_day_forward(office: Office) -> None:
    close_thursday()
    dossier = office.handled()
    promised = dossier.promised_at
    workdays.clear_day(day=THURSDAY, by="user:1", at=at("03T08:00"), reason="Thông báo 2")
    recompute(at("03T09:00"))
    assert fresh(dossier).promised_at == promised


def test_what_waits_for_papers_moves_too_and_stays_paused(office: Office) -> None:
    dossier = office.handled()
    services.ask(dossier=dossier, what="Thiếu bản vẽ.", by=office.officer, at=at("04T09:00"))
    close_thursday()
    recompute(at("04T10:00"))
    after = fresh(dossier)
    assert after.paused
    assert after.status == Status.SUPPLEMENT
    assert after.promised_at is not None
    assert dossier.promised_at is not None
    assert after.promised_at > dossier.promised_at


# --- The worker was down -------------------------------------------------------------------------


def test_a_day_that_passed_while_nobody_swept_is_told_once_when_somebody_does(
    office: Office,
) -> None:
    dossier = office.handled()
    assert dossier.promised_at is not None
    later = dossier.promised_at + timedelta(days=5)
    for _turn in range(3):
        clocks.sweep(at=later)
        drain_all()
    fact = Record.objects.get(name="cases.overdue")
    assert fact.payload["code"] == dossier.code
    told = Notice.objects.filter(template="cases_overdue")
    assert {one.address for one in told} == {office.officer.actor, office.leader.actor}
    assert told.count() == 2


def test_what_was_finished_in_time_is_not_told_as_late(office: Office) -> None:
    dossier = office.done(at=at("04T10:00"))
    assert dossier.promised_at is not None
    clocks.sweep(at=dossier.promised_at + timedelta(days=5))
    drain_all()
    assert not Record.objects.filter(name="cases.overdue").exists()


# --- The clock of the machine jumps --------------------------------------------------------------


def test_a_clock_that_jumps_ahead_and_back_neither_tells_twice_nor_loses_a_step(
    office: Office,
) -> None:
    dossier = office.handled()
    assert dossier.promised_at is not None
    clocks.sweep(at=dossier.promised_at + timedelta(days=400))
    drain_all()
    # Set right again: work goes on, in the order in which it was done.
    services.advance(dossier=fresh(dossier), outcome="fits", by=office.officer, at=at("03T10:00"))
    clocks.sweep(at=dossier.promised_at + timedelta(days=1))
    drain_all()
    assert Record.objects.filter(name="cases.overdue").count() == 1
    acts = [line.act for line in selectors.history(fresh(dossier))]
    assert acts == [Act.SUBMIT, Act.RECEIVE, Act.BEGIN, Act.HAND_OVER]


def test_a_number_of_a_day_is_never_given_twice_when_the_clock_goes_back(office: Office) -> None:
    codes = [office.received(at=at(when)).code for when in ("03T09:00", "02T09:00", "03T09:00")]
    assert codes == [
        "38.01.H29-260303-0001", "38.01.H29-260302-0001", "38.01.H29-260303-0002",
    ]  # fmt: skip
