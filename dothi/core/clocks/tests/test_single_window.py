"""A dossier at the single window, rule by rule (NĐ 118/2025/NĐ-CP; QĐ 766/QĐ-TTg, 2.1)."""

from dataclasses import replace
from datetime import datetime, time
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from dothi.core.clocks import rules, services
from dothi.core.clocks.choices import (
    AtExpiry,
    Kind,
    Mark,
    StartRule,
    State,
    Timeliness,
    TimeUnit,
)
from dothi.core.clocks.models import Clock
from dothi.core.clocks.rules import Spec
from dothi.core.workdays import services as workdays

pytestmark = pytest.mark.django_db
CITY = ZoneInfo("Asia/Ho_Chi_Minh")
DOSSIER = Spec(
    amount=5,
    unit=TimeUnit.WORK_DAYS,
    max_pauses=1,
    max_extensions=1,
    extend_ahead=1,
    basis="NĐ 118/2025/NĐ-CP",
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CITY)


MONDAY = at("2026-03-02T09:00")
DUE = at("2026-03-09T17:00")


@pytest.fixture(autouse=True)
def calendar() -> None:
    workdays.seed(years=[2026], at=MONDAY)


@pytest.fixture
def dossier() -> Clock:
    return receive(DOSSIER)


def receive(spec: Spec, when: datetime = MONDAY) -> Clock:
    return services.start(subject="hs:1", kind=Kind.STATUTORY, spec=spec, at=when)


def test_papers_are_asked_for_once_but_a_payment_is_waited_for_as_well(dossier: Clock) -> None:
    services.pause(dossier, at=at("2026-03-03T09:00"), reason="papers")
    services.resume(dossier, at=at("2026-03-04T09:00"))
    with pytest.raises(services.PauseRefused):
        services.pause(dossier, at=at("2026-03-04T10:00"), reason="papers again")
    for day in ("05", "06"):
        services.pause(dossier, at=at(f"2026-03-{day}T08:00"), reason="payment", counts=False)
        services.resume(dossier, at=at(f"2026-03-{day}T09:00"))
    assert dossier.due_at == at("2026-03-10T17:00")


def test_a_payment_that_was_waited_for_does_not_use_up_the_request_for_papers(
    dossier: Clock,
) -> None:
    services.pause(dossier, at=MONDAY, reason="payment", counts=False)
    services.resume(dossier, at=at("2026-03-03T09:00"))
    services.pause(dossier, at=at("2026-03-03T10:00"), reason="papers")
    assert dossier.state == State.PAUSED


def test_the_old_due_time_is_kept_beside_the_new_one(dossier: Clock) -> None:
    """`NgayHenTraTruoc` and `NgayHenTraMoi` of the national portal."""
    services.pause(dossier, at=at("2026-03-03T09:00"), reason="papers")
    services.resume(dossier, at=at("2026-03-05T09:00"))
    mark = dossier.marks.get(mark=Mark.RESUMED)
    assert (mark.due_before, mark.due_after) == (DUE, at("2026-03-11T17:00"))


@pytest.mark.parametrize(
    ("sent", "taken"),
    [("2026-03-06T16:59", True), ("2026-03-09T08:00", False), ("2026-03-10T08:00", False)],
)
def test_the_apology_is_sent_a_working_day_ahead_and_once(
    dossier: Clock, sent: str, taken: bool
) -> None:
    if not taken:
        with pytest.raises(services.ExtensionRefused):
            services.extend(dossier, amount=3, at=at(sent), reason="xin lỗi")
        return
    services.extend(dossier, amount=3, at=at(sent), reason="xin lỗi")
    with pytest.raises(services.ExtensionRefused):
        services.extend(dossier, amount=1, at=at(sent), reason="xin lỗi")


def test_an_officer_answers_an_online_dossier_within_eight_working_hours() -> None:
    spec = Spec(amount=8, unit=TimeUnit.WORK_HOURS)
    assert receive(spec, at("2026-03-06T15:00")).due_at == at("2026-03-09T15:00")
    evening = services.start(
        subject="hs:2", kind=Kind.STATUTORY, spec=spec, at=at("2026-03-06T20:00")
    )
    assert evening.due_at == at("2026-03-09T17:00")


def test_a_draft_that_nobody_objects_to_within_a_day_is_confirmed() -> None:
    clock = receive(
        Spec(
            amount=1, unit=TimeUnit.CALENDAR_DAYS, start=StartRule.AT_ONCE,
            at_expiry=AtExpiry.AGREED,
        )
    )  # fmt: skip
    services.sweep(at=at("2026-03-04T09:00"))
    clock.refresh_from_db()
    assert (clock.state, clock.ended_at) == (State.LAPSED, at("2026-03-03T17:00"))


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-03-02T15:00", "2026-03-02T17:00"),
        ("2026-03-02T15:01", "2026-03-03T17:00"),
        ("2026-01-09T15:01", "2026-01-10T17:00"),  # The make-up Saturday is the next working day.
        ("2025-12-31T15:01", "2026-01-05T17:00"),  # 2 January was a day off by decision.
    ],
)
def test_same_day_procedures_close_at_three(received: str, due: str) -> None:
    workdays.seed(years=[2025, 2026], at=MONDAY)
    spec = Spec(amount=0, unit=TimeUnit.WORK_DAYS, cut_off=time(15))
    assert receive(spec, at(received)).due_at == at(due)


def test_the_end_is_the_first_that_there_is() -> None:
    one, two, three = (at(f"2026-03-0{day}T09:00") for day in (3, 4, 5))
    end = rules.end_of
    assert end(finished_at=two, returned_at=one, stopped_at=three) == two
    assert end(finished_at=None, returned_at=three, stopped_at=one) == three
    assert end(finished_at=None, returned_at=None, stopped_at=one) == one
    assert end(finished_at=None, returned_at=None, stopped_at=None) is None


@pytest.mark.parametrize(
    ("ended", "as_of", "column"),
    [
        ("2026-03-06T16:00", "2026-03-31T00:00", Timeliness.EARLY),
        ("2026-03-09T08:00", "2026-03-31T00:00", Timeliness.ON_TIME),
        ("2026-03-09T17:00", "2026-03-31T00:00", Timeliness.ON_TIME),
        ("2026-03-09T17:01", "2026-03-31T00:00", Timeliness.LATE),
        ("", "2026-03-03T09:00", Timeliness.RUNNING),
        ("", "2026-03-09T09:00", Timeliness.NEAR_DUE),
        ("", "2026-03-09T17:00", Timeliness.NEAR_DUE),
        ("", "2026-03-09T17:01", Timeliness.OVERDUE),
    ],
)
def test_every_matter_stands_in_one_of_six_columns(
    dossier: Clock, ended: str, as_of: str, column: Timeliness
) -> None:
    found = rules.timeliness(
        due_at=DUE,
        ended_at=at(ended) if ended else None,
        near_due_at=dossier.near_due_at,
        as_of=at(as_of),
    )
    assert found == column


def test_the_time_between_request_and_fulfilment_is_subtracted(dossier: Clock) -> None:
    services.pause(dossier, at=at("2026-03-06T09:00"), reason="papers")
    services.resume(dossier, at=at("2026-03-16T09:00"))
    assert dossier.due_at == at("2026-03-17T17:00")
    judged = partial(
        rules.in_time, due_at=dossier.due_at, paused_at=None, as_of=at("2026-03-31T00:00")
    )
    in_time = at("2026-03-17T16:00")
    assert judged(ended_at=in_time, requests=1)
    assert not judged(ended_at=in_time, requests=2), "asked twice counts as late"


def test_the_rate_is_a_share_with_two_decimals_and_none_of_nothing() -> None:
    assert str(rules.share(5, 7)) == "71.43"
    assert rules.share(0, 0) is None


@pytest.mark.parametrize("kind", list(Kind))
def test_a_clock_says_what_stands_behind_it(kind: Kind) -> None:
    """By law, promised by the office, or a step inside: they run alike and are told apart."""
    made = services.start(
        subject=f"hs:{kind}", kind=kind, spec=replace(DOSSIER, basis=""), at=MONDAY
    )
    assert (Clock.objects.get(pk=made.pk).kind, made.due_at) == (kind, DUE)
