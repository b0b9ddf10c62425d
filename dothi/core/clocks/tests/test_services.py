"""One clock for every duty, and it explains itself."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import ProgrammingError, transaction
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from dothi.core.audit.models import Entry
from dothi.core.clocks import selectors, services
from dothi.core.clocks.choices import AtExpiry, Kind, Mark, State, TimeUnit, View
from dothi.core.clocks.models import Clock, ClockMark
from dothi.core.clocks.rules import Spec
from dothi.core.clocks.selectors import moving
from dothi.core.clocks.tests.test_rules import specs
from dothi.core.events.models import Record
from dothi.core.workdays import services as workdays
from dothi.core.workdays.choices import DayKind

pytestmark = pytest.mark.django_db
CITY = ZoneInfo("Asia/Ho_Chi_Minh")
FIVE_DAYS = Spec(amount=5, unit=TimeUnit.WORK_DAYS, max_extensions=1, basis="QĐ 1478/QĐ-UBND")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CITY)


MONDAY = at("2026-03-02T09:00")


@pytest.fixture(autouse=True)
def calendar() -> None:
    workdays.seed(years=[2026], at=MONDAY)


def start(spec: Spec = FIVE_DAYS, when: datetime = MONDAY) -> Clock:
    return services.start(subject="t:1", kind=Kind.NORM, spec=spec, at=when)


def told(name: str) -> int:
    return Record.objects.filter(name=name).count()


def test_a_clock_is_due_by_the_calendar_of_the_house() -> None:
    assert start(when=at("2026-02-13T09:00")).due_at == at("2026-02-27T17:00")  # Tết lies between.


def test_a_pause_moves_the_due_time_and_keeps_the_old_one() -> None:
    clock = start()
    services.pause(clock, at=at("2026-03-03T09:00"), reason="waiting for the citizen")
    assert clock.state == State.PAUSED
    services.resume(clock, at=at("2026-03-05T09:00"))
    mark = clock.marks.get(mark=Mark.RESUMED)
    assert (mark.due_before, mark.due_after) == (at("2026-03-09T17:00"), at("2026-03-11T17:00"))


def test_of_two_who_pause_the_second_is_told() -> None:
    clock = start()
    same = Clock.objects.get()
    services.pause(clock, at=MONDAY, reason="x")
    with pytest.raises(services.ClockMoved):
        services.pause(same, at=MONDAY, reason="x")


def test_a_clock_is_extended_as_often_as_its_spec_allows() -> None:
    clock = start()
    services.extend(clock, amount=2, at=MONDAY, reason="needs parts")
    assert clock.due_at == at("2026-03-11T17:00")
    with pytest.raises(services.ExtensionRefused):
        services.extend(clock, amount=2, at=MONDAY, reason="again")


def test_two_who_extend_at_once_cannot_both() -> None:
    clock = start()
    same = Clock.objects.get()
    services.extend(clock, amount=1, at=MONDAY, reason="x")
    with pytest.raises(services.ExtensionRefused):
        services.extend(same, amount=1, at=MONDAY, reason="x")


def test_an_extension_that_comes_too_late_or_too_long_is_refused() -> None:
    spec = Spec(
        amount=5, unit=TimeUnit.WORK_DAYS, max_extensions=1, max_extension=5, extend_ahead=1
    )
    clock = start(spec)
    with pytest.raises(services.ExtensionRefused):
        services.extend(clock, amount=6, at=MONDAY, reason="x")
    with pytest.raises(services.ExtensionRefused):
        services.extend(clock, amount=2, at=at("2026-03-09T08:00"), reason="x")
    services.extend(clock, amount=2, at=at("2026-03-06T08:00"), reason="x")
    assert clock.due_at == at("2026-03-11T17:00")


def test_papers_are_asked_for_once_where_the_law_says_once() -> None:
    clock = start(Spec(amount=5, unit=TimeUnit.WORK_DAYS, max_pauses=1))
    services.pause(clock, at=MONDAY, reason="x")
    services.resume(clock, at=MONDAY)
    with pytest.raises(services.PauseRefused):
        services.pause(clock, at=MONDAY, reason="x")


def test_what_happened_to_a_clock_can_neither_be_changed_nor_removed() -> None:
    mark = start().marks.get()
    for spoil in (
        lambda: ClockMark.objects.filter(pk=mark.pk).update(reason="x"),
        lambda: mark.delete(),
    ):
        with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
            spoil()


def test_an_ended_clock_stays_ended() -> None:
    clock = start()
    services.meet(clock, at=MONDAY)
    with pytest.raises(services.ClockMoved):
        services.stop(clock, at=MONDAY, reason="x")


def test_near_due_and_breach_are_told_once() -> None:
    clock = start()
    assert services.sweep(at=MONDAY) == 0
    assert services.sweep(at=clock.near_due_at) == 1
    assert services.sweep(at=clock.due_at + timedelta(seconds=1)) == 1
    assert services.sweep(at=clock.due_at + timedelta(days=1)) == 0
    assert (told("clock.near_due"), told("clock.breached")) == (1, 1)


def test_what_is_due_at_five_is_late_after_five() -> None:
    clock = start()
    services.sweep(at=clock.due_at)
    assert told("clock.breached") == 0
    assert selectors.state_of(clock, clock.due_at) == View.NEAR_DUE


def test_what_is_late_already_is_not_told_as_near_due() -> None:
    clock = start()
    assert services.sweep(at=clock.due_at + timedelta(hours=1)) == 1
    assert (told("clock.near_due"), told("clock.breached")) == (0, 1)


def test_a_sweep_takes_no_more_than_its_limit_and_forgets_none() -> None:
    for number in range(5):
        services.start(subject=f"t:{number}", kind=Kind.NORM, spec=FIVE_DAYS, at=MONDAY)
    late = at("2026-03-10T09:00")
    assert [services.sweep(at=late, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert told("clock.breached") == 5


def test_who_did_not_know_of_the_sweep_does_not_have_it_told_again() -> None:
    clock = start()
    services.sweep(at=clock.near_due_at)
    services.pause(clock, at=clock.near_due_at, reason="x")  # Read before the sweep.
    services.resume(clock, at=clock.paused_at or MONDAY)
    assert services.sweep(at=clock.near_due_at) == 0


SILENCE = Spec(amount=1, unit=TimeUnit.WORK_DAYS, at_expiry=AtExpiry.AGREED)


def test_silence_counts_as_agreement() -> None:
    clock = start(SILENCE)
    late = clock.due_at + timedelta(hours=1)
    assert selectors.state_of(clock, late) == View.LAPSED
    services.sweep(at=late)
    clock.refresh_from_db()
    assert (clock.state, clock.ended_at) == (State.LAPSED, clock.due_at)
    assert told("clock.breached") == 0
    assert Record.objects.get(name="clock.lapsed").payload["agreed"] is True
    with translation.override("en"):
        assert selectors.explain(clock, at=late)[-1].text == (
            "Was due at 17:00 03/03/2026; nobody answered by then, which counts as agreement."
        )


def test_an_objection_after_the_silence_comes_too_late_even_before_the_sweep() -> None:
    clock = start(SILENCE)
    with pytest.raises(services.ClockMoved):
        services.meet(clock, at=clock.due_at + timedelta(seconds=1))
    services.meet(clock, at=clock.due_at)
    assert clock.state == State.MET


def test_a_time_that_only_runs_out_is_nobodys_fault() -> None:
    clock = start(Spec(amount=1, unit=TimeUnit.WORK_DAYS, at_expiry=AtExpiry.NOTHING))
    services.sweep(at=clock.near_due_at)
    services.sweep(at=clock.due_at + timedelta(hours=1))
    assert (told("clock.near_due"), told("clock.breached"), told("clock.lapsed")) == (0, 0, 1)
    with pytest.raises(services.ClockMoved):
        services.meet(clock, at=clock.due_at + timedelta(hours=2))


def test_a_new_due_time_is_a_new_promise() -> None:
    clock = start()
    late = clock.due_at + timedelta(minutes=1)
    services.sweep(at=late)
    clock.refresh_from_db()
    services.extend(clock, amount=3, at=late, reason="needs parts")
    services.sweep(at=clock.due_at + timedelta(minutes=1))
    assert told("clock.breached") == 2


def test_nobody_is_told_of_a_paused_clock() -> None:
    clock = start()
    services.pause(clock, at=MONDAY, reason="x")
    assert services.sweep(at=clock.due_at + timedelta(days=9)) == 0


THURSDAY = date(2026, 3, 5)


def close_on(day: date) -> None:
    workdays.set_day(
        day=day,
        kind=DayKind.OFF,
        label_vi="Nghỉ bầu cử",
        label_en="Election day",
        legal_basis="Thông báo 1",
        by="user:1",
        at=MONDAY,
    )


def recompute() -> int:
    return services.recompute_open(at=MONDAY, by="user:1", reason="Thông báo 1")


def test_a_changed_holiday_moves_deadlines_only_on_order() -> None:
    clock = start()
    close_on(THURSDAY)
    clock.refresh_from_db()
    assert clock.due_at == at("2026-03-09T17:00")
    assert recompute() == 1
    clock.refresh_from_db()
    assert clock.due_at == at("2026-03-10T17:00")
    assert recompute() == 0
    entry = Entry.objects.filter(act="clocks.recompute").order_by("id")[0]
    assert (entry.actor, entry.reason, entry.details["moved"]) == ("user:1", "Thông báo 1", 1)


def test_what_would_move_is_shown_before_anything_moves() -> None:
    """The office sees each duty with both due times, those that are due first on top."""
    late = start(when=at("2026-03-04T09:00"))
    early = services.start(subject="t:2", kind=Kind.NORM, spec=FIVE_DAYS, at=MONDAY)
    services.start(subject="t:3", kind=Kind.NORM, spec=FIVE_DAYS, at=at("2026-03-09T09:00"))
    close_on(THURSDAY)
    found = selectors.preview_recompute()
    assert (found.open, found.later, found.earlier, found.moved) == (3, 2, 0, 2)
    assert [(move.subject, move.due_before, move.due_at) for move in found.moves] == [
        ("t:2", early.due_at, at("2026-03-10T17:00")),
        ("t:1", late.due_at, at("2026-03-12T17:00")),
    ]
    assert [move.subject for move in selectors.preview_recompute(limit=1).moves] == ["t:2"]
    assert not Record.objects.filter(name="clock.rescheduled").exists()
    early.refresh_from_db()
    assert early.due_at == at("2026-03-09T17:00")
    assert recompute() == 2
    assert selectors.preview_recompute().moved == 0


def test_a_cancelled_holiday_takes_no_day_from_anybody() -> None:
    """What would be due earlier is told, and stays as it was promised."""
    close_on(THURSDAY)
    clock = start()
    promised = clock.due_at
    workdays.clear_day(day=THURSDAY, by="user:1", at=MONDAY, reason="Thông báo 2")
    found = selectors.preview_recompute()
    assert (found.later, found.earlier, found.moved, found.moves) == (0, 1, 0, ())
    assert recompute() == 0
    clock.refresh_from_db()
    assert clock.due_at == promised


def test_all_open_clocks_are_computed_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BATCH", 2)
    monkeypatch.setattr(moving, "BATCH", 2)
    for number in range(5):
        services.start(subject=f"t:{number}", kind=Kind.NORM, spec=FIVE_DAYS, at=MONDAY)
    close_on(THURSDAY)
    assert selectors.preview_recompute().moved == 5
    assert recompute() == 5
    assert set(Clock.objects.values_list("due_at", flat=True)) == {at("2026-03-10T17:00")}
    said = Entry.objects.filter(act="clocks.recompute").order_by("id")
    assert [entry.details["moved"] for entry in said] == [2, 2, 1, 5]
    assert said[3].details["finished"]


def test_the_domain_is_told_of_each_due_time_that_moved() -> None:
    start()
    close_on(THURSDAY)
    recompute()
    payload = Record.objects.get(name="clock.rescheduled").payload
    assert payload["subject"] == "t:1"
    assert datetime.fromisoformat(payload["due_before"]) == at("2026-03-09T17:00")
    assert datetime.fromisoformat(payload["due_at"]) == at("2026-03-10T17:00")


def test_a_pause_does_not_let_a_changed_holiday_in_by_the_back_door() -> None:
    clock = start()
    close_on(THURSDAY)
    services.pause(clock, at=MONDAY, reason="x")
    services.resume(clock, at=MONDAY)
    assert clock.due_at == at("2026-03-09T17:00")


def test_a_recomputed_clock_says_what_has_changed() -> None:
    clock = start()
    close_on(THURSDAY)
    with translation.override("en"):
        before = [line.text for line in selectors.explain(clock, at=MONDAY)]
        recompute()
        clock.refresh_from_db()
        after = [line.text for line in selectors.explain(clock, at=MONDAY)]
    assert not any("Election" in line for line in before)
    assert after[3:] == [
        "Recalculated at 09:00 02/03/2026: Thông báo 1. "
        "The due time moves from 17:00 09/03/2026 to 17:00 10/03/2026.",
        "Not counted: 05/03/2026, Election day.",
        "Due at 17:00 10/03/2026 (5 working days left).",
    ]


def test_a_holiday_that_was_moved_is_counted_again_on_order() -> None:
    close_on(THURSDAY)
    clock = start()
    workdays.clear_day(day=THURSDAY, by="user:1", at=MONDAY, reason="Thông báo 2")
    close_on(date(2026, 3, 6))
    close_on(date(2026, 3, 9))
    recompute()
    clock.refresh_from_db()
    assert clock.due_at == at("2026-03-11T17:00")
    with translation.override("vi"):
        lines = [line.text for line in selectors.explain(clock, at=MONDAY)]
    assert "Nay có tính: 05/03/2026." in lines


@pytest.mark.parametrize(
    ("when", "state"),
    [
        ("2026-03-02T10:00", View.GOOD),
        ("2026-03-09T08:00", View.NEAR_DUE),
        ("2026-03-09T17:00", View.NEAR_DUE),
        ("2026-03-09T17:01", View.OVERDUE),
    ],
)
def test_a_clock_says_how_it_stands(when: str, state: View) -> None:
    assert selectors.state_of(start(), at(when)) == state


def test_what_was_done_late_says_so() -> None:
    clock = start()
    services.meet(clock, at=clock.due_at + timedelta(minutes=1))
    assert selectors.state_of(clock, clock.due_at) == View.MET_LATE


def test_words_count_what_the_limit_counts() -> None:
    clock = start()
    with translation.override("en"):
        assert selectors.words(clock, at=MONDAY) == "5 working days left"
        assert selectors.words(clock, at=at("2026-03-09T14:30")) == "2 hours 30 min left"
        assert selectors.words(clock, at=at("2026-03-11T09:00")) == "overdue by 1 working day"
    with translation.override("vi"):
        found = selectors.words(clock, at=at("2026-03-05T14:00"))
        assert found == "còn 2 ngày làm việc 3 giờ"
        assert selectors.words(clock, at=at("2026-03-11T09:00")) == "quá hạn 1 ngày làm việc"


@pytest.mark.parametrize(
    ("spec", "when", "words"),
    [
        (Spec(amount=5, unit=TimeUnit.MINUTES), "2026-03-02T09:02", "3 minutes left"),
        (Spec(amount=5, unit=TimeUnit.MINUTES), "2026-03-02T09:05", "due now"),
        (Spec(amount=5, unit=TimeUnit.MINUTES), "2026-03-04T10:05", "overdue by 2 days"),
        (Spec(amount=30, unit=TimeUnit.CALENDAR_DAYS), "2026-03-03T09:00", "29 days left"),
        (Spec(amount=3, unit=TimeUnit.WORK_DAYS), "2026-03-07T10:00", "overdue by 1 working day"),
        (Spec(amount=3, unit=TimeUnit.WORK_DAYS), "2026-03-05T17:20", "Overdue"),
        (Spec(amount=8, unit=TimeUnit.WORK_HOURS), "2026-03-02T10:00", "7 hours left"),
    ],
)
def test_words_of_every_kind_of_limit(spec: Spec, when: str, words: str) -> None:
    with translation.override("en"):
        assert selectors.words(start(spec), at=at(when)) == words


def test_the_explanation_in_english_line_by_line() -> None:
    clock = start(when=at("2026-02-13T16:00"))
    services.pause(clock, at=at("2026-02-24T09:00"), reason="waiting for the citizen")
    services.resume(clock, at=at("2026-02-25T09:00"))
    with translation.override("en"):
        lines = [line.text for line in selectors.explain(clock, at=at("2026-02-25T10:00"))]
    assert lines == [
        "Received at 16:00 13/02/2026.",
        "The time limit is 5 working days. The day of receipt is not counted.",
        "Not counted: weekends (14/02/2026–15/02/2026, 21/02/2026–22/02/2026).",
        "Not counted: 16/02/2026–20/02/2026, Lunar New Year holiday.",
        "Paused at 09:00 24/02/2026: waiting for the citizen.",
        "Continued at 09:00 25/02/2026; "
        "the due time moves from 17:00 27/02/2026 to 17:00 02/03/2026.",
        "Not counted: weekends (28/02/2026–01/03/2026).",
        "Due at 17:00 02/03/2026 (3 working days left).",
    ]


def test_the_explanation_in_vietnamese_names_the_cut_off() -> None:
    spec = Spec(amount=0, unit=TimeUnit.WORK_DAYS, cut_off=time(15), basis="NĐ 118/2025/NĐ-CP")
    clock = start(spec, at("2026-03-02T15:20"))
    with translation.override("vi"):
        lines = [line.text for line in selectors.explain(clock, at=at("2026-03-02T15:30"))]
    assert lines == [
        "Tiếp nhận lúc 15:20 02/03/2026.",
        "Lúc đó đã sau 15:00 nên tính từ 07:30 03/03/2026.",
        "Thời hạn: trong ngày làm việc.",
        "Đến hạn lúc 17:00 03/03/2026 (còn 1 ngày làm việc 1 giờ).",
    ]


def test_a_calendar_term_names_the_rest_day_on_which_it_would_end() -> None:
    clock = start(Spec(amount=10, unit=TimeUnit.CALENDAR_DAYS), at("2026-02-06T09:00"))
    with translation.override("en"):
        lines = selectors.explain(clock, at=at("2026-02-06T09:00"))
    assert [line.text for line in lines[1:]] == [
        "The time limit is 10 days. The day of receipt is not counted.",
        "The last day, 16/02/2026, is a day off (Lunar New Year holiday); "
        "the term ends with the next working day.",
        "Due at 17:00 23/02/2026 (17 days left).",
    ]
    assert lines[2].source == "Bộ luật Lao động 45/2019/QH14, điều 112"


def test_a_makeup_saturday_and_its_decision_are_named() -> None:
    workdays.seed(years=[2026], at=MONDAY)
    clock = start(Spec(amount=1, unit=TimeUnit.WORK_DAYS), at("2026-01-09T09:00"))
    with translation.override("vi"):
        line = selectors.explain(clock, at=at("2026-01-09T09:00"))[-2]
    assert line.text == "Có tính: 10/01/2026, Làm bù cho ngày 02/01/2026."
    assert line.source == "VB 12729/VPCP-KGVX ngày 25/12/2025"


def test_an_estimated_holiday_is_called_one() -> None:
    workdays.seed(years=[2027], at=MONDAY)
    clock = start(Spec(amount=3, unit=TimeUnit.WORK_DAYS), at("2027-02-03T09:00"))
    assert clock.due_at == at("2027-02-15T17:00")
    with translation.override("vi"):
        lines = [line.text for line in selectors.explain(clock, at=at("2027-02-03T09:00"))]
    assert "Không tính: 04/02/2027–10/02/2027, Nghỉ Tết Nguyên đán (dự kiến)." in lines


def test_an_extension_says_by_how_much_until_when_and_why() -> None:
    clock = start()
    services.extend(clock, amount=3, at=MONDAY, reason="chờ vật tư")
    with translation.override("vi"):
        lines = [line.text for line in selectors.explain(clock, at=MONDAY)]
    assert lines[3:] == [
        "Gia hạn lúc 09:00 02/03/2026 thêm 3 ngày làm việc, đến 17:00 12/03/2026: chờ vật tư.",
        "Đến hạn lúc 17:00 12/03/2026 (còn 8 ngày làm việc).",
    ]


def test_a_list_of_clocks_asks_nothing_for_each_row(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.CALENDAR_CHECKED_EVERY = 60.0
    rows = [
        services.start(subject=f"t:{number}", kind=Kind.NORM, spec=FIVE_DAYS, at=MONDAY)
        for number in range(5)
    ]
    with django_assert_num_queries(0):
        chips = selectors.views(rows, at=MONDAY)
    assert {chip.state for chip in chips.values()} == {View.GOOD}
    with django_assert_num_queries(1):
        assert selectors.view(rows[0], at=MONDAY).lines


acts = st.lists(
    st.tuples(
        st.sampled_from(["pause", "resume", "extend", "meet", "recompute"]), st.integers(0, 90)
    ),
    max_size=6,
)


@given(spec=specs(), first=st.integers(0, 24 * 300), acts=acts)
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_happens_the_explanation_says_what_the_row_says(
    spec: Spec, first: int, acts: list[tuple[str, int]]
) -> None:
    moment = at("2026-01-05T00:00") + timedelta(hours=first)
    spec = replace(spec, max_extensions=9)
    clock = services.start(subject=f"t:{uuid4()}", kind=Kind.NORM, spec=spec, at=moment)
    for act, hours in acts:
        moment += timedelta(hours=hours)
        with suppress(services.ClockMoved):
            apply(clock, act, moment)
    clock.refresh_from_db()
    for language in ("vi", "en"):
        with translation.override(language):
            lines = selectors.explain(clock, at=moment)
            assert lines[0].at == clock.started_at
            assert lines[-1].at == clock.due_at
            assert selectors.moment(clock.due_at) in lines[-1].text
            assert not any("%(" in line.text for line in lines)
    marks = list(clock.marks.all())
    assert marks[-1].due_after == clock.due_at
    assert all(one.due_after == two.due_before for one, two in pairwise(marks))


def apply(clock: Clock, act: str, moment: datetime) -> None:
    match act:
        case "pause":
            services.pause(clock, at=moment, reason="waiting for the citizen")
        case "resume":
            services.resume(clock, at=moment)
        case "extend":
            services.extend(clock, amount=2, at=moment, reason="needs parts")
        case "meet":
            services.meet(clock, at=moment)
        case _:
            services.recompute_open(at=moment, by="system", reason="Thông báo 1")


def test_the_last_line_never_contradicts_the_due_time() -> None:
    clock = start()
    services.extend(clock, amount=3, at=MONDAY, reason="x")
    with translation.override("en"):
        last = selectors.explain(clock, at=MONDAY)[-1]
    assert last.at == clock.due_at
    assert selectors.moment(clock.due_at) in last.text
