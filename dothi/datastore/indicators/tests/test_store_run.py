"""The store run is the same expression over the store: both runs agree at a pinned moment."""

from collections.abc import Generator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from ibis.expr.types import Scalar, Table
from procrastinate.contrib.django.models import ProcrastinateJob

from dothi.datastore.indicators import handlers, jobs, registry, selectors, services
from dothi.datastore.indicators.choices import Past, Run, Scale
from dothi.datastore.indicators.models import Definition, Measurement, Reading, Trouble
from dothi.datastore.indicators.registry import Dimension, Indicator, Source, UnitColumn
from dothi.datastore.indicators.rules import NOWHERE
from dothi.datastore.indicators.selectors import cluster
from dothi.datastore.indicators.tests.factories import NOON, lamps_stored, make_lamps
from dothi.datastore.tables import services as store
from dothi.datastore.tables.events import ReleaseMade
from dothi.units.choices import Kind
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db
CODE = "test.lamps_out"
LATER = NOON + timedelta(days=1)


@pytest.fixture
def wards() -> tuple[Unit, Unit]:
    """One code, two wards: the second took the code over on 1 March."""
    old = Unit.objects.create(
        code="W1", name_vi="Phường cũ", kind=Kind.WARD, valid_from=date(2025, 1, 1),
        valid_to=date(2026, 3, 1),
    )  # fmt: skip
    new = Unit.objects.create(
        code="W1", name_vi="Phường mới", kind=Kind.WARD, valid_from=date(2026, 3, 1)
    )
    return old, new


@pytest.fixture
def lamps() -> Generator[Indicator, None, None]:
    yield make_lamps(CODE)
    del registry.indicators[CODE]


def lamp(code: str, at: datetime, *, unit: str = "W1", kind: str = "LED") -> dict[str, Any]:
    return {"code": code, "unit_code": unit, "out_at": at, "kind": kind}


def by_unit(at: datetime = NOON, **more: Any) -> dict[int, float]:
    with selectors.Store() as opened:
        answer = opened.run(registry.indicators[CODE], at=at, **more)
    return {part.unit_id: part.numerator for part in answer.parts}


def test_a_code_is_the_unit_that_had_it_on_the_day(
    lamps: Indicator, wards: tuple[Unit, Unit]
) -> None:
    old, new = wards
    midnight = datetime(2026, 2, 28, 17, tzinfo=UTC)  # In the city.
    lamps_stored(
        [lamp("L-1", midnight - timedelta(seconds=1)), lamp("L-2", midnight), lamp("L-3", NOON)]
    )
    assert by_unit() == {old.pk: 1, new.pk: 2}


def test_a_row_of_an_unknown_unit_is_counted_and_kept_under_none(
    lamps: Indicator, wards: tuple[Unit, Unit]
) -> None:
    lamps_stored([lamp("L-1", NOON), lamp("L-2", NOON, unit="nowhere")])
    assert selectors.from_store(CODE, at=NOON).value.value == 2
    services.measure_store(at=NOON, codes=[CODE])
    assert Reading.objects.get(unit=None).numerator == 1
    assert selectors.newest_kept([CODE])[CODE].figure.value.value == 2


def test_it_reads_the_newest_version_a_numbered_one_or_a_release(
    lamps: Indicator, wards: tuple[Unit, Unit]
) -> None:
    first = lamps_stored([lamp("L-1", NOON)])
    store.release("2026-Q1", by="system", at=NOON)
    lamps_stored([lamp("L-1", NOON), lamp("L-2", NOON)])
    assert selectors.from_store(CODE, at=NOON).value.value == 2
    assert selectors.from_store(CODE, at=NOON, release="2026-Q1").value.value == 1
    figure = selectors.from_store(CODE, at=NOON, versions={"lamps": first.number})
    assert (figure.value.value, figure.run, figure.versions) == (1, Run.STORE, {"lamps": 1})


def test_what_rows_do_not_know_of_the_past_is_read_from_the_version_of_that_date(
    lamps: Indicator, wards: tuple[Unit, Unit]
) -> None:
    registry.indicators[CODE] = replace(lamps, past=Past.VERSIONS)
    lamps_stored([lamp("L-1", NOON)], at=NOON)
    lamps_stored([lamp("L-1", NOON), lamp("L-2", NOON)], at=LATER)
    assert sum(by_unit(NOON).values()) == 1
    assert sum(by_unit(LATER).values()) == 2
    with pytest.raises(selectors.NotStored) as refused:
        by_unit(NOON - timedelta(days=1))
    assert refused.value.dataset == "lamps"


def test_parts_by_a_dimension_are_those_of_the_units_taken_apart(
    lamps: Indicator, wards: tuple[Unit, Unit]
) -> None:
    _old, new = wards
    lamps_stored([lamp("L-1", NOON), lamp("L-2", NOON), lamp("L-3", NOON, kind="Natri")])
    with selectors.Store() as opened:
        found, _versions = opened.run_by(lamps, "kind", at=NOON)
    assert {key: part.numerator for key, part in found.items()} == {
        (new.pk, "LED"): 2, (new.pk, "Natri"): 1
    }  # fmt: skip


def test_one_that_fails_is_noted_and_keeps_no_other_back(
    lamps: Indicator, wards: tuple[Unit, Unit]
) -> None:
    def divided(tables: Mapping[str, Table], at: Scalar) -> Table:
        rows = tables["lamps"]
        return rows.group_by("unit_id").aggregate(numerator=rows.kind.cast("int64").sum())

    broken = registry.register(replace(lamps, code="test.broken", measure=divided))
    lost = {"lamps": Source(dataset="lost", unit=UnitColumn(code="unit_code", on="out_at"))}
    registry.register(replace(lamps, code="test.lost", stores=lost))
    try:
        lamps_stored([lamp("L-1", NOON)])
        codes = ["test.broken", "test.lost", CODE]
        assert services.measure_store(at=NOON, codes=codes) == 1
        assert set(selectors.newest_kept(codes)) == {CODE}
        faults = {one.indicator: one.failure for one in Trouble.objects.all()}
        assert set(faults) == {"test.broken", "test.lost"}
        assert "NotStored" in faults["test.lost"]
        assert "LED" not in faults["test.broken"], "no value of a row"
        registry.indicators["test.broken"] = replace(broken, measure=lamps.measure)
        services.measure_store(at=LATER, codes=["test.broken"])
        assert not selectors.troubles(["test.broken"])
    finally:
        del registry.indicators["test.broken"], registry.indicators["test.lost"]


def test_a_column_that_went_is_named(lamps: Indicator, wards: tuple[Unit, Unit]) -> None:
    lamps_stored([{"code": "L-1"}], schema=pa.schema([("code", pa.string())]))
    with pytest.raises(selectors.ColumnMissing, match=r"lamps\.out_at"):
        by_unit()


def test_nothing_counted_is_a_measurement_and_not_a_gap(
    lamps: Indicator, wards: tuple[Unit, Unit]
) -> None:
    lamps_stored([lamp("L-1", LATER)])
    services.measure_store(at=NOON, codes=[CODE])
    assert [value.value for _at, value in selectors.trend(CODE, since=NOON)] == [0]


def test_another_definition_is_another_number_and_the_old_series_stays(
    lamps: Indicator, wards: tuple[Unit, Unit]
) -> None:
    lamps_stored([lamp("L-1", NOON)])
    services.measure_store(at=NOON, codes=[CODE])
    registry.indicators[CODE] = replace(lamps, title="Lamps that do not burn")
    services.measure_store(at=LATER, codes=[CODE])
    services.measure_store(at=LATER + timedelta(hours=1), codes=[CODE])
    points = selectors.series(CODE, since=NOON)
    assert [(one.definition, one.value.value) for one in points] == [(1, 1), (2, 1), (2, 1)]
    new, old = selectors.definitions(CODE)
    assert (new.title_en, old.title_en) == ("Lamps that do not burn", "Lamps out")
    assert new.expression_digest == old.expression_digest, "other words, the same figures"
    registry.indicators[CODE] = replace(lamps, scale=Scale.MEAN)
    third = services.define(registry.indicators[CODE], at=LATER)
    assert (third.number, third.expression_digest == new.expression_digest) == (3, False)


def test_a_release_has_its_own_figures_which_are_no_part_of_the_trend(
    lamps: Indicator, wards: tuple[Unit, Unit]
) -> None:
    lamps_stored([lamp("L-1", NOON)])
    store.release("2026-Q1", by="system", at=NOON)
    handlers.measure(ReleaseMade(code="2026-Q1", tables=[]))
    [job] = ProcrastinateJob.objects.filter(task_name=services.MEASURE_RELEASE)
    jobs.measure_release(**job.args)
    kept = Measurement.objects.get(indicator=CODE)
    assert (kept.release, kept.at) == ("2026-Q1", NOON)
    assert selectors.trend(CODE, since=NOON) == []


def test_runs_between_full_hours_go_when_they_are_old(
    lamps: Indicator, wards: tuple[Unit, Unit]
) -> None:
    lamps_stored([lamp("L-1", NOON)])
    for minutes in (0, 5, 60):
        services.measure_store(at=NOON + timedelta(minutes=minutes), codes=[CODE])
    assert services.thin_out(at=NOON + timedelta(hours=3)) == 0
    assert services.thin_out(at=NOON + timedelta(days=3)) == 1
    assert [at.minute for at, _value in selectors.trend(CODE, since=NOON)] == [0, 0]
    assert Definition.objects.count() == 1


def test_a_dimension_belongs_to_a_table_that_is_read(lamps: Indicator) -> None:
    wrong = {"kind": Dimension(table="streets", column="kind", title="Kind")}
    with pytest.raises(ValueError, match="streets"):
        registry.register(replace(lamps, code="test.wrong", dimensions=wrong))


def test_where_a_cluster_is_asked_the_same_is_asked(
    lamps: Indicator, wards: tuple[Unit, Unit]
) -> None:
    old, new = wards
    midnight = datetime(2026, 2, 28, 17, tzinfo=UTC)  # In the city.
    lamps_stored(
        [
            lamp("1", midnight - timedelta(seconds=1)),
            lamp("2", midnight),
            lamp("3", midnight),
            lamp("4", midnight, unit="nobody's"),
            lamp("5", LATER),
        ]
    )
    with selectors.Store() as opened:
        bound = opened.bind(lamps, at=NOON)

    # By the engine of this house: what the cluster is told is the same for every engine.
    asked = {part.unit_id: part.numerator for part in cluster.parts(lamps, bound, at=NOON)}

    assert asked == by_unit() == {old.pk: 1, new.pk: 2, NOWHERE: 1}
