"""One row for each open duty of anybody."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dothi.core.inbox import selectors, services
from dothi.core.inbox.models import Duty

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def put(code: str, **changes: Any) -> None:
    services.put(
        **{
            "kind": "feedback",
            "code": code,
            "title": "Đèn hỏng",
            "unit_code": "27238",
            "role": "specialist",
            "due_at": NOON + timedelta(days=3),
            "group": "open",
            "url": f"/desk/feedback/{code}",
            "at": NOON,
            **changes,
        }
    )


def test_a_duty_lies_on_one_table_once() -> None:
    put("A")
    put("A", title="Đèn đường hỏng")
    assert Duty.objects.get().title == "Đèn đường hỏng"


def test_the_most_urgent_lies_on_top_and_undated_ones_at_the_bottom() -> None:
    put("late", due_at=NOON - timedelta(days=1))
    put("never", due_at=None)
    put("soon")
    found = selectors.open_for(pairs=[("27238", "specialist")], person_id=None)
    assert [duty.code for duty in found] == ["late", "soon", "never"]


def test_a_post_sees_its_own_and_what_nobody_took() -> None:
    put("free")
    put("mine", person_id=7)
    put("hers", person_id=8)
    put("elsewhere", unit_code="27232")
    found = selectors.open_for(pairs=[("27238", "specialist")], person_id=7)
    assert {duty.code for duty in found} == {"free", "mine"}


def test_duties_of_a_leaver_go_to_the_successor_or_back_to_the_post() -> None:
    put("A", person_id=7)
    assert services.hand_over_person(from_id=7, to_id=8, at=NOON) == 1
    assert services.hand_over_person(from_id=8, to_id=None, at=NOON) == 1
    assert Duty.objects.get().person_id is None


def test_a_paused_duty_is_not_overdue() -> None:
    put("late", due_at=NOON - timedelta(hours=1))
    put("paused", due_at=NOON - timedelta(hours=1), paused=True)
    put("near", due_at=NOON + timedelta(hours=1))
    load = selectors.load(Duty.objects.all(), at=NOON)
    assert load == selectors.Load(open=3, near_due=1, overdue=1)


def test_a_settled_duty_is_gone() -> None:
    put("A")
    assert services.close(kind="feedback", code="A")
    assert not services.close(kind="feedback", code="A")
