"""Statuses of the national list, lawful moves, and what counts as in time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.cases import rules
from dothi.cases.choices import Act, Measure, Status
from dothi.cases.rules import Course, NotLawful, Request

# What the national list allows, number by number; 5 leads back to where it came from.
LAWFUL = {
    1: {2, 3, 5, 7}, 2: {4, 7}, 3: set(), 4: {5, 6, 7, 8, 9}, 5: {1, 3, 4, 7, 8}, 6: {4, 7, 8},
    7: set(), 8: set(), 9: {4, 10}, 10: set(),
}  # fmt: skip
DUE = datetime(2026, 11, 20, 10, tzinfo=UTC)
DAY = timedelta(days=1)
END = DUE + 30 * DAY


def test_every_lawful_move_has_an_act_and_no_act_does_more() -> None:
    found: dict[int, set[int]] = {status.value: set() for status in Status}
    for now in Status:
        for before in (Status.NEW, Status.HANDLED):
            for act in rules.MOVES:
                if rules.may(act, now=now, before=before):
                    found[now].add(rules.target(act, now=now, before=before).value)
    assert found == LAWFUL


def test_final_statuses_are_final() -> None:
    assert {status.value for status in rules.FINAL} == {one for one, to in LAWFUL.items() if not to}


def test_papers_lead_back_to_where_they_were_asked_for() -> None:
    for before in (Status.NEW, Status.HANDLED):
        assert rules.target(Act.SUPPLY, now=Status.SUPPLEMENT, before=before) == before
    with pytest.raises(NotLawful):
        rules.target(Act.SUPPLY, now=Status.SUPPLEMENT, before=Status.DONE)
    with pytest.raises(NotLawful):
        rules.target(Act.SUPPLY, now=Status.SUPPLEMENT)


def test_once_received_nobody_refuses_to_receive() -> None:
    assert rules.may(Act.REFUSE, now=Status.SUPPLEMENT, before=Status.NEW)
    assert not rules.may(Act.REFUSE, now=Status.SUPPLEMENT, before=Status.HANDLED)
    with pytest.raises(NotLawful):
        rules.target(Act.REFUSE, now=Status.HANDLED)


def judged(period_end: datetime = END, **facts: object) -> bool:
    return rules.in_time(Course(due_at=DUE, **facts), period_end=period_end)  # type: ignore[arg-type]


def test_the_end_of_handling_counts_before_that_of_giving_back() -> None:
    assert judged(done_at=DUE, returned_at=DUE + 9 * DAY)
    assert not judged(done_at=DUE + timedelta(seconds=1), returned_at=DUE)
    assert judged(returned_at=DUE, ended_at=DUE + DAY)
    assert not judged(ended_at=DUE + DAY)


def test_what_is_not_finished_is_measured_at_the_end_of_the_period() -> None:
    assert judged(period_end=DUE)
    assert not judged(period_end=DUE + DAY)


def test_the_wait_for_papers_is_subtracted() -> None:
    asked = Request(asked_at=DUE - 3 * DAY, met_at=DUE + 2 * DAY)
    assert judged(done_at=DUE + 5 * DAY, requests=[asked])
    assert not judged(done_at=DUE + 5 * DAY + timedelta(seconds=1), requests=[asked])


def test_who_does_not_come_back_ends_it_at_the_request() -> None:
    assert judged(requests=[Request(asked_at=DUE)])
    assert not judged(requests=[Request(asked_at=DUE + DAY)])


def test_papers_asked_for_twice_count_as_overdue() -> None:
    asked = Request(asked_at=DUE - 3 * DAY, met_at=DUE - 2 * DAY)
    assert not judged(done_at=DUE - DAY, requests=[asked, asked])


@given(late=st.integers(-20, 20), wait=st.integers(0, 20))
def test_a_wait_never_makes_a_dossier_later(late: int, wait: int) -> None:
    done = DUE + late * DAY
    asked = Request(asked_at=done - wait * DAY, met_at=done)
    assert judged(done_at=done, requests=[asked]) >= judged(done_at=done)


def test_the_rate_has_two_decimals_and_none_without_dossiers() -> None:
    assert rules.percent(2, 3) == 66.67
    assert rules.percent(0, 0) is None


def test_a_wait_before_receipt_is_not_subtracted() -> None:
    early = Request(asked_at=DUE - 9 * DAY, met_at=DUE - 5 * DAY)
    assert judged(done_at=DUE + DAY, requests=[early])
    assert not judged(done_at=DUE + DAY, requests=[early], received_at=DUE - 4 * DAY)


def test_satisfaction_loses_what_was_late_and_what_was_disliked() -> None:
    assert rules.content(200, 10, 5) == 92.5
    assert rules.content(2, 2, 2) == 0.0
    assert rules.content(0, 0, 0) is None


def test_points_shrink_in_proportion_below_the_bound() -> None:
    assert rules.points(Measure.ONLINE, 25.0) == 50.0
    assert rules.points(Measure.ONLINE, 70.0) == 100.0
    assert rules.points(Measure.ONLINE, None) is None
    assert rules.points(Measure.IN_TIME, 97.0) is None


def test_a_month_ends_before_the_next_begins() -> None:
    assert rules.month_of(date(2026, 12, 31)) == rules.Period(
        since=date(2026, 12, 1), until=date(2027, 1, 1)
    )
    with pytest.raises(ValueError, match="not before"):
        rules.Period(since=date(2026, 1, 2), until=date(2026, 1, 2))
