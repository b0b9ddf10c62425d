"""A second house, of another city and another time zone, takes over its real reports."""

import json
import re
import shutil
import tempfile
import urllib.request
from collections.abc import Generator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect

from tests.house import ROOT, House, free_port, tear_down

REAL = ROOT.parent / "shared" / "data" / "requests" / "san-francisco-2010.json"
SERVICES = ROOT / "demo" / "cities" / "san-francisco" / "services.csv"
TAKEN, ASIDE = 945, 56  # 55 without a place, one without anything.
pytestmark = [pytest.mark.browser, pytest.mark.shared_data, pytest.mark.long]


@pytest.fixture(scope="module")
def there() -> Generator[House, None, None]:
    if not REAL.exists():
        pytest.skip(f"{REAL} is not there")
    var = Path(tempfile.mkdtemp(prefix="dothi-house-", dir="/tmp"))
    var.chmod(0o755)
    house = House(var, free_port())
    try:
        house.start("--city", "sf")
        yield house
    finally:
        tear_down(house)
        shutil.rmtree(var, ignore_errors=True)


def take_over(house: House) -> tuple[int, ...]:
    said = house.command(
        "import", "open311", str(REAL), "--language", "en", "--public", "--services", str(SERVICES),
        may_find=True,
    )  # fmt: skip
    found = re.search(r"(\d+) read: (\d+) taken over, (\d+) here before, (\d+) put aside", said)
    assert found, said
    return tuple(int(number) for number in found.groups())


def asked(house: House, path: str) -> Any:
    with urllib.request.urlopen(f"{house.url}{path}", timeout=30) as answer:
        return json.load(answer)


def test_the_real_file_comes_in_once_and_lies_on_its_own_ground(
    there: House, browser: Browser
) -> None:
    assert take_over(there) == (1001, TAKEN, 0, ASIDE)
    assert take_over(there) == (1001, 0, TAKEN, ASIDE)

    # Every point lies in one of the units of that city.
    features = asked(there, "/feedback/points.geojson?show=")["features"]
    assert len(features) == TAKEN
    assert all(feature["properties"]["unit"].startswith("SF-") for feature in features)
    assert not any(feature["properties"]["overdue"] for feature in features)
    for feature in features:
        lon, lat = feature["geometry"]["coordinates"]
        assert -122.52 < lon < -122.35
        assert 37.70 < lat < 37.84

    # A request of 15 November 2010, five past one in the night there, says so.
    [one] = [
        row
        for row in asked(there, "/open311/v2/requests.json?start_date=2010-11-15T01:05:00-08:00"
                                "&end_date=2010-11-15T01:06:00-08:00")
    ]  # fmt: skip
    night = datetime(2010, 11, 15, 1, 5, 25, 727000, tzinfo=ZoneInfo("America/Los_Angeles"))
    assert datetime.fromisoformat(one["requested_datetime"]) == night
    assert one["service_name"]

    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{there.url}/en/feedback/r/{one['service_request_id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lifted sidewalk other")
    expect(page.locator("main")).to_contain_text("01:05 15/11/2010")
    expect(page.locator("main")).to_contain_text(
        "Không áp dụng thời hạn của ta."  # Written down in the language of the house.
    )
    page.goto(f"{there.url}/en/feedback/list")
    expect(page.locator("figure.map .point").first).to_be_attached()
