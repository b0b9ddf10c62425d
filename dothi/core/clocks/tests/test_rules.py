"""A deadline can be replayed, and what happens to it is fair."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.core.clocks import rules
from dothi.core.clocks.choices import Mark, ResumeMode, StartRule, TimeUnit, Why
from dothi.core.clocks.rules import Event, Spec
from dothi.lib.tests.test_worktime import OFFICIAL, at, moments
from dothi.lib.worktime import Calendar

units = st.sampled_from(list(TimeUnit))


@st.composite
def specs(draw: st.DrawFn, *, least: int = 0) -> Spec:
    """Every spec that does not contradict itself."""
    unit = draw(units)
    start = draw(st.sampled_from(list(StartRule)))
    may_cut = unit != TimeUnit.MINUTES and start in {StartRule.AT_ONCE, StartRule.WORKING_MOMENT}
    return Spec(
        amount=draw(st.integers(least, 20)),
        unit=unit,
        start=start,
        cut_off=draw(st.sampled_from([None, time(11), time(15)])) if may_cut else None,
        resume=draw(st.sampled_from(list(ResumeMode))),
    )


spans = st.timedeltas(timedelta(0), timedelta(days=15))


def due(spec: Spec, start: datetime, *events: Event) -> datetime:
    return rules.plan(spec, start, events, OFFICIAL).due_at


def paused(start: datetime, after: timedelta, length: timedelta) -> tuple[Event, Event]:
    begin = start + after
    return Event(mark=Mark.PAUSED, at=begin), Event(mark=Mark.RESUMED, at=begin + length)


@given(spec=specs(), start=moments, after=spans, length=spans)
def test_a_pause_never_shortens(
    spec: Spec, start: datetime, after: timedelta, length: timedelta
) -> None:
    assert due(spec, start, *paused(start, after, length)) >= due(spec, start)


@given(spec=specs(), start=moments, after=spans)
def test_to_pause_and_resume_at_once_changes_nothing(
    spec: Spec, start: datetime, after: timedelta
) -> None:
    assert due(spec, start, *paused(start, after, timedelta(0))) == due(spec, start)


@given(unit=units, start=moments, one=st.integers(1, 10), two=st.integers(1, 10))
def test_extensions_add_up(unit: TimeUnit, start: datetime, one: int, two: int) -> None:
    """In days that end on a rest day the first extension may be rounded up, never down."""
    spec = Spec(amount=5, unit=unit)
    both = due(spec, start, *(Event(mark=Mark.EXTENDED, at=start, amount=n) for n in (one, two)))
    once = due(spec, start, Event(mark=Mark.EXTENDED, at=start, amount=one + two))
    if unit in {TimeUnit.MINUTES, TimeUnit.WORK_HOURS, TimeUnit.WORK_DAYS}:
        assert both == once
    else:
        assert both >= once


@given(spec=specs(), start=moments, later=spans)
def test_who_comes_later_is_never_due_earlier(
    spec: Spec, start: datetime, later: timedelta
) -> None:
    assert due(spec, start + later) >= due(spec, start)


@given(spec=specs(), start=moments)
def test_nothing_is_due_before_it_came(spec: Spec, start: datetime) -> None:
    assert due(spec, start) >= start


@given(spec=specs(), start=moments, after=spans, length=spans, more=spans)
def test_a_longer_pause_never_leaves_less_time(
    spec: Spec, start: datetime, after: timedelta, length: timedelta, more: timedelta
) -> None:
    short = due(spec, start, *paused(start, after, length))
    assert due(spec, start, *paused(start, after, length + more)) >= short


@given(
    spec=specs(),
    start=moments,
    after=spans,
    length=spans,
    amount=st.integers(1, 9),
    ahead=st.integers(-1, 40),
)
def test_a_holiday_only_pushes_out(
    spec: Spec, start: datetime, after: timedelta, length: timedelta, amount: int, ahead: int
) -> None:
    """Not so for a pause: on a holiday it takes no working time, so it gives less back."""
    extra = start.date() + timedelta(days=ahead)
    more = Calendar(off=OFFICIAL.off | {extra}, makeup=OFFICIAL.makeup - {extra})
    events = (Event(mark=Mark.EXTENDED, at=start, amount=amount),)
    before = rules.plan(spec, start, events, OFFICIAL).due_at
    assert rules.plan(spec, start, events, more).due_at >= before


@given(spec=specs(), start=moments, after=spans, length=spans, amount=st.integers(1, 9))
def test_the_next_step_leads_where_the_replay_leads(
    spec: Spec, start: datetime, after: timedelta, length: timedelta, amount: int
) -> None:
    events = [*paused(start, after, length), Event(mark=Mark.EXTENDED, at=start, amount=amount)]
    standing = rules.begin(spec, start, OFFICIAL).standing
    for event in events:
        step = rules.follow(spec, standing, event, OFFICIAL)
        assert step is not None
        standing = step.standing
    assert standing.due_at == due(spec, start, *events)


@given(unit=st.sampled_from(sorted(rules.WORKING)), start=moments, amount=st.integers(1, 20))
def test_the_days_passed_over_account_for_the_due_time(
    unit: TimeUnit, start: datetime, amount: int
) -> None:
    """Every day between receipt and due day was either worked or is named as left out."""
    step = rules.begin(Spec(amount=amount, unit=unit), start, OFFICIAL)
    first, last = start.date(), step.due_at.date()
    between = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert [day for day in between if not OFFICIAL.is_working_day(day)] == [
        day for day in step.skipped if day > first
    ]
    assert set(step.made_up) == set(between) & OFFICIAL.makeup


@given(spec=specs(), start=moments)
def test_near_due_lies_between_start_and_due(spec: Spec, start: datetime) -> None:
    plan = rules.plan(spec, start, (), OFFICIAL)
    assert start <= plan.near_due_at <= plan.due_at


@given(spec=specs())
def test_a_spec_survives_being_stored(spec: Spec) -> None:
    assert Spec.from_json(spec.to_json()) == spec


@pytest.mark.parametrize(
    ("received", "due_at"),
    [
        ("2026-03-02T14:59", "2026-03-02T17:00"),
        ("2026-03-02T15:00", "2026-03-02T17:00"),
        ("2026-03-02T15:01", "2026-03-03T17:00"),
        ("2026-03-06T16:00", "2026-03-09T17:00"),
        ("2026-02-13T15:30", "2026-02-23T17:00"),
        ("2026-03-07T10:00", "2026-03-09T17:00"),
    ],
)
def test_a_same_day_procedure_after_three_is_due_the_next_working_day(
    received: str, due_at: str
) -> None:
    spec = Spec(amount=0, unit=TimeUnit.WORK_DAYS, cut_off=time(15))
    assert due(spec, at(received)) == at(due_at)


def test_after_three_on_friday_and_on_saturday_are_the_same_monday() -> None:
    """Otherwise who comes on Saturday would be served before who came on Friday at four."""
    spec = Spec(amount=1, unit=TimeUnit.WORK_DAYS, cut_off=time(15))
    for received in ("2026-03-06T16:00", "2026-03-07T10:00", "2026-03-09T15:00"):
        assert due(spec, at(received)) == at("2026-03-10T17:00")
    assert due(spec, at("2026-03-06T15:00")) == at("2026-03-09T17:00")


@pytest.mark.parametrize(
    ("rule", "unit", "amount", "due_at"),
    [
        (StartRule.AT_ONCE, TimeUnit.WORK_HOURS, 2, "2026-03-09T09:30"),
        (StartRule.WORKING_MOMENT, TimeUnit.WORK_HOURS, 2, "2026-03-09T09:30"),
        (StartRule.WORKING_DAY, TimeUnit.WORK_HOURS, 2, "2026-03-09T09:30"),
        (StartRule.DAY_AFTER, TimeUnit.WORK_HOURS, 2, "2026-03-09T09:30"),
        (StartRule.WORKING_MOMENT, TimeUnit.WORK_DAYS, 1, "2026-03-09T17:00"),
        (StartRule.DAY_AFTER, TimeUnit.WORK_DAYS, 1, "2026-03-09T17:00"),
        (StartRule.WORKING_DAY, TimeUnit.WORK_DAYS, 1, "2026-03-10T17:00"),
        (StartRule.DAY_AFTER, TimeUnit.CALENDAR_DAYS, 5, "2026-03-11T17:00"),
        (StartRule.WORKING_DAY, TimeUnit.CALENDAR_DAYS, 5, "2026-03-16T17:00"),
        (StartRule.AT_ONCE, TimeUnit.MINUTES, 90, "2026-03-06T19:30"),
        (StartRule.WORKING_MOMENT, TimeUnit.MINUTES, 90, "2026-03-09T09:00"),
        (StartRule.DAY_AFTER, TimeUnit.MINUTES, 90, "2026-03-07T01:30"),
        (StartRule.AT_ONCE, TimeUnit.WORK_DAYS, 0, "2026-03-09T17:00"),
    ],
)
def test_from_when_it_counts_on_a_friday_at_six(
    rule: StartRule, unit: TimeUnit, amount: int, due_at: str
) -> None:
    spec = Spec(amount=amount, unit=unit, start=rule)
    assert due(spec, at("2026-03-06T18:00")) == at(due_at)


def test_hours_can_count_from_the_day_after() -> None:
    spec = Spec(amount=8, unit=TimeUnit.WORK_HOURS, start=StartRule.DAY_AFTER)
    assert due(spec, at("2026-03-02T09:00")) == at("2026-03-03T17:00")


def test_a_breach_is_told_within_72_hours_also_over_summer_time() -> None:
    city = ZoneInfo("America/Los_Angeles")
    spec = Spec(amount=72 * 60, unit=TimeUnit.MINUTES, start=StartRule.AT_ONCE)
    found = due(spec, datetime(2026, 3, 7, 12, tzinfo=city))
    assert found.isoformat() == "2026-03-10T13:00:00-07:00"


def test_thirty_days_run_over_weekends_and_end_on_a_working_day() -> None:
    step = rules.begin(
        Spec(amount=30, unit=TimeUnit.CALENDAR_DAYS), at("2026-03-05T09:00"), OFFICIAL
    )
    assert (step.due_at, step.rolled_from) == (at("2026-04-06T17:00"), date(2026, 4, 4))
    assert step.skipped == ()


def test_a_month_from_the_31st() -> None:
    step = rules.begin(Spec(amount=1, unit=TimeUnit.MONTHS), at("2026-01-31T09:00"), OFFICIAL)
    assert (step.due_at, step.rolled_from) == (at("2026-03-02T17:00"), date(2026, 2, 28))


def test_tet_is_passed_over_and_a_makeup_saturday_is_counted() -> None:
    tet = rules.begin(Spec(amount=3, unit=TimeUnit.WORK_DAYS), at("2026-02-12T09:00"), OFFICIAL)
    assert tet.skipped == tuple(date(2026, 2, day) for day in (*range(14, 23),))
    swap = rules.begin(Spec(amount=1, unit=TimeUnit.WORK_DAYS), at("2026-01-09T09:00"), OFFICIAL)
    assert (swap.made_up, swap.skipped) == ((date(2026, 1, 10),), ())


def test_who_is_cut_off_before_tet_sees_all_of_tet_left_out() -> None:
    spec = Spec(amount=0, unit=TimeUnit.WORK_DAYS, cut_off=time(15))
    step = rules.begin(spec, at("2026-02-13T15:30"), OFFICIAL)
    assert (step.why, len(step.skipped)) == (Why.CUT_OFF, 9)


@pytest.mark.parametrize(
    ("day", "allowed"), [("2026-03-05", True), ("2026-03-06", True), ("2026-03-09", False)]
)
def test_an_apology_goes_out_a_working_day_before_the_due_day(day: str, allowed: bool) -> None:
    spec = Spec(amount=5, unit=TimeUnit.WORK_DAYS, max_extensions=1, extend_ahead=1)
    why = rules.why_no_extension(
        spec, amount=3, before=0, due_at=at("2026-03-09T17:00"), at=at(f"{day}T16:00"),
        calendar=OFFICIAL,
    )  # fmt: skip
    assert (why == "") is allowed


DUE = at("2026-03-09T17:00")
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("ended", "paused_at", "requests", "as_of", "expected"),
    [
        (DUE, None, 0, DUE + DAY, True),
        (DUE + timedelta(seconds=1), None, 0, DUE + DAY, False),
        (None, None, 0, DUE - DAY, True),  # Unfinished: the end of the period is compared.
        (None, None, 0, DUE + DAY, False),
        (None, DUE - DAY, 1, DUE + 9 * DAY, True),  # The citizen has not come back.
        (None, DUE + DAY, 1, DUE + 9 * DAY, False),
        (DUE - DAY, None, 1, DUE, True),
        (DUE - DAY, None, 2, DUE, False),  # Asked twice: counted as late.
    ],
)
def test_what_counts_as_in_time_for_the_national_score(
    ended: datetime | None,
    paused_at: datetime | None,
    requests: int,
    as_of: datetime,
    expected: bool,
) -> None:
    found = rules.in_time(
        due_at=DUE, ended_at=ended, paused_at=paused_at, requests=requests, as_of=as_of
    )
    assert found is expected


def test_a_share_has_two_decimals_and_none_of_nothing() -> None:
    assert rules.share(2, 3) == Decimal("66.67")
    assert rules.share(1, 800) == Decimal("0.13")
    assert rules.share(0, 0) is None


def test_five_working_days_from_a_monday() -> None:
    spec = Spec(amount=5, unit=TimeUnit.WORK_DAYS)
    assert due(spec, at("2026-03-02T09:00")) == at("2026-03-09T17:00")


def test_a_pause_gives_back_the_working_days_it_took() -> None:
    spec = Spec(amount=5, unit=TimeUnit.WORK_DAYS)
    start = at("2026-03-02T09:00")
    events = paused(start, timedelta(days=1), timedelta(days=2))  # Tuesday to Thursday.
    assert due(spec, start, *events) == at("2026-03-11T17:00")


def test_a_pause_can_give_the_whole_time_again() -> None:
    spec = Spec(amount=5, unit=TimeUnit.WORK_DAYS, resume=ResumeMode.RESET)
    start = at("2026-03-02T09:00")
    events = paused(start, timedelta(days=3), timedelta(days=1))  # Goes on on Friday.
    assert due(spec, start, *events) == at("2026-03-13T17:00")


def test_eight_working_hours_rest_over_the_weekend() -> None:
    spec = Spec(amount=8, unit=TimeUnit.WORK_HOURS)
    assert due(spec, at("2026-03-06T16:00")) == at("2026-03-09T16:00")


def test_five_minutes_run_at_night_too() -> None:
    spec = Spec(amount=5, unit=TimeUnit.MINUTES, start=StartRule.AT_ONCE)
    assert due(spec, at("2026-03-07T23:58")) == at("2026-03-08T00:03")


def test_a_spec_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(rules.NoSuchSpec):
        Spec(amount=5, unit=TimeUnit.MINUTES, cut_off=time(15))
    with pytest.raises(rules.NoSuchSpec):
        Spec(amount=-1, unit=TimeUnit.WORK_DAYS)
    with pytest.raises(rules.NoSuchSpec):
        Spec(amount=1, unit=TimeUnit.WORK_DAYS, cut_off=time(15), start=StartRule.WORKING_DAY)


def test_a_second_pause_in_a_pause_changes_nothing() -> None:
    spec, start = Spec(amount=5, unit=TimeUnit.WORK_DAYS), at("2026-03-02T09:00")
    pause = Event(mark=Mark.PAUSED, at=start)
    assert len(rules.plan(spec, start, [pause, pause], OFFICIAL).steps) == 2
    assert rules.plan(spec, start, [pause], OFFICIAL).paused_at == start


def test_the_clock_of_utc_is_not_needed() -> None:
    assert due(Spec(amount=1, unit=TimeUnit.WORK_DAYS), at("2026-03-02T09:00")).tzinfo is UTC
