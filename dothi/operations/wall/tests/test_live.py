"""The stream of the wall: at once, in order, with its place; and honest when it cannot go on."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import AsyncClient

from dothi.core.events import selectors as log
from dothi.core.events.services import publish
from dothi.feedback.tests.factories import MONDAY_9AM
from dothi.operations.wall import live, rules, selectors, services
from dothi.operations.wall.choices import Layer, Tone
from dothi.operations.wall.events import PointHidden
from dothi.operations.wall.models import MapPoint

pytestmark = pytest.mark.django_db(transaction=True)


def show(source: str, tone: Tone = Tone.CALM) -> None:
    services.show(
        source=source, layer=Layer.FEEDBACK, unit_code="00001", category="trees",
        lon=106.65, lat=10.76, tone=tone, since=MONDAY_9AM, at=MONDAY_9AM,
    )  # fmt: skip


def show_elsewhere(source: str) -> None:
    show(source)
    connection.close()


def parsed(text: str) -> dict[str, Any]:
    fields = dict(line.split(": ", 1) for line in text.strip().split("\n"))
    return {**fields, "data": json.loads(fields.get("data", "{}"))}


def listen(
    after: log.Position | None, *, until: Callable[[list[dict[str, Any]]], bool], then: Any = None
) -> list[dict[str, Any]]:
    """What a screen hears until it has heard enough; `then` is done once it listens."""

    async def hear() -> list[dict[str, Any]]:
        heard: list[dict[str, Any]] = []
        stream = live.frames(after)
        async for text in stream:
            heard.append(parsed(text))
            if then and heard[-1].get("event") == "figures" and not any("id" in h for h in heard):
                await asyncio.to_thread(then)
            if until(heard):
                break
        await stream.aclose()  # type: ignore[attr-defined]
        return heard

    return asyncio.run(asyncio.wait_for(hear(), 15))


def points(heard: list[dict[str, Any]]) -> list[str]:
    return [h["data"]["source"] for h in heard if h.get("event") in ("point", "gone")]


def test_a_screen_first_gets_the_figures_and_then_each_point_with_its_place() -> None:
    heard = listen(None, then=lambda: show_elsewhere("a"), until=lambda h: points(h) == ["a"])
    assert [h.get("event") for h in heard[:2]] == [None, "figures"]
    assert log.Position.parse(heard[-1]["id"]) <= log.head()


def test_a_screen_that_slept_gets_what_it_missed_in_order_and_once() -> None:
    show("before")
    left = log.head()
    show("a")
    show("b", Tone.LATE)
    services.hide(sources=["a"], at=MONDAY_9AM)
    heard = listen(left, until=lambda h: len(points(h)) == 3)
    assert points(heard) == ["a", "b", "a"]


def test_the_place_of_a_quiet_hour_is_told_so_that_nobody_searches_from_far_back() -> None:
    show("a")
    begun = log.head()
    heard = listen(None, until=lambda h: h[-1].get("event") == "beat")
    assert log.Position.parse(heard[-1]["id"]) >= begun


def test_figures_follow_a_change_within_a_second_also_when_changes_never_stop() -> None:
    """Points arrive all the time; figures must not wait for silence."""

    def busy() -> None:
        for number in range(8):
            show(f"busy-{number}")
            asyncio.run(asyncio.sleep(0.25))
        connection.close()

    asked: list[float] = []

    async def hear() -> None:
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(None, busy)
        stream = live.frames(None)
        async for text in stream:
            if "event: point" in text:
                asked.append(live._shared[loop].made)
            if "busy-7" in text:
                break
        await stream.aclose()  # type: ignore[attr-defined]
        await work

    asyncio.run(asyncio.wait_for(hear(), 15))
    assert len(set(asked)) >= 2, "they were made anew while points kept coming"


def test_a_change_during_the_asking_is_asked_for_again() -> None:
    async def work() -> None:
        follower = live.Follower(live.Figures())
        follower.figures.frame, follower.figures.made = "old", 0.0
        follower.figures.lock = asyncio.Lock()
        follower.changed()
        follower.figures.made = follower.changed_at - 0.1
        await follower.newest()
        assert follower.stale, "the figures are older than the change"

    asyncio.run(work())


@pytest.mark.parametrize("place", ["0-0", "999999999-1"])
def test_a_screen_that_cannot_go_on_is_told_to_begin_anew(place: str) -> None:
    """Its log was trimmed, or a backup was put back: silence would be a lie."""
    show("a")
    heard = listen(log.Position.parse(place), until=lambda h: h[-1].get("event") == "again")
    assert [h.get("event") for h in heard] == [None, "again"]


def test_who_missed_very_much_begins_anew_from_a_picture_that_has_it_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules, "CATCH_UP_AT_MOST", 3)
    show("before")
    left = log.head()
    for number in range(4):
        show(str(number))
    assert listen(left, until=lambda h: len(h) == 2)[-1]["event"] == "again"
    picture = selectors.map_features()
    assert len(picture["features"]) == 5
    show("later")
    place = log.Position.parse(picture["place"])
    assert points(listen(place, until=lambda h: bool(points(h)))) == ["later"]


def test_what_happens_besides_the_map_is_told_without_its_content() -> None:
    from dothi.feedback.events import FeedbackOverdue

    def happen() -> None:
        with transaction.atomic():
            publish(
                FeedbackOverdue(
                    code="PA-1", unit_code="1", category="trees", handling_unit="1",
                    due_at=MONDAY_9AM,
                ),
                at=MONDAY_9AM,
            )  # fmt: skip
        connection.close()

    heard = listen(None, then=happen, until=lambda h: h[-1].get("event") == "happened")
    assert heard[-1]["data"] == {}


def test_a_thousand_points_are_one_picture() -> None:
    MapPoint.objects.bulk_create(
        MapPoint(
            source=f"p{i}", layer=Layer.FEEDBACK, unit_code="1", category="trees",
            lon=106.6 + i / 1e5, lat=10.7, tone=Tone.CALM, since=MONDAY_9AM,
        )
        for i in range(1500)
    )  # fmt: skip
    assert len(selectors.map_features()["features"]) == 1500


def test_silence_is_noticed_within_five_seconds() -> None:
    """The browser looks every quarter of a second, and two heartbeats may be late."""
    assert rules.SILENCE + timedelta(seconds=0.5) < timedelta(seconds=5)
    assert rules.SILENCE > 3 * rules.HEARTBEAT


def test_a_place_that_is_none_is_refused(settings: Any) -> None:
    settings.PUBLIC_WALL = True

    async def ask() -> int:
        url, headers = "/live/operations/wall", {"Last-Event-ID": "yesterday"}
        return int((await AsyncClient().get(url, headers=headers)).status_code)

    assert asyncio.run(ask()) == 400


def test_the_stream_is_closed_where_the_wall_is(settings: Any) -> None:
    settings.PUBLIC_WALL = False

    async def ask() -> int:
        return int((await AsyncClient().get("/live/operations/wall")).status_code)

    assert asyncio.run(ask()) == 403


def test_hidden_points_name_no_place() -> None:
    show("a")
    services.hide(sources=["a"], at=MONDAY_9AM)
    record = log.newest([PointHidden.name], limit=1)[0]
    assert set(record.payload) == {"source", "layer", "unit_code"}
