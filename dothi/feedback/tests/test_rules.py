"""What a report may become, where it is sent, and what looks like the same thing."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.feedback import rules
from dothi.feedback.choices import Act, Parameter, Power, State, Visibility
from dothi.feedback.rules import Matter, Route, Trait
from dothi.lib.codes import ALPHABET, secret
from dothi.lib.geo import Point

CITY = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=CITY)
HERE = Point(106.65, 10.76)
ACTS = st.lists(st.sampled_from(sorted(rules.MOVES)), max_size=25)


def walk(acts: list[Act]) -> list[State]:
    """The states that a report passes when these acts are tried in order."""
    states, before = [State.RECEIVED], None
    for act in acts:
        if rules.may_move(act, now=states[-1]):
            to = rules.target(act, before=before)
            before = states[-1]
            states.append(to)
    return states


@pytest.mark.parametrize("state", State)
def test_every_state_is_open_or_closed(state: State) -> None:
    assert (state in rules.OPEN) != (state in rules.CLOSED)


def test_every_state_can_be_reached_from_the_first() -> None:
    reached, queue = {State.RECEIVED}, [State.RECEIVED]
    while queue:
        now = queue.pop()
        for act, move in rules.MOVES.items():
            if rules.may_move(act, now=now) and move.to and move.to not in reached:
                reached.add(move.to)
                queue.append(move.to)
    assert reached == set(State)


@pytest.mark.parametrize("state", sorted(rules.OPEN))
def test_no_open_report_is_stuck(state: State) -> None:
    assert any(
        rules.may_move(act, now=state) and rules.MOVES[act].to in rules.CLOSED
        for act in rules.MOVES
    )


@pytest.mark.parametrize("state", sorted(rules.FINAL))
def test_what_another_law_has_never_comes_back(state: State) -> None:
    assert not [act for act in rules.MOVES if rules.may_move(act, now=state)]


@given(ACTS)
def test_whatever_is_tried_a_report_is_open_until_it_is_closed_and_only_asked_for_opens_again(
    acts: list[Act],
) -> None:
    states = walk(acts)
    for was, now in zip(states, states[1:], strict=False):
        if was in rules.CLOSED and now in rules.OPEN:
            # Reopened, or taken out of a merger: nothing else brings a report back.
            assert now == State.REOPENED or was == State.DUPLICATE


@given(ACTS)
def test_the_result_is_published_only_after_there_is_one(acts: list[Act]) -> None:
    states = walk(acts)
    for was, now in zip(states, states[1:], strict=False):
        if now == State.PUBLISHED:
            assert was == State.RESOLVED


@given(ACTS)
def test_nobody_is_asked_twice_at_once(acts: list[Act]) -> None:
    states = walk(acts)
    assert all(
        not (was == now == State.NEEDS_INFO) for was, now in zip(states, states[1:], strict=False)
    )


def test_a_way_back_needs_to_know_where_to() -> None:
    with pytest.raises(ValueError, match="not known"):
        rules.target(Act.INFORM, before=None)


@pytest.mark.parametrize("act", [Act.REJECT, Act.REOPEN, Act.TRANSFER, Act.UNMERGE, Act.HOLD_BACK])
def test_what_hurts_somebody_needs_a_reason(act: Act) -> None:
    assert rules.MOVES[act].reason


@pytest.mark.parametrize("act", sorted(set(rules.MOVES) - {Act.INFORM, Act.LAPSE}))
def test_only_posts_with_a_power_move_a_report(act: Act) -> None:
    assert rules.powers_for(act)
    assert Power.SEE not in rules.powers_for(act)


def test_the_office_may_reopen_as_the_public_may() -> None:
    assert rules.powers_for(Act.REOPEN) == {Power.ROUTE, Power.ANSWER}


def test_what_is_shown_already_is_not_offered_for_publishing() -> None:
    shown = rules.acts_from(State.IN_PROGRESS, visibility=Visibility.PUBLIC)
    held = rules.acts_from(State.IN_PROGRESS, visibility=Visibility.HELD)
    assert Act.PUBLISH not in shown
    assert Act.HOLD_BACK in shown
    assert Act.PUBLISH in held
    assert Act.HOLD_BACK not in held


# --- Time ----------------------------------------------------------------------------------------


def test_the_window_ends_with_its_last_day() -> None:
    closed = MONDAY
    late_that_day = datetime(2026, 3, 12, 23, 59, tzinfo=CITY)
    assert rules.within_window(closed, days=10, at=late_that_day)
    assert not rules.within_window(closed, days=10, at=late_that_day + timedelta(minutes=1))


def test_a_paused_report_is_never_late() -> None:
    late = MONDAY + timedelta(days=9)
    assert rules.is_overdue(due_at=MONDAY, paused=False, ended_at=None, at=late)
    assert not rules.is_overdue(due_at=MONDAY, paused=True, ended_at=None, at=late)


def test_a_closed_report_is_judged_by_its_end() -> None:
    due = MONDAY + timedelta(days=5)
    later = MONDAY + timedelta(days=99)
    assert not rules.is_overdue(due_at=due, paused=False, ended_at=MONDAY, at=later)


def test_every_parameter_has_a_value_without_a_row() -> None:
    assert set(rules.DEFAULTS) == set(Parameter)


# --- Titles --------------------------------------------------------------------------------------


def test_the_first_sentence_is_the_title() -> None:
    assert rules.title_of("Đèn đường tắt. Tối quá, dễ té.") == "Đèn đường tắt"


def test_a_long_first_sentence_is_cut_at_a_word() -> None:
    title = rules.title_of("nước ngập " * 40)
    assert len(title) <= rules.TITLE_LENGTH
    assert title.endswith(("ngập…", "nước…"))


@given(st.text(max_size=400))
def test_a_title_is_never_too_long(text: str) -> None:
    assert len(rules.title_of(text)) <= rules.TITLE_LENGTH


# --- Routes --------------------------------------------------------------------------------------

NIGHT = Route(
    order=1,
    category_id=7,
    from_hour=time(22),
    to_hour=time(6),
    to_role="dispatcher",
    valid_from=date(2026, 1, 1),
)
DAY = Route(order=2, category_id=7, to_role="specialist", valid_from=date(2026, 1, 1))


def matter(**changes: object) -> Matter:
    base: dict[str, object] = {"category_id": 7, "unit_id": 1, "channel": "web", "at": MONDAY}
    return Matter(**base | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hour", "role"), [(21, "specialist"), (22, "dispatcher"), (5, "dispatcher"), (6, "specialist")]
)
def test_noise_at_night_goes_to_the_duty_operator(hour: int, role: str) -> None:
    found = rules.first_route([NIGHT, DAY], matter(at=MONDAY.replace(hour=hour)))
    assert found
    assert found.to_role == role


def test_a_route_that_is_over_is_not_taken() -> None:
    over = Route(order=1, valid_from=date(2025, 1, 1), valid_to=MONDAY.date())
    assert rules.first_route([over], matter()) is None


@pytest.mark.parametrize(
    "route",
    [
        Route(order=1, category_id=8, valid_from=date(2026, 1, 1)),
        Route(order=1, area_ids=frozenset({2}), valid_from=date(2026, 1, 1)),
        Route(order=1, channel="phone", valid_from=date(2026, 1, 1)),
        Route(order=1, weekdays=frozenset({5, 6}), valid_from=date(2026, 1, 1)),
        Route(order=1, valid_from=date(2026, 3, 3)),
    ],
)
def test_a_route_for_something_else_is_passed_over(route: Route) -> None:
    assert not rules.fits(route, matter())


# --- Likeness ------------------------------------------------------------------------------------


def trait(text: str = "den duong tat", *, metres: float = 0, **changes: object) -> Trait:
    place = Point(HERE.lon, HERE.lat + metres / 111_195)
    base: dict[str, object] = {"place": place, "category_id": 1, "folded": text}
    return Trait(**base | changes)  # type: ignore[arg-type]


def test_the_same_words_at_the_same_place_are_the_same_thing() -> None:
    assert rules.likeness(trait(), trait("den duong tat roi", metres=20), within_m=250) > 0.9


def test_what_is_too_far_away_is_never_the_same() -> None:
    assert rules.likeness(trait(), trait(metres=300), within_m=250) == 0


def test_a_photo_of_the_same_scene_decides() -> None:
    one = trait("rac", photos=frozenset({0b1111}))
    other = trait("mui hoi", metres=200, category_id=2, photos=frozenset({0b1011}))
    assert rules.likeness(one, other, within_m=250) >= 0.95


def test_another_scene_does_not() -> None:
    assert not rules.same_photo({0}, {-1})  # All 64 bits differ: rows keep a sign.


@given(st.text(max_size=60), st.text(max_size=60), st.floats(0, 240))
def test_likeness_is_mutual_and_between_nothing_and_all(a: str, b: str, metres: float) -> None:
    one, other = trait(a), trait(b, metres=metres)
    there = rules.likeness(one, other, within_m=250)
    assert 0 <= there <= 1
    assert there == rules.likeness(other, one, within_m=250)


# --- Secrets -------------------------------------------------------------------------------------


def test_a_secret_read_over_the_phone_is_the_same_secret() -> None:
    typed = "o1234-abcde"
    assert rules.letters_of(typed) == rules.letters_of("0L234 ABCDE")


def test_no_letter_of_a_secret_is_lost() -> None:
    assert len(rules.letters_of(secret())) == 26
    assert rules.letters_of(ALPHABET) == ALPHABET
