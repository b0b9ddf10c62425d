"""Who opens the wall and the brief, and what stands on them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dothi.accounts.choices import Role
from dothi.accounts.tests.factories import add_totp, make_citizen, make_officer
from dothi.datastore.indicators import selectors as indicators
from dothi.feedback.services import Contact
from dothi.feedback.tests.factories import MONDAY_9AM, UPHILL, City
from dothi.operations.wall.models import BriefReader
from dothi.operations.wall.tests.conftest import deliver

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
WALL_ROLES = {Role.DISPATCHER, Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR, Role.SPECIALIST}
BRIEF_ROLES = {Role.DISPATCHER, Role.LEADER}
WALL_DOORS = ("/operations/wall", "/operations/wall/latest", "/operations/points.geojson")


def tile(page: str, code: str) -> str:
    found = re.search(rf'data-tile="{code}"><span class="value">([^<]*)<', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("path", WALL_DOORS)
def test_the_wall_of_a_demo_opens_without_sign_in(
    city: City, client: Client, settings: Any, path: str
) -> None:
    settings.PUBLIC_WALL = True
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", WALL_DOORS)
def test_the_wall_of_a_real_house_does_not(
    city: City, client: Client, settings: Any, path: str
) -> None:
    settings.PUBLIC_WALL = False
    assert client.get(path).status_code in (302, 403)
    client.force_login(make_citizen())
    assert client.get(path).status_code in (302, 403)


@pytest.mark.parametrize("role", Role)
def test_the_wall_opens_for_the_posts_that_watch(
    city: City, client: Client, settings: Any, role: Role
) -> None:
    settings.PUBLIC_WALL = False
    client.force_login(make_officer("x", unit=city.root, role=role))
    assert client.get("/operations/wall").status_code == (200 if role in WALL_ROLES else 403)
    points = client.get("/operations/points.geojson").status_code
    assert points == (200 if role in WALL_ROLES else 403)


def test_the_wall_shows_what_the_indicators_say(city: City, client: Client, settings: Any) -> None:
    settings.PUBLIC_WALL = True
    city.submit()
    city.submit(place=UPHILL)
    page = client.get("/operations/wall").content.decode()
    for code in ("feedback.open", "feedback.received_today", "feedback.overdue"):
        value = indicators.now(code, at=MONDAY_9AM).value.value
        assert tile(page, code) == f"{value:.0f}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", WALL_DOORS)
def test_no_person_and_no_word_is_on_the_wall(
    city: City, client: Client, settings: Any, path: str
) -> None:
    settings.PUBLIC_WALL = True
    city.submit(
        text="Cây đổ trước nhà bà Mận, gọi 0901234567.",
        address="42 Lý Nam Đế",
        contact=Contact(name="Nguyễn Thị Mận", phone="0901234567"),
    )
    deliver()
    page = client.get(path).content.decode()
    assert "Cây xanh" in page or "trees" in page
    for words in ("Mận", "0901234567", "Lý Nam Đế", "Cây đổ"):
        assert words not in page


def test_the_wall_is_dark_unless_somebody_wants_light(
    city: City, client: Client, settings: Any
) -> None:
    settings.PUBLIC_WALL = True
    assert 'data-theme="dark"' in client.get("/operations/wall").content.decode()
    client.cookies["theme"] = "light"
    assert 'data-theme="light"' in client.get("/operations/wall").content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_map_is_narrowed_by_the_address_and_bad_ones_narrow_nothing(
    city: City, client: Client, settings: Any
) -> None:
    settings.PUBLIC_WALL = True
    city.submit()
    city.submit(place=UPHILL, category="waste")
    deliver()

    def shown(query: str) -> str:
        page = client.get(f"/operations/wall{query}").content.decode()
        found = re.search(r"data-shown>(\d+)<", page)
        assert found is not None
        return found[1]

    assert shown("") == "2"
    assert shown("?unit=00002") == "1"
    assert shown("?category=trees&unit=00002") == "0"
    assert shown("?unit=%27;drop&category=x") == "2"


def test_areas_say_where_a_name_has_room(city: City, client: Client) -> None:
    for feature in client.get("/operations/areas.geojson").json()["features"]:
        assert feature["geometry"]["type"] in ("Polygon", "MultiPolygon")
        lon, lat = feature["properties"]["label"]
        assert 106.6 < lon < 106.7
        assert 10.7 < lat < 10.8


@pytest.mark.django_db(transaction=True)
def test_the_wall_asks_the_same_however_much_is_on_it(
    city: City, client: Client, settings: Any
) -> None:
    settings.PUBLIC_WALL = True

    def asked() -> int:
        client.get("/operations/wall")
        with CaptureQueriesContext(connection) as queries:
            client.get("/operations/wall")
        return len(queries)

    city.submit()
    deliver()
    few = asked()
    for number in range(8):
        city.submit(text=f"Cây số {number} đổ trên đường.")
    deliver()
    assert asked() == few <= 24


# --- The brief -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_the_brief_opens_for_those_who_lead(city: City, client: Client, role: Role) -> None:
    client.force_login(make_officer("x", unit=city.river, role=role))
    allowed = role in BRIEF_ROLES
    assert client.get("/desk/brief").status_code == (200 if allowed else 403)
    answer = client.post("/desk/brief/mail", {"wanted": "1"})
    assert answer.status_code == (302 if allowed else 403)
    assert BriefReader.objects.exists() == allowed


def test_visitors_sign_in_first(city: City, client: Client) -> None:
    assert client.get("/desk/brief").status_code == 302
    assert client.get("/desk/brief/mail").status_code in (302, 405)


def test_the_page_begins_and_stops_the_mail(city: City, client: Client) -> None:
    add_totp(city.leader)
    client.force_login(city.leader)
    assert "Gửi cho tôi" in client.get("/desk/brief").content.decode()
    client.post("/desk/brief/mail", {"wanted": "1"})
    page = client.get("/desk/brief").content.decode()
    assert "huong@staff.example" in page
    assert "Ngừng gửi thư" in page
    client.post("/desk/brief/mail", {"wanted": "0"})
    assert not BriefReader.objects.exists()


def test_the_brief_names_codes_and_links_to_each_report(city: City, client: Client) -> None:
    add_totp(city.leader)
    client.force_login(city.leader)
    late = city.forwarded(at=MONDAY_9AM - timedelta(days=20), text="Cây đổ nhà bà Mận.")
    page = client.get("/desk/brief").content.decode()
    assert f"/desk/feedback/{late.code}/" in page
    assert "Mận" not in page
