"""The live map follows what happens, whatever comes twice, late or out of order."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dothi.core.events import selectors as log
from dothi.core.events.models import Record
from dothi.feedback import services as feedback
from dothi.feedback.events import FeedbackMoved, FeedbackSubmitted
from dothi.feedback.tests.factories import BY_THE_RIVER, MONDAY_9AM, UPHILL, City
from dothi.operations.wall import handlers, selectors, services
from dothi.operations.wall.choices import Layer, Tone
from dothi.operations.wall.events import PointHidden, PointShown
from dothi.operations.wall.models import MapPoint

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
KINDS: dict[str, Any] = {event.name: event for event in (FeedbackSubmitted, FeedbackMoved)}
SECRET_WORDS = ("Nguyễn Thị Mận", "0901234567", "Nhà bà Mận", "Cây đổ chắn đường")


def told(kind: type[Any]) -> list[dict[str, Any]]:
    return [row.payload for row in Record.objects.filter(name=kind.name).order_by("id")]


def handed_over() -> None:
    """Call the handler with every event of feedback, as a drain would."""
    rows = Record.objects.filter(name__in=KINDS).order_by("id")
    handlers.redraw_feedback([KINDS[row.name].model_validate(row.payload) for row in rows])


def test_a_report_becomes_a_point_and_leaves_when_it_is_settled(city: City) -> None:
    ticket = city.assigned()
    handed_over()
    (point,) = selectors.points()
    assert (point.source, point.unit_code, point.tone) == (ticket.code, "00001", Tone.CALM)
    feedback.resolve(ticket=ticket, text="Đã dọn cây.", by=city.lan, at=MONDAY_9AM)
    handed_over()
    assert not selectors.points()
    assert [gone["source"] for gone in told(PointHidden)] == [ticket.code]


def test_what_comes_twice_is_told_once(city: City) -> None:
    city.submit()
    handed_over()
    handed_over()
    assert len(told(PointShown)) == 1
    assert MapPoint.objects.count() == 1


def test_a_late_delivery_shows_what_is_so_now(city: City) -> None:
    """The event of the submission arrives after the report is settled: nothing is drawn."""
    ticket = city.assigned()
    feedback.resolve(ticket=ticket, text="Đã dọn cây.", by=city.lan, at=MONDAY_9AM)
    submitted = Record.objects.get(name=FeedbackSubmitted.name)
    handlers.redraw_feedback([FeedbackSubmitted.model_validate(submitted.payload)])
    assert not selectors.points()
    assert not told(PointShown)


@pytest.mark.django_db(transaction=True)
def test_a_report_about_an_officer_is_on_no_map(city: City) -> None:
    city.submit(category="conduct")
    handed_over()
    assert not selectors.points()
    assert not selectors.latest(at=MONDAY_9AM)


def test_a_report_without_a_place_is_counted_and_not_drawn(city: City) -> None:
    city.submit(place=None, unit=city.river)
    handed_over()
    assert not selectors.points()


def test_hiding_what_is_not_there_tells_nobody(city: City) -> None:
    services.hide(sources=["PA-000000-000000"], at=MONDAY_9AM)
    assert not told(PointHidden)


def test_a_changed_tone_is_told(city: City) -> None:
    shown: dict[str, Any] = {
        "source": "x", "layer": Layer.FEEDBACK, "unit_code": "00001", "category": "trees",
        "lon": 106.65, "lat": 10.76, "since": MONDAY_9AM, "at": MONDAY_9AM,
    }  # fmt: skip
    services.show(**shown, tone=Tone.CALM)
    services.show(**shown, tone=Tone.LATE)
    assert [event["tone"] for event in told(PointShown)] == ["calm", "late"]


def test_the_map_can_be_narrowed_to_a_ward_and_a_subject(city: City) -> None:
    city.submit(place=BY_THE_RIVER)
    city.submit(place=UPHILL, category="waste")
    handed_over()
    assert len(selectors.points()) == 2
    assert [p.category for p in selectors.points(unit_code="00002")] == ["waste"]
    assert not selectors.points(unit_code="00002", category="trees")


@pytest.mark.django_db(transaction=True)
def test_map_and_news_hold_no_word_and_no_person(city: City) -> None:
    city.submit(
        text="Cây đổ chắn đường trước nhà bà Mận.",
        address="Nhà bà Mận",
        contact=feedback.Contact(name="Nguyễn Thị Mận", phone="0901234567"),
    )
    handed_over()
    shown = str(selectors.map_features()) + str(selectors.latest(at=MONDAY_9AM))
    shown += str(told(PointShown))
    assert "PA-" in shown
    assert not [words for words in SECRET_WORDS if words in shown]


@pytest.mark.django_db(transaction=True)
def test_the_last_things_are_told_newest_first_and_few(city: City) -> None:
    tickets = [
        city.submit(at=MONDAY_9AM + timedelta(minutes=i), text=f"Cây số {i} đổ trên đường.")
        for i in range(7)
    ]
    latest = selectors.latest(at=MONDAY_9AM + timedelta(minutes=9))
    assert [line.code for line in latest] == [ticket.code for ticket in reversed(tickets)][:5]
    assert latest[0].where == "Phường Bờ Sông"
    assert latest[0].is_today


@pytest.mark.django_db(transaction=True)
def test_news_and_map_cost_the_same_whatever_their_length(city: City) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            selectors.latest(at=MONDAY_9AM)
            selectors.map_features()
        return len(queries)

    city.submit()
    handed_over()
    selectors.latest(at=MONDAY_9AM)
    few = asked()
    for i in range(6):
        city.submit(text=f"Cây số {i} đổ trên đường.")
    handed_over()
    assert asked() == few <= 8


def test_a_place_can_be_followed_unless_the_log_is_another_one(city: City) -> None:
    here = log.Position(xid=log.head().xid + 1_000_000, id=1)
    assert not selectors.can_follow(here), "beyond the end: a backup was put back"
    city.submit()
    handed_over()
    assert not selectors.can_follow(log.Position(0, 0)), "before the beginning of what is kept"
