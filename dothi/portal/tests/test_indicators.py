"""The indicators of the portal, on figures that one can count by hand."""

from datetime import timedelta

import pytest

from dothi.accounts.models import User
from dothi.datastore.indicators import selectors as indicators
from dothi.portal import services
from dothi.portal.choices import State
from dothi.portal.tests.factories import MONDAY_9AM, publish_article, write_article
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db
FRIDAY = MONDAY_9AM + timedelta(days=4)


def value(code: str) -> float | None:
    return indicators.now(code, at=FRIDAY).value.value


def test_only_what_first_went_out_in_thirty_days_counts(
    unit: Unit, editor: User, leader: User
) -> None:
    for days in (0, 2, 29):
        publish_article(unit=unit, writer=editor, leader=leader, at=FRIDAY - timedelta(days=days))
    publish_article(unit=unit, writer=editor, leader=leader, at=FRIDAY - timedelta(days=31))
    write_article(unit=unit, by=editor)
    assert value("portal.published") == 3


def test_readers_are_the_mean_of_the_articles_the_unread_ones_too(
    unit: Unit, editor: User, leader: User
) -> None:
    read = publish_article(unit=unit, writer=editor, leader=leader)
    publish_article(unit=unit, writer=editor, leader=leader)
    services.start_counter(page=read.code, count=90)
    services.count_reader(pages=[read.code], address="192.0.2.1", agent="a", at=MONDAY_9AM)
    assert value("portal.readers") == 45.5


def test_the_time_to_the_readers_runs_from_the_first_saved_text(
    unit: Unit, editor: User, leader: User
) -> None:
    article = write_article(unit=unit, by=editor)
    services.move(article=article, to=State.REVIEW, by=editor, at=MONDAY_9AM)
    services.move(article=article, to=State.APPROVED, by=leader, at=MONDAY_9AM)
    services.publish(article=article, by=leader.actor, at=MONDAY_9AM + timedelta(hours=30))
    assert value("portal.hours_to_publish") == 30


def test_what_waits_for_approval_is_counted_now(unit: Unit, editor: User) -> None:
    article = write_article(unit=unit, by=editor)
    assert value("portal.waiting") == 0
    services.move(article=article, to=State.REVIEW, by=editor, at=MONDAY_9AM)
    assert value("portal.waiting") == 1


def test_nothing_published_has_no_mean(unit: Unit) -> None:
    assert value("portal.readers") is None
    assert value("portal.hours_to_publish") is None
