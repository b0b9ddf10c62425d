"""Whoever opens personal data leaves a line that nobody can take away."""

from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.db.utils import ProgrammingError

from dothi.core.access import selectors, services

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def look(record: str, purpose: str = "Call back") -> None:
    services.opened(record=record, by="user:7", at=NOON, purpose=purpose, fields=["phone"])


def test_the_citizen_sees_who_looked_at_his_records_only() -> None:
    look("feedback.ticket:A")
    look("feedback.ticket:B")
    assert [row.record for row in selectors.looks_at(["feedback.ticket:A"])] == [
        "feedback.ticket:A"
    ]


def test_nobody_opens_personal_data_without_a_purpose() -> None:
    with pytest.raises(ValueError, match="purpose"):
        look("feedback.ticket:A", purpose=" ")


def test_a_look_cannot_be_taken_back() -> None:
    look("feedback.ticket:A")
    with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
        selectors.looks_at(["feedback.ticket:A"]).delete()
