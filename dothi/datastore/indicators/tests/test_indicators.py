"""An indicator is defined once; its hot run reads the domain's own tables."""

from collections.abc import Generator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as of_the_run
from hypothesis import strategies as st
from ibis.expr.types import Scalar, Table
from pytest_django import Settings

from dothi.datastore.catalogue.registry import datasets
from dothi.datastore.indicators import api, registry, selectors, services
from dothi.datastore.indicators.choices import Scale
from dothi.datastore.indicators.models import Measurement, Reading
from dothi.datastore.indicators.rules import Part, moved, total
from dothi.units.choices import Kind
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
CODE = "test.units_by_parent"


def count_units(tables: Mapping[str, Table], at: Scalar) -> Table:
    units = tables["units_unit"]
    begun = units.filter(units.valid_from <= at.date(), units.parent_id.notnull())
    return begun.group_by(unit_id=begun.parent_id).aggregate(numerator=begun.count())


@pytest.fixture
def counted() -> Generator[registry.Indicator, None, None]:
    yield registry.register(
        registry.Indicator(
            code=CODE,
            title="Units below",
            help="",
            unit_of_measure="",
            steward="units",
            scale=Scale.COUNT,
            reads={
                "units_unit": {"id": "int64", "parent_id": "int64", "valid_from": "date"},
            },
            measure=count_units,
        )
    )
    del registry.indicators[CODE]


@pytest.fixture
def opened(counted: registry.Indicator) -> registry.Indicator:
    """The same as open data."""
    registry.indicators[CODE] = replace(counted, public=True)
    selectors.forget()
    return registry.indicators[CODE]


@pytest.fixture
def root() -> Unit:
    root = Unit.objects.create(
        code="Q11", name_vi="Địa bàn", kind=Kind.AREA, valid_from=NOON.date() - timedelta(days=9)
    )
    for days in (3, 2, -1):
        Unit.objects.create(
            code=f"W{days}",
            name_vi="Phường",
            kind=Kind.WARD,
            parent=root,
            valid_from=NOON.date() - timedelta(days=days),
        )
    return root


def test_the_hot_run_measures_at_the_moment_it_is_given(
    counted: registry.Indicator, root: Unit
) -> None:
    assert selectors.now(CODE, at=NOON).value.value == 2
    assert selectors.now(CODE, at=NOON + timedelta(days=1)).value.value == 3
    assert selectors.now_by_unit(CODE, at=NOON)[root.pk].value.value == 2


def test_a_figure_of_other_units_leaves_this_one_out(
    counted: registry.Indicator, root: Unit
) -> None:
    assert selectors.now(CODE, at=NOON, unit_ids=[]).value.value == 0


def test_readings_are_kept_once_and_make_a_trend(counted: registry.Indicator, root: Unit) -> None:
    services.take_readings(at=NOON, codes=[CODE])
    services.take_readings(at=NOON, codes=[CODE])
    services.take_readings(at=NOON + timedelta(days=1), codes=[CODE])
    assert Reading.objects.count() == 2
    values = [value.value for _, value in selectors.trend(CODE, since=NOON)]
    assert values == [2, 3]


def test_shares_of_units_are_added_before_they_are_divided() -> None:
    parts = [
        Part(unit_id=1, numerator=1, denominator=1),
        Part(unit_id=2, numerator=0, denominator=3),
    ]
    assert total(parts, Scale.PERCENT).value == 25


def test_nothing_measured_is_no_figure() -> None:
    assert total([], Scale.PERCENT).value is None
    assert total([], Scale.COUNT).value == 0


parts = st.builds(
    Part,
    unit_id=st.integers(1, 6),
    numerator=st.integers(0, 10**6).map(float),
    denominator=st.integers(0, 10**6).map(float),
)


@of_the_run(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(parts, max_size=30), st.sampled_from(list(Scale)))
def test_the_parts_of_all_units_add_up_to_the_figure_of_the_house(
    found: list[Part], scale: Scale
) -> None:
    whole = total(found, scale)
    units = [total([p for p in found if p.unit_id == unit], scale) for unit in range(1, 7)]
    assert sum(one.numerator for one in units) == whole.numerator
    if scale != Scale.COUNT:
        assert sum(one.denominator for one in units) == whole.denominator


def count_today(tables: Mapping[str, Table], at: Scalar) -> Table:
    asked = tables[Measurement._meta.db_table]
    today = asked.filter(asked.at >= registry.midnight(tables), asked.at <= at)
    return today.group_by(unit_id=today.id).aggregate(numerator=today.count())


@pytest.mark.parametrize(
    ("zone", "hour", "counted"),
    [
        ("Asia/Ho_Chi_Minh", "2026-03-02T00:00+07:00", 1),
        ("Asia/Ho_Chi_Minh", "2026-03-01T23:59+07:00", 0),
        ("America/Los_Angeles", "2026-03-01T23:59+07:00", 1),
    ],
)
def test_today_begins_at_midnight_of_the_city(
    settings: Settings, zone: str, hour: str, counted: int
) -> None:
    settings.TIME_ZONE = zone
    at = datetime.fromisoformat(hour)
    Measurement.objects.create(indicator="x", at=at)
    columns = {"id": "int64", "at": "timestamp('UTC')"}
    made = registry.Indicator(
        code="test.today", title="", help="", unit_of_measure="", steward="units",
        scale=Scale.COUNT, reads={Measurement._meta.db_table: columns}, measure=count_today,
    )  # fmt: skip
    registry.register(made)
    try:
        assert selectors.now("test.today", at=NOON).value.value == counted
    finally:
        del registry.indicators["test.today"]


def test_a_program_reads_a_figure_with_its_definition(
    client: Client, opened: registry.Indicator, root: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dothi.core.clock.now", lambda: NOON)
    listed = client.get("/api/v1/indicators").json()
    assert CODE in [row["code"] for row in listed]
    found = client.get(f"/api/v1/indicators/{CODE}").json()
    assert (found["value"], found["scale"], found["run"]) == (2, "count", "now")
    assert datetime.fromisoformat(found["as_of"]) == NOON
    assert "units_unit" in found["definition"]
    assert found["reads"] == {"units_unit": ["id", "parent_id", "valid_from"]}
    assert [(row["unit_code"], row["value"]) for row in found["units"]] == [("Q11", 2)]
    assert client.get(f"/api/v1/indicators/{CODE}?unit=W3").json()["value"] == 0
    assert client.get(f"/api/v1/indicators/{CODE}?unit=nowhere").status_code == 404


def test_what_is_not_open_data_does_not_exist_for_programs(
    client: Client, counted: registry.Indicator, root: Unit
) -> None:
    assert CODE not in client.get("/api/v1/indicators").content.decode()
    for path in (CODE, f"{CODE}/trend", "no.such"):
        assert client.get(f"/api/v1/indicators/{path}").status_code == 404


def test_a_trend_is_read_from_the_kept_readings(
    client: Client, opened: registry.Indicator, root: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dothi.core.clock.now", lambda: NOON + timedelta(days=2))
    for days in (0, 1):
        services.take_readings(at=NOON + timedelta(days=days), codes=[CODE])
    ask = f"/api/v1/indicators/{CODE}/trend"
    assert [row["value"] for row in client.get(ask).json()] == [2, 3]
    assert [row["value"] for row in client.get(f"{ask}?since=2026-03-03").json()] == [3]
    assert client.get(f"{ask}?since=nonsense").status_code == 422


def test_who_asks_all_the_time_is_told_to_come_back(
    client: Client, counted: registry.Indicator, root: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "ASKED_AN_HOUR", 2)
    answers = [client.get("/api/v1/indicators/no.such").status_code for _ in range(3)]
    assert answers == [404, 404, 429]


def test_every_indicator_of_the_house_stands_in_the_store() -> None:
    """With columns that the contracts of its datasets promise."""
    for code, indicator in registry.indicators.items():
        assert indicator.is_stored, code
        for table, source in indicator.stores.items():
            promised = {one.name for one in datasets[source.dataset].contract.fields}
            read = {source.columns.get(name, name) for name in indicator.reads[table]}
            by = {one.column for one in indicator.dimensions.values() if one.table == table}
            assert read | by <= promised, code


def test_a_code_is_given_once(counted: registry.Indicator) -> None:
    with pytest.raises(ValueError, match="twice"):
        registry.register(counted)


pairs = st.dictionaries(
    st.integers(1, 6), st.tuples(st.integers(0, 999), st.integers(0, 999)), max_size=6
)


@of_the_run(suppress_health_check=[HealthCheck.too_slow])
@given(pairs, pairs, st.sampled_from(list(Scale)))
def test_contributions_add_up_exactly_to_the_change(
    before: dict[int, tuple[int, int]], after: dict[int, tuple[int, int]], scale: Scale
) -> None:
    """A share may move although no ward's share did: because more was asked where it is low."""

    def exact(of: dict[int, tuple[int, int]]) -> Fraction | None:
        above, below = (sum(pair[i] for pair in of.values()) for i in (0, 1))
        if scale == Scale.COUNT:
            return Fraction(above)
        return Fraction(above * (100 if scale == Scale.PERCENT else 1), below) if below else None

    was, is_now = exact(before), exact(after)
    found = moved(before, after, scale)
    if was is None or is_now is None:
        assert found is None
    else:
        assert found is not None
        assert {one.group for one in found} == before.keys() | after.keys()
        assert sum((one.share for one in found), Fraction(0)) == is_now - was
