"""What readers find under /indicators/, without a script."""

import csv
import io
import re
from collections.abc import Generator
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dothi.accounts.choices import Role
from dothi.accounts.tests.factories import make_citizen, make_officer
from dothi.datastore.indicators import registry, selectors, services
from dothi.datastore.indicators.choices import Scale
from dothi.datastore.indicators.registry import Indicator
from dothi.datastore.indicators.tests.factories import NOON, lamps_stored, make_lamps, share_out
from dothi.datastore.tables import services as tables
from dothi.units import services as units
from dothi.units.choices import Kind
from dothi.units.models import Unit
from dothi.units.tests.factories import make_root, make_unit

pytestmark = pytest.mark.django_db
CODE = "test.lamps_out"
PAGE = f"/indicators/{CODE}"
BEFORE = NOON - timedelta(days=10)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dothi.core.clock.now", lambda: NOON)
    selectors.forget()


@pytest.fixture
def city() -> dict[str, Unit]:
    """Two wards, joined into one on 1 March; NOON is on 2 March."""
    root = make_root()
    wards = {code: make_unit(code, f"Phường {code}") for code in ("00001", "00002")}
    units.reorganise(
        on=date(2026, 3, 1), decision="Nghị quyết 1", ends=list(wards.values()),
        creates=[
            units.NewUnit(code="00009", name_vi="Phường Mới", kind=Kind.WARD, parent=root)
        ],
        links=[units.Link(before=ward, after="00009") for ward in wards.values()],
        at=NOON, by="system",
    )  # fmt: skip
    return {"root": root, **wards}


@pytest.fixture
def lamps(city: dict[str, Unit]) -> Generator[Indicator, None, None]:
    yield make_lamps(CODE, public=True)
    del registry.indicators[CODE]


def lamp(number: int, at: datetime, unit: str, kind: str = "LED") -> dict[str, Any]:
    return {"code": f"L-{number}", "unit_code": unit, "out_at": at, "kind": kind}


def some_lamps() -> None:
    old = NOON - timedelta(days=20)
    lamps_stored(
        [
            lamp(1, old, "00001"), lamp(2, old, "00002"), lamp(3, BEFORE, "00002", "Natri"),
            lamp(4, NOON - timedelta(hours=1), "00009"), lamp(5, NOON - timedelta(hours=2), "?"),
        ]
    )  # fmt: skip


def test_a_citizen_reads_a_figure_with_its_trend_units_and_meaning(
    client: Client, lamps: Indicator
) -> None:
    some_lamps()
    services.measure_store(at=NOON - timedelta(days=1), codes=[CODE])
    services.measure_store(at=NOON, codes=[CODE])
    assert "Lamps out" in text_of(client.get("/en/indicators/"))
    answer = client.get(f"/en{PAGE}")
    page = text_of(answer)
    for said in ("Lamps out", "Lower is better", "lamps, version 1", "Definition 1", "SELECT"):
        assert said in page
    assert len(answer.context["drawn"].lines) == 1
    rows = {row["code"]: row["value"] for row in answer.context["units"]["rows"]}
    assert (rows["00009"], answer.context["units"]["nowhere"]) == ("4", "1")


def test_units_stand_on_the_boundaries_of_any_day_with_all_below_them(
    client: Client, lamps: Indicator
) -> None:
    some_lamps()
    page = client.get(f"{PAGE}?at=2026-02-28&on=2026-03-01")
    rows = {row["code"]: row["value"] for row in page.context["units"]["rows"]}
    assert rows["00009"] == "3", "what was counted in both wards went into the new one"
    found = selectors.ask(CODE, now=NOON, at=datetime(2026, 2, 28, 23, tzinfo=NOON.tzinfo))
    old = selectors.by_unit(found.parts, lamps, on=date(2026, 2, 28))
    assert {row.unit.code: row.value.value for row in old.rows if row.depth} == {
        "00001": 1, "00002": 2
    }  # fmt: skip
    whole = old.of(units_root(old))
    assert whole is not None
    assert whole.value.value == 3


def units_root(table: selectors.ByUnit) -> str:
    return table.rows[0].unit.code


def test_why_it_moved_is_told_by_unit_and_by_dimension_and_adds_up(
    client: Client, lamps: Indicator
) -> None:
    some_lamps()
    for by, first in (("unit", "Phường Mới"), ("kind", "LED")):
        page = client.get(f"{PAGE}?start=2026-02-15&end=2026-03-02&by={by}")
        shown = page.context["why"]
        assert (shown["before"], shown["after"], shown["change"]) == ("2", "5", "+3")
        assert shown["rows"][0]["name"] == first
        assert sum(int(row["share"]) for row in shown["rows"]) == 3


def test_a_share_may_move_because_more_was_asked(client: Client, lamps: Indicator) -> None:
    """No ward changed; the worse one was merely asked more often."""
    registry.indicators[CODE] = replace(
        lamps, scale=Scale.PERCENT, unit_of_measure="%", measure=share_out
    )
    day = timedelta(days=1)
    lamps_stored(
        [lamp(n, BEFORE, "00001", "LED") for n in range(2)]
        + [lamp(n, BEFORE, "00002", "Natri") for n in range(2, 4)]
        + [lamp(n, NOON - day, "00009", "Natri") for n in range(4, 8)]
    )
    found = selectors.why(CODE, start=NOON - 3 * day, end=NOON, by="kind")
    assert (found.before.value, found.after.value) == (50, 25)
    assert found.change == -25
    assert sum((one.share for one in found.contributions or ()), Fraction(0)) == -25


def test_no_question_breaks_the_page(client: Client, lamps: Indicator) -> None:
    some_lamps()
    for query in (
        "days=9", "at=x", "at=2999-01-01", "on=1999-01-01", "run=moon", "by=moon", "q=%00",
        "start=2026-03-02&end=2026", "start=2026-03-02&end=2026-03-01", "at=0001-01-01",
        "start=0001-01-01&end=2026-03-01", "end=0001-01-02",
    ):  # fmt: skip
        assert client.get(f"{PAGE}?{query}").status_code == 200, query
        assert client.get(f"/indicators/?{query}").status_code == 200, query


def test_a_store_without_the_table_is_told_and_the_page_stands(
    client: Client, lamps: Indicator
) -> None:
    services.measure_store(at=NOON, codes=[CODE])
    page = text_of(client.get(f"/en{PAGE}?start=2026-02-15&end=2026-03-02"))
    assert page.count("The store has nothing to answer from") >= 3
    assert "could not be counted" in text_of(client.get("/en/indicators/"))


def test_a_change_of_the_definition_is_told_beside_the_trend(
    client: Client, lamps: Indicator
) -> None:
    some_lamps()
    services.measure_store(at=NOON - timedelta(days=2), codes=[CODE])
    registry.indicators[CODE] = replace(lamps, scale=Scale.MEAN)
    for days in (1, 0):
        services.measure_store(at=NOON - timedelta(days=days), codes=[CODE])
    answer = client.get(f"/en{PAGE}")
    page = text_of(answer)
    assert "The definition changed in this period" in page
    assert "another formula" in page
    assert len(answer.context["drawn"].marks) == 1
    told = client.get(f"/api/v1/indicators/{CODE}/definitions").json()
    assert [(one["number"], one["same_figures"]) for one in told] == [(2, False), (1, False)]
    trend = client.get(f"/api/v1/indicators/{CODE}/trend").json()
    assert [one["definition_number"] for one in trend] == [1, 2, 2]


@pytest.mark.parametrize(
    ("role", "status"),
    [(None, 404), ("citizen", 404), (Role.COUNTER, 404), (Role.STEWARD, 200), (Role.LEADER, 200)],
)
def test_what_is_not_public_is_for_staff_with_a_post_for_it(
    client: Client, lamps: Indicator, city: dict[str, Unit], role: str | None, status: int
) -> None:
    registry.indicators[CODE] = replace(lamps, public=False)
    if role == "citizen":
        client.force_login(make_citizen())
    elif role is not None:
        client.force_login(make_officer("lan", unit=city["root"], role=Role(role)))
    for address in (PAGE, f"{PAGE}/readings.csv", f"{PAGE}/readings.json"):
        assert client.get(address).status_code == status, address
    listed = "Lamps out" in text_of(client.get("/indicators/"))
    assert listed == (status == 200)
    assert client.get(f"/api/v1/indicators/{CODE}").status_code == 404


def test_readings_are_taken_away_as_files(client: Client, lamps: Indicator) -> None:
    some_lamps()
    services.measure_store(at=NOON, codes=[CODE])
    [row] = csv.DictReader(io.StringIO(client.get(f"{PAGE}/readings.csv").content.decode()))
    assert (row["value"], row["run"], row["definition"]) == ("5.0", "store", "1")
    [same] = client.get(f"{PAGE}/readings.json").json()["readings"]
    assert (same["value"], same["at"]) == (5, NOON.isoformat())


def test_programs_ask_for_a_moment_a_release_and_boundaries(
    client: Client, lamps: Indicator
) -> None:
    some_lamps()
    ask = f"/api/v1/indicators/{CODE}"
    then = client.get(f"{ask}?at=2026-02-28T12:00&boundaries=2026-03-01").json()
    assert (then["value"], then["run"], then["versions"]) == (3, "store", {"lamps": 1})
    assert {row["unit_code"]: row["value"] for row in then["units"]}["00009"] == 3
    assert client.get(f"{ask}?release=none").status_code == 404
    assert client.get(f"{ask}?run=now").status_code == 404, "it has no table of its own"
    why = client.get(f"{ask}/why?start=2026-02-15&end=2026-03-02T12:00&by=kind").json()
    assert (why["change"], sum(one["share"] for one in why["contributions"])) == (3, 3)
    assert client.get(f"{ask}/why?start=2026-02-15&end=2026-03-02&by=x").status_code == 404


def test_a_figure_of_a_release_stays_and_can_be_cited(client: Client, lamps: Indicator) -> None:
    some_lamps()
    tables.release("2026-Q1", by="system", at=BEFORE)
    lamps_stored([lamp(9, BEFORE, "00001")])
    page = client.get(f"/en{PAGE}?release=2026-Q1")
    assert [code for code, _at in page.context["form"].fields["release"].choices] == ["", "2026-Q1"]
    units = page.context["units"]
    assert (units["whole"], units["release"], units["at"]) == ("3", "2026-Q1", BEFORE)
    assert f"http://testserver/en{PAGE}?release=2026-Q1#units" in page.content.decode()
    told = client.get(f"/api/v1/indicators/{CODE}?release=2026-Q1").json()
    assert (told["value"], told["release"], told["versions"]) == (3, "2026-Q1", {"lamps": 1})
    assert client.get(f"{PAGE}?release=none").context["units"]["release"] == ""


def test_the_list_costs_the_same_however_many_there_are(
    client: Client, lamps: Indicator, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    some_lamps()
    services.measure_store(at=NOON, codes=[CODE])
    client.get("/indicators/")
    with django_assert_max_num_queries(12):
        client.get("/indicators/")


def test_an_indicator_is_found_without_marks(client: Client, lamps: Indicator) -> None:
    registry.indicators[CODE] = replace(lamps, title="Đèn đường tắt")
    assert "Đèn đường tắt" in text_of(client.get("/indicators/?q=den+duong"))
    assert "Đèn đường tắt" in text_of(client.get("/indicators/?q=test+lamps"))
    page = text_of(client.get("/en/indicators/?q=zzzz"))
    assert "Nothing found for “zzzz”" in page
