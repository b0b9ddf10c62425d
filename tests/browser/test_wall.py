"""The wall in a real browser: it resumes, it owns up, it draws, and nothing on it jumps."""

import os
import re
import signal
import time
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.house import House
from tests.line import line_to

pytestmark = pytest.mark.browser
WALL = {"width": 1920, "height": 1080}
PATIENT = 20_000  # Silence counts as lost after 4 s; the rest is for a busy machine.


def page_without_webgl(browser: Browser, size: dict[str, int] = WALL) -> Page:
    """For what is not about the map: to draw it without a graphics card costs more than the rest.

    The journey of a report and the wall that begins anew are looked at with the map.
    """
    page = browser.new_page(viewport=size)  # type: ignore[arg-type]
    page.add_init_script(
        "HTMLCanvasElement.prototype.getContext = ((old) => function (kind, ...rest) {"
        " return kind.startsWith('webgl') ? null : old.call(this, kind, ...rest); })"
        "(HTMLCanvasElement.prototype.getContext);"
    )
    return page


def open_wall(browser: Browser, address: str, *, webgl: bool = False) -> Page:
    page = browser.new_page(viewport=WALL) if webgl else page_without_webgl(browser)  # type: ignore[arg-type]
    page.goto(f"{address}/en/operations/wall")
    expect(page.locator("[data-connection-badge]")).to_have_text("Live")
    return page


def shown(page: Page) -> int:
    return int(page.locator("[data-shown]").inner_text())


def reported(page: Page, house: House, text: str) -> None:
    """A citizen reports with another app."""
    place = {"lat": "10.76250", "long": "106.64500"}
    answer = page.request.post(
        f"{house.url}/open311/v2/requests.json",
        form={"service_code": "lighting", "description": text, **place},
    )
    assert answer.status == 201, answer.text()


@pytest.mark.long
def test_the_wall_goes_on_after_the_server_was_killed_and_misses_nothing(
    browser: Browser, house: House
) -> None:
    wall = open_wall(browser, house.url, webgl=True)
    figure = wall.locator('[data-tile="feedback.received_today"] .value')
    marked = wall.evaluate("window.marked = Math.random()")
    killed = house.child("uvicorn")
    os.kill(killed, signal.SIGKILL)
    # The supervisor starts it anew; the life of the sample house goes on meanwhile.
    until = time.monotonic() + 30
    while not house.is_ready() or house.child("uvicorn") == killed:
        assert time.monotonic() < until, "the web program does not come back"
        wall.wait_for_timeout(200)
    expect(wall.locator("[data-connection-badge]")).to_have_text("Live", timeout=30_000)
    expect(wall.locator("[data-lost-banner]")).to_be_hidden()
    before = int(figure.inner_text())
    citizen = browser.new_context().new_page()
    reported(citizen, house, "The lamp at the corner has been dark since the storm.")
    expect(figure).not_to_have_text(str(before), timeout=10_000)
    truth = citizen.request.get(f"{house.url}/operations/points.geojson").json()
    wall.wait_for_timeout(1500)
    assert abs(shown(wall) - len(truth["features"])) <= 2, "the sample house lives on meanwhile"
    assert wall.evaluate("window.marked") == marked, "it was not loaded again"


def test_a_laptop_that_slept_catches_up(browser: Browser, house: House) -> None:
    """Sleep: no byte is read, and the connection dies unnoticed."""
    with line_to(house.port) as line:
        wall = open_wall(browser, line.url)
        line.hold()
        expect(wall.locator("[data-lost-banner]")).to_be_visible(timeout=PATIENT)
        citizen = browser.new_context().new_page()
        reported(citizen, house, "A second lamp is dark, opposite the school gate.")
        line.release()
        expect(wall.locator("[data-connection-badge]")).to_have_text("Live", timeout=PATIENT)
        wall.wait_for_timeout(2500)
        truth = citizen.request.get(f"{house.url}/operations/points.geojson").json()
        assert abs(shown(wall) - len(truth["features"])) <= 2


def test_a_place_from_another_log_draws_everything_anew(browser: Browser, house: House) -> None:
    wall = browser.new_page(viewport=WALL)  # type: ignore[arg-type]
    asked: list[str] = []
    wall.on("request", lambda r: asked.append(r.url) if "points.geojson" in r.url else None)

    def spoil(route: Any) -> None:
        headers = {**route.request.headers, "last-event-id": "999999999999-1"}
        route.continue_(headers=headers if not spoiled else route.request.headers)
        spoiled.append(True)

    spoiled: list[bool] = []
    wall.route("**/live/operations/wall", spoil)
    wall.goto(f"{house.url}/en/operations/wall")
    expect(wall.locator("[data-connection-badge]")).to_have_text("Live")
    deadline = time.monotonic() + 8
    while len(asked) < 2 and time.monotonic() < deadline:
        wall.wait_for_timeout(100)
    assert len(asked) >= 2, "once at the start and once when told to begin anew"
    assert shown(wall) > 0


def test_without_webgl_the_drawn_map_lives(browser: Browser, house: House) -> None:
    page = open_wall(browser, house.url)
    page.wait_for_timeout(1500)
    assert page.locator("[data-points] > g").count() == shown(page) > 0
    assert page.locator(".map-canvas").count() == 0


def test_the_wall_tells_without_javascript_what_was_so_when_it_was_opened(
    browser: Browser, house: House
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{house.url}/en/operations/wall")
    assert page.locator("[data-points] > g").count() > 0
    assert re.fullmatch(r"\d+", page.locator('[data-tile="feedback.open"] .value').inner_text())


def test_nothing_jumps_when_the_connection_is_lost(browser: Browser, house: House) -> None:
    place = "JSON.stringify([...document.querySelectorAll('.tile, .wall-time, .wards')]"
    place += ".map((e) => { const r = e.getBoundingClientRect(); return [r.right, r.y]; }))"
    with line_to(house.port) as line:
        wall = open_wall(browser, line.url)
        before = wall.evaluate(place)
        line.hold()
        expect(wall.locator("[data-lost-banner]")).to_be_visible(timeout=PATIENT)
        assert wall.evaluate(place) == before


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160)])
def test_figures_can_be_read_from_five_metres(
    browser: Browser, house: House, size: tuple[int, int]
) -> None:
    """A figure as high as a thirtieth of the screen: on 55 inches 23 mm, for 5 m."""
    page = page_without_webgl(browser, {"width": size[0], "height": size[1]})
    page.goto(f"{house.url}/operations/wall")
    heights = page.eval_on_selector_all(
        ".tile .value", "(all) => all.map((e) => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert len(heights) == 4
    assert min(heights) >= size[1] / 15
    scrolls = page.evaluate("document.documentElement.scrollHeight > innerHeight + 1")
    assert not scrolls, "everything is on one screen"
