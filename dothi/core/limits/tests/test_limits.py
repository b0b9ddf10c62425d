"""Asking too often is counted exactly, and forgotten soon."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from dothi.core.limits import http, rules, services
from dothi.core.limits.models import Window

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hit(key: str = "a", at: datetime = NOON, per: timedelta = HOUR) -> bool:
    return services.hit(key=key, limit=3, per=per, at=at)


@pytest.mark.django_db
def test_the_fourth_of_three_is_too_many() -> None:
    moments = [NOON + timedelta(minutes=n, microseconds=n * 7) for n in range(4)]
    assert [hit(at=at) for at in moments] == [True, True, True, False]
    assert hit("b")
    assert hit(at=NOON + HOUR)


@pytest.mark.django_db
def test_midnight_in_the_city_does_not_begin_a_new_count() -> None:
    city = ZoneInfo("Asia/Ho_Chi_Minh")
    evening = datetime(2026, 3, 2, 23, 59, tzinfo=city)
    day = timedelta(days=1)
    for _ in range(3):
        hit(at=evening, per=day)
    assert not hit(at=evening + timedelta(minutes=2), per=day)


@pytest.mark.django_db
def test_no_address_is_stored_and_nothing_is_kept_long() -> None:
    hit("192.0.2.7")
    hit("192.0.2.7", at=NOON + timedelta(days=1))
    rows = list(Window.objects.values("key"))
    assert "192.0.2.7" not in str(rows)
    assert rows[0] != rows[1]
    assert services.forget(at=NOON + 2 * HOUR) == 1


@pytest.mark.django_db(transaction=True)
def test_the_count_is_exact_when_many_ask_at_once() -> None:
    def ask(_: int) -> bool:
        allowed = services.hit(key="a", limit=20, per=HOUR, at=NOON)
        connection.close()
        return allowed

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(50))) == 20


@pytest.mark.django_db
def test_counting_writes_no_log() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select relpersistence from pg_class where relname = 'core_limits_window'")
        assert cursor.fetchone() in {("u",), (b"u",)}


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.9", "127.0.0.1"),
        (1, "198.51.100.9", "198.51.100.9"),
        (1, "203.0.113.5, 198.51.100.9", "198.51.100.9"),
        (2, "203.0.113.5, 198.51.100.9", "203.0.113.5"),
        (2, "198.51.100.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_a_forwarded_address_counts_only_from_our_own_proxies(
    settings: Any, proxies: int, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})
    assert http.address_of(request) == address


def test_who_has_a_whole_network_is_one_caller() -> None:
    assert rules.caller("2001:db8:1:2::1") == rules.caller("2001:db8:1:2:ffff::9")
    assert rules.caller("2001:db8:1:3::1") != rules.caller("2001:db8:1:2::1")
    assert rules.caller("::ffff:192.0.2.7") == "192.0.2.7"
    assert rules.caller("192.0.2.7") != rules.caller("192.0.2.8")
    assert rules.caller("no address") == "no address"


@http.limited("test.door", limit=2, per=HOUR)
def door(request: HttpRequest) -> HttpResponse:
    return HttpResponse("in")


def post(accept: str = "text/html", address: str = "192.0.2.7") -> HttpResponse:
    return door(RequestFactory().post("/", headers={"Accept": accept}, REMOTE_ADDR=address))


@pytest.mark.django_db
@time_machine.travel(NOON + timedelta(minutes=40), tick=False)
def test_who_asks_too_often_is_told_when_to_come_back() -> None:
    assert [post().status_code for _ in range(3)] == [200, 200, 429]
    assert post()["Retry-After"] == str(20 * 60)
    assert post(address="192.0.2.8").status_code == 200
    assert door(RequestFactory().get("/")).status_code == 200


@pytest.mark.django_db
@time_machine.travel(NOON, tick=False)
def test_a_program_is_told_in_json() -> None:
    for _ in range(2):
        post()
    response = post("application/json")
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["status"] == 429
    assert response["Retry-After"] == "3600"
