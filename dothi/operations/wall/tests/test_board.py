"""The figures of the wall are those of the indicators, and wards add up to the total."""

from datetime import date, timedelta
from typing import Any

import pytest
import shapely
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from dothi.datastore.indicators import selectors as indicators
from dothi.datastore.indicators import services as readings
from dothi.feedback import selectors as feedback
from dothi.feedback.selectors import PublicFilters
from dothi.feedback.tests.factories import BY_THE_RIVER, MONDAY_9AM, RIVER_BOX, UPHILL, City
from dothi.operations.wall import selectors
from dothi.operations.wall.selectors.board import Tile
from dothi.units import services as units
from dothi.units.choices import Kind

pytestmark = pytest.mark.django_db
NEXT_MONDAY = MONDAY_9AM + timedelta(days=7)


def test_every_tile_is_its_indicator(city: City) -> None:
    city.submit(place=BY_THE_RIVER)
    city.resolved(place=UPHILL)
    late = city.assigned(place=UPHILL)
    for at in (MONDAY_9AM, NEXT_MONDAY + timedelta(hours=10)):
        board = selectors.board(at=at)
        for tile in board.tiles:
            assert tile.value == indicators.now(tile.code, at=at).value.value, tile.code
    assert next(t for t in board.tiles if t.code == "feedback.overdue").value == 2
    assert late.due_at is not None
    assert late.due_at < NEXT_MONDAY + timedelta(hours=10)


def test_wards_add_up_to_the_total(city: City) -> None:
    city.submit(place=BY_THE_RIVER)
    city.submit(place=UPHILL)
    city.submit(place=UPHILL, category="waste")
    city.submit(place=None, unit=city.root)
    board = selectors.board(at=MONDAY_9AM)
    opened = {ward.code: ward.open for ward in (*board.wards, board.elsewhere)}
    assert opened == {"00001": 1, "00002": 2, "": 1}
    assert sum(opened.values()) == indicators.now("feedback.open", at=MONDAY_9AM).value.value


def test_a_wall_that_everybody_sees_counts_by_ward_what_everybody_may_see(
    city: City, settings: Any
) -> None:
    """Or who takes the public list from the row of a ward finds a report about its officers."""
    settings.PUBLIC_WALL = True
    city.submit(place=BY_THE_RIVER)
    city.submit(place=BY_THE_RIVER, category="conduct")
    city.submit(place=UPHILL, category="conduct")
    late = NEXT_MONDAY + timedelta(hours=10)
    for at in (MONDAY_9AM, late):
        board = selectors.board(at=at)
        listed = feedback.public_list(at=at, filters=PublicFilters(open_only=True)).items
        assert {ward.code: ward.open for ward in board.wards} == {
            code: sum(one.unit_code == code for one in listed) for code in ("00001", "00002")
        }
        assert {ward.code: ward.overdue for ward in board.wards} == {
            code: sum(one.unit_code == code and one.is_overdue for one in listed)
            for code in ("00001", "00002")
        }
        assert board.elsewhere.open == 2, "the whole is told, and its rows add up to it"
        assert next(t for t in board.tiles if t.code == "feedback.open").value == 3
    assert [ward.on_time for ward in selectors.board(at=late).wards] == [0.0, None]


def test_a_wall_for_posts_tells_the_held_ones_where_they_are(city: City, settings: Any) -> None:
    settings.PUBLIC_WALL = False
    city.submit(place=BY_THE_RIVER, category="conduct")
    board = selectors.board(at=MONDAY_9AM)
    assert {ward.code: ward.open for ward in board.wards} == {"00001": 1, "00002": 0}
    assert board.elsewhere.open == 0


def test_reports_of_a_ward_that_is_no_more_count_where_it_went(city: City) -> None:
    city.submit(place=BY_THE_RIVER)
    (new,) = units.reorganise(
        on=date(2026, 3, 3),
        decision="Nghị quyết 1",
        ends=[city.river],
        creates=[
            units.NewUnit(code="00009", name_vi="Phường Mới", kind=Kind.WARD, parent=city.root)
        ],
        links=[units.Link(before=city.river, after="00009")],
        at=MONDAY_9AM,
        by="system",
    )
    units.draw_area(
        unit=new, geometry=shapely.box(*RIVER_BOX), provenance="test", licence="test",
        schematic=True, at=MONDAY_9AM, by="system",
    )  # fmt: skip
    board = selectors.board(at=MONDAY_9AM + timedelta(days=2))
    assert {ward.code: ward.open for ward in board.wards} == {"00002": 0, "00009": 1}
    assert board.elsewhere.open == 0


def test_an_empty_house_praises_nobody(city: City) -> None:
    board = selectors.board(at=MONDAY_9AM)
    share = next(t for t in board.tiles if t.code == "feedback.share_on_time")
    assert (share.value, share.words, share.tone) == (None, "–", "")
    assert board.to_json()["tiles"][0]["value"] is None


def test_large_figures_are_written_as_the_reader_is_used_to() -> None:
    tile = Tile(code="x", title="x", value=12345.0, unit="", tone="")
    with translation.override("vi"):
        assert tile.words == "12.345"
    with translation.override("en"):
        assert tile.words == "12,345"


def test_the_trend_is_the_last_reading_of_each_day(city: City) -> None:
    city.resolved()
    for hours in (1, 2, 25):
        readings.take_readings(at=MONDAY_9AM + timedelta(hours=hours))
    days = selectors.trend(at=MONDAY_9AM + timedelta(hours=30))
    assert [(day.day, value) for day, value in days] == [(2, 100.0), (3, 100.0)]


def test_the_board_asks_each_indicator_once(city: City) -> None:
    city.submit()
    selectors.board(at=MONDAY_9AM)
    with CaptureQueriesContext(connection) as queries:
        selectors.board(at=MONDAY_9AM)
    asked = [q for q in queries if "feedback_ticket" in q["sql"]]
    tiles = len(selectors.arranged())
    assert len(asked) == tiles
    assert len(queries) <= tiles + 3
