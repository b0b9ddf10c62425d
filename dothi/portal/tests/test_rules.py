"""The rules of the news desk."""

from datetime import date
from typing import Any

import pytest

from dothi.portal import rules
from dothi.portal.choices import Deed, State


@pytest.mark.parametrize("state", State)
def test_every_state_says_where_it_leads(state: State) -> None:
    assert state in rules.MOVES


def test_nothing_is_published_that_nobody_approved() -> None:
    before = {state for state, moves in rules.MOVES.items() if State.PUBLISHED in moves}
    assert before == {State.APPROVED}


def test_withdrawing_what_readers_saw_needs_a_reason() -> None:
    assert rules.needs_reason(now=State.PUBLISHED, to=State.WITHDRAWN)
    assert not rules.needs_reason(now=State.DRAFT, to=State.REVIEW)


@pytest.mark.parametrize(
    ("method", "agent", "purpose", "counted"),
    [
        ("GET", "Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36", "", True),
        ("HEAD", "Mozilla/5.0 (Linux; Android 14) Chrome/126.0", "", False),
        ("GET", "Mozilla/5.0 (compatible; Googlebot/2.1)", "", False),
        ("GET", "curl/8.5.0", "", False),
        ("GET", "", "", False),
        ("GET", "Mozilla/5.0 (Linux; Android 14) Chrome/126.0", "prefetch;prerender", False),
    ],
)
def test_people_are_counted_and_machines_are_not(
    method: str, agent: str, purpose: str, counted: bool
) -> None:
    assert rules.is_reader(method=method, agent=agent, purpose=purpose) is counted


def test_a_reader_cannot_be_followed_from_one_day_to_the_next() -> None:
    monday: dict[str, Any] = {"salt": b"1" * 32, "address": "192.0.2.7", "agent": "A", "page": "p"}
    marks = {
        rules.reader_mark(**monday, on=date(2026, 3, 2)),
        rules.reader_mark(**monday, on=date(2026, 3, 3)),
        rules.reader_mark(**monday | {"salt": b"2" * 32}, on=date(2026, 3, 2)),
        rules.reader_mark(**monday | {"page": "q"}, on=date(2026, 3, 2)),
    }
    assert len(marks) == 4
    assert rules.reader_mark(**monday, on=date(2026, 3, 2)) in marks


def test_the_counter_shows_eight_boxes_and_grows() -> None:
    assert rules.digits(37486183) == list("37486183")
    assert rules.digits(42) == list("00000042")
    assert rules.digits(123456789) == list("123456789")


@pytest.mark.parametrize("deed", rules.DEED_MOVES)
def test_every_deed_that_moves_an_article_is_possible_from_some_state(deed: Deed) -> None:
    to = rules.DEED_MOVES[deed]
    assert any(rules.may_move(now=state, to=to) for state in State)


def test_the_difference_of_two_texts_is_told_word_by_word() -> None:
    older = rules.lines_of("<p>Xong trước mùa mưa.</p><p>Dài 620 m.</p><p>Hết.</p>")
    newer = rules.lines_of("<p>Xong trước mùa khô.</p><p>Dài 620 m.</p>")
    assert rules.changes(older, newer) == [
        [("same", "Xong trước mùa "), ("gone", "mưa"), ("new", "khô"), ("same", ".")],
        [("same", "Dài 620 m.")],
        [("gone", "Hết.")],
    ]


def test_another_sentence_is_not_mixed_with_the_one_it_replaces() -> None:
    [line] = rules.changes(["Trời mưa to suốt đêm."], ["Phường họp vào 9 giờ"])
    assert [change.kind for change in line] == ["gone", "new"]


def test_a_compared_body_names_its_pictures_links_and_cells() -> None:
    assert rules.lines_of(
        '<figure><img src="/files/A/960" alt="Cây xanh">'
        "<figcaption>Hẻm &amp; phố</figcaption></figure>"
        '<p>Xem <a href="https://example.vn" rel="noopener">đây</a>.</p>'
        "<table><tbody><tr><th>Giờ</th><td>7</td></tr></tbody></table>"
    ) == ["[Cây xanh]Hẻm & phố", "Xem đây (https://example.vn).", "Giờ | 7"]
