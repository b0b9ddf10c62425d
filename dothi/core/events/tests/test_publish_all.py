"""Many events at once are as good as many one by one."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from dothi.core.events.models import Record
from dothi.core.events.services import publish, publish_all
from dothi.feedback.events import FeedbackSeconded

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def event(number: int) -> FeedbackSeconded:
    return FeedbackSeconded(code=f"PA-{number}", unit_code="1", category="trees", me_too=number)


@pytest.mark.django_db
def test_they_are_kept_in_their_order_and_as_one_by_one() -> None:
    with transaction.atomic():
        publish(event(0), at=NOON)
        publish_all([event(number) for number in range(1, 60)], at=NOON)
        publish_all([], at=NOON)
    rows = list(Record.objects.order_by("id"))
    assert [row.payload["me_too"] for row in rows] == list(range(60))
    assert {row.published_at for row in rows} == {NOON}
    assert rows[0].payload.keys() == rows[1].payload.keys()


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_nothing_is_published() -> None:
    with pytest.raises(RuntimeError):
        publish_all([event(1)], at=NOON)
