"""What is published is asked again, and a failed check comes to the steward once."""

from datetime import datetime, timedelta
from typing import Any

import ibis
import pytest

from dothi.core.inbox.models import Duty
from dothi.datastore.catalogue import services as catalogue
from dothi.datastore.catalogue.choices import Comparison, Mode, Rhythm, Share, Type
from dothi.datastore.catalogue.rules.contract import Compare, Contract
from dothi.datastore.catalogue.tests.factories import MONDAY_9AM, field
from dothi.datastore.quality import registry, selectors, services
from dothi.datastore.quality.choices import RuleKind, Severity, Why
from dothi.datastore.quality.models import Incident, Inspection
from dothi.datastore.quality.registry import TableRule
from dothi.datastore.quality.services import Side
from dothi.datastore.quality.tests.factories import CODE, make_trees, publish, tree, trees
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def look(at: datetime = MONDAY_9AM, why: Why = Why.PUBLISHED) -> Inspection:
    found = services.inspect(CODE, why=why, at=at)
    assert found is not None
    return found


def failed(found: Inspection) -> dict[str, tuple[int, int]]:
    rows = found.results.filter(outcome="failed")
    return {one.code: (one.failing, one.among) for one in rows}


def unasked(found: Inspection) -> dict[str, str]:
    return {one.code: one.facts["fault"] for one in found.results.filter(outcome="unasked")}


def other_list(unit: Unit, rows: list[dict[str, Any]], **more: Any) -> Contract:
    """A second dataset: what kinds there are, and how many trees each should have."""
    contract = Contract(
        dataset="loai-cay", version=1, key=("kind",),
        fields=(
            field("kind", required=True, title_vi="Loài"),
            field("trees", Type.INTEGER, title_vi="Số cây"),
        ),
    )  # fmt: skip
    make_trees(unit, contract=contract, title="Loài cây", **more)
    publish(rows, run="kinds", contract=contract)
    return contract


def test_what_is_as_agreed_has_a_hundred(unit: Unit) -> None:
    make_trees(unit)
    publish([tree(n) for n in range(20)], run="a")
    found = look()
    assert (found.failed, found.unasked, found.score) == (0, 0, 100.0)
    assert {*found.dimensions} == {"completeness", "validity", "uniqueness"}
    assert not Duty.objects.exists()


def test_columns_without_a_value_break_nothing(unit: Unit) -> None:
    contract = trees(
        fields=(
            *trees().fields[:1], field("kind", allowed=("Sao đen",), max_length=9, pattern="S.*"),
            *trees().fields[2:],
        ),
        compares=(Compare(left="longitude", how=Comparison.LESS, right="latitude"),),
    )  # fmt: skip
    make_trees(unit, contract=contract)
    publish([{"tree": f"C-{n}"} for n in range(300)], run="a", contract=contract)
    assert look().score == 100.0
    filled = [{"tree": f"C-{n}", "kind": "Sao đen"} for n in range(300)]
    publish(filled, run="b", contract=contract, at=MONDAY_9AM + DAY)
    assert not failed(look(MONDAY_9AM + DAY))
    publish([], run="c", contract=contract, at=MONDAY_9AM + 2 * DAY)
    assert not failed(look(MONDAY_9AM + 2 * DAY))


def test_every_kind_of_fault_is_counted(unit: Unit) -> None:
    """Published under a contract that asked little; now more is agreed."""
    make_trees(unit)
    rows = [tree(n) for n in range(10)]
    rows[1]["kind"] = None
    rows[2]["height"] = -3.0
    rows[3]["height"] = 99.0
    rows[4]["kind"] = "Cây lạ rất dài"
    publish(rows, run="a")
    strict = trees(
        fields=(
            field("tree", required=True, pattern="C-[0-9]{3}"),
            field("kind", required=True, allowed=("Sao đen", "Dầu rái", "Lim xẹt", "Bằng lăng"),
                  max_length=9, unique=True),
            field("height", Type.NUMBER, minimum="0", maximum="60"),
            field("planted_on", Type.DATE, minimum="2020-01-03"),
            *trees().fields[4:],
            field("shade", Type.BOOLEAN),
        ),
        compares=(Compare(left="longitude", how=Comparison.LESS, right="latitude"),),
    )  # fmt: skip
    dataset = selectors.dataset_of(CODE)
    assert dataset is not None
    catalogue.agree(dataset=dataset, contract=strict, by="system", at=MONDAY_9AM)
    found = look()
    assert failed(found) == {
        "column:shade": (1, 1), "pattern:tree": (10, 10), "required:kind": (1, 10),
        "allowed:kind": (1, 9), "length:kind": (1, 9), "unique:kind": (4, 9),
        "minimum:height": (1, 10), "maximum:height": (1, 10), "minimum:planted_on": (2, 10),
        "compare:longitude.latitude": (10, 10),
    }  # fmt: skip
    assert found.score is not None
    assert found.score < 80


def test_rows_that_their_key_does_not_tell_apart_are_counted(unit: Unit) -> None:
    contract = trees(key=())
    make_trees(unit, contract=contract)
    publish([tree(1), tree(1), tree(2)], run="a", contract=contract)
    dataset = selectors.dataset_of(CODE)
    assert dataset is not None
    kept = trees(key=("tree", "kind"), fields=tuple(
        field("kind", required=True) if one.name == "kind" else one for one in trees().fields
    ))  # fmt: skip
    catalogue.agree(dataset=dataset, contract=kept, by="system", at=MONDAY_9AM)
    assert failed(look()) == {"key:tree+kind": (1, 3)}


def test_values_that_the_other_dataset_does_not_know_are_counted(unit: Unit) -> None:
    other_list(unit, [{"kind": "Sao đen"}, {"kind": "Dầu rái"}, {"kind": "Lim xẹt"}])
    contract = trees(fields=tuple(
        field("kind", reference="loai-cay.kind") if one.name == "kind" else one
        for one in trees().fields
    ))  # fmt: skip
    make_trees(unit, contract=contract)
    publish([tree(n) for n in range(8)], run="a", contract=contract)
    assert failed(look()) == {"reference:kind": (2, 8)}


def test_a_check_that_cannot_be_asked_keeps_no_other_back(unit: Unit) -> None:
    contract = trees(fields=tuple(
        field("kind", reference="khong-co.kind", pattern=r"(?=x)y") if one.name == "kind" else one
        for one in trees().fields
    ))  # fmt: skip
    make_trees(unit, contract=contract)
    publish([tree(1, height=70.0)], run="a", contract=contract)
    found = look()
    assert unasked(found)["reference:kind"] == "no_version"
    assert "duckdb" in unasked(found)["pattern:kind"]  # RE2 knows no look-ahead.
    assert failed(found) == {"maximum:height": (1, 1)}
    assert not Incident.objects.filter(check_code="reference:kind").exists()


def test_a_dataset_without_a_version_is_not_looked_at(unit: Unit) -> None:
    make_trees(unit)
    assert services.inspect(CODE, why=Why.DAILY, at=MONDAY_9AM) is None
    assert services.inspect("khong-co", why=Why.DAILY, at=MONDAY_9AM) is None


# --- From experience -----------------------------------------------------------------------------


def test_a_delivery_of_half_the_usual_size_stands_out(unit: Unit) -> None:
    make_trees(unit)
    for number in range(3):
        publish([tree(n) for n in range(20 + number)], run=f"r{number}")
    assert not failed(look())
    publish([tree(n) for n in range(5)], run="small")
    assert {*failed(look())} == {"volume:"}


def test_a_column_whose_values_moved_stands_out(unit: Unit) -> None:
    make_trees(unit)
    publish([tree(n) for n in range(400)], run="a")
    look()
    publish([tree(n) for n in range(1, 401)], run="b", at=MONDAY_9AM + DAY)
    assert not failed(look(MONDAY_9AM + DAY))
    moved = [tree(n, kind="Sao đen", height=2.0 + n % 3) for n in range(400)]
    publish(moved, run="c", at=MONDAY_9AM + 2 * DAY)
    found = look(MONDAY_9AM + 2 * DAY)
    assert {*failed(found)} == {"drift:kind", "drift:height"}
    assert found.results.get(code="drift:kind").facts["against"] == 2


def test_a_table_is_held_against_what_is_a_day_old(unit: Unit) -> None:
    """Many versions a day would hide a slow move, each step of it being small."""
    make_trees(unit)
    publish([tree(n) for n in range(400)], run="a")
    look()
    for step in range(1, 6):
        rows = [tree(n, kind="Sao đen" if n < 80 * step else None) for n in range(400)]
        publish(rows, run=f"s{step}", at=MONDAY_9AM + DAY)
        found = look(MONDAY_9AM + DAY)
    assert found.results.get(code="drift:kind").facts["against"] == 1
    assert "drift:kind" in failed(found)


def test_what_was_due_yesterday_and_did_not_come_is_late(unit: Unit) -> None:
    contract = trees(rhythm=Rhythm.DAILY)
    make_trees(unit, contract=contract)
    publish([tree(1)], run="a", contract=contract)
    assert not failed(look(why=Why.DAILY))
    assert not failed(look(MONDAY_9AM + DAY))  # Tuesday has not ended.
    assert {*failed(look(MONDAY_9AM + 2 * DAY))} == {"fresh:"}
    publish([tree(2)], run="b", contract=contract, at=MONDAY_9AM + 2 * DAY)
    assert not failed(look(MONDAY_9AM + 2 * DAY))


# --- Rules over two tables -----------------------------------------------------------------------


def state(unit: Unit, kind: RuleKind, mine: Side, theirs: Side, **more: Any) -> None:
    datasets = [selectors.dataset_of(code) for code in (CODE, "loai-cay")]
    assert datasets[0] is not None
    assert datasets[1] is not None
    services.state_rule(
        dataset=datasets[0], other=datasets[1], kind=kind, mine=mine, theirs=theirs,
        title="Cây và loài khớp nhau", severity=Severity.WARN, by="user:7", at=MONDAY_9AM, **more,
    )  # fmt: skip


def test_a_steward_states_that_totals_agree(unit: Unit) -> None:
    other_list(
        unit,
        [{"kind": "Sao đen", "trees": 2}, {"kind": "Dầu rái", "trees": 3},
         {"kind": "Lim xẹt", "trees": 2}, {"kind": "Phượng", "trees": 1}],
    )  # fmt: skip
    make_trees(unit)
    publish([tree(n) for n in range(8)], run="a")
    state(unit, RuleKind.TOTALS, Side(column="kind"), Side(column="kind", measure="trees"))
    [(code, counts)] = failed(look()).items()
    # Dầu rái has 2 and not 3; Bằng lăng stands here only, Phượng there only.
    assert code.startswith("rule:QT-")
    assert counts == (3, 5)


def test_a_rule_says_that_every_value_stands_in_the_other(unit: Unit) -> None:
    other_list(unit, [{"kind": "Sao đen"}])
    make_trees(unit)
    publish([tree(n) for n in range(8)], run="a")
    state(unit, RuleKind.MEMBERS, Side(column="kind"), Side(column="kind"))
    assert [*failed(look()).values()] == [(6, 8)]
    [rule] = selectors.rules_of(CODE)
    services.end_rule(rule, by="user:7", at=MONDAY_9AM)
    assert not failed(look())
    assert not Incident.objects.filter(settled_at=None).exists()
    with pytest.raises(services.EndedAlready):
        services.end_rule(rule, by="user:7", at=MONDAY_9AM)


def test_a_rule_names_columns_that_are_there(unit: Unit) -> None:
    other_list(unit, [])
    make_trees(unit)
    for mine, theirs in (
        (Side(column="khong_co"), Side(column="kind")),
        (Side(column="keeper"), Side(column="kind")),  # Groups of a personal column name people.
        (Side(column="kind", measure="planted_on"), Side(column="kind")),
    ):
        with pytest.raises(services.UnknownColumn):
            state(unit, RuleKind.TOTALS, mine, theirs)


def test_the_owner_of_a_table_states_a_rule_in_its_code(
    unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "table_rules", {})
    reads = {CODE: {"kind": "string", "height": "float64"}, "loai-cay": {"kind": "string"}}

    def violations(tables: Any) -> Any:
        trees_, kinds = tables[CODE], tables["loai-cay"]
        return trees_.filter(trees_.height > 5).anti_join(kinds, "kind")

    registry.register(TableRule(
        code="tall-are-known", dataset=CODE, title="…", reads=reads, violations=violations
    ))  # fmt: skip

    def broken(tables: Any) -> Any:
        return tables[CODE].filter(ibis.literal(1) / tables[CODE].khong_co > 0)

    registry.register(
        TableRule(code="broken", dataset=CODE, title="…", reads=reads, violations=broken)
    )
    make_trees(unit)
    publish([tree(n) for n in range(8)], run="a")
    assert unasked(look())["code:tall-are-known"] == "no_version"
    other_list(unit, [{"kind": "Sao đen"}, {"kind": "Dầu rái"}])
    found = look()
    assert failed(found) == {"code:tall-are-known": (2, 8)}
    assert {*unasked(found)} == {"code:broken"}
    assert selectors.readers_of("loai-cay") == {CODE}


# --- Incidents -----------------------------------------------------------------------------------


def test_a_check_that_goes_on_failing_is_one_duty(unit: Unit) -> None:
    make_trees(unit)
    publish([tree(1, height=70.0)], run="a")
    look()
    publish([tree(1, height=71.0)], run="b", at=MONDAY_9AM + DAY)
    look(MONDAY_9AM + DAY)
    [duty] = Duty.objects.all()
    [incident] = Incident.objects.all()
    assert (duty.kind, duty.code, duty.role) == ("quality.incident", str(incident.pk), "steward")
    assert (incident.times, incident.version) == (2, 2)
    publish([tree(1)], run="c", at=MONDAY_9AM + 2 * DAY)
    look(MONDAY_9AM + 2 * DAY)
    assert not Duty.objects.exists()
    incident.refresh_from_db()
    assert incident.settled_by == "system"


def test_what_a_steward_settled_is_no_news_in_the_same_version(unit: Unit) -> None:
    make_trees(unit)
    publish([tree(1, height=70.0)], run="a")
    look()
    [incident] = Incident.objects.all()
    with pytest.raises(services.ReasonMissing):
        services.settle(incident, by="user:7", reason=" ", at=MONDAY_9AM)
    services.settle(incident, by="user:7", reason="Cây cổ thụ", at=MONDAY_9AM)
    with pytest.raises(services.SettledAlready):
        services.settle(incident, by="user:8", reason="Cũng vậy", at=MONDAY_9AM)
    look(MONDAY_9AM + DAY)
    assert not Duty.objects.exists()
    publish([tree(1, height=72.0)], run="b", at=MONDAY_9AM + DAY)
    look(MONDAY_9AM + DAY)
    assert Duty.objects.count() == 1


def test_a_break_in_the_middle_leaves_nothing_half(
    unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dothi.datastore.quality.services import incidents

    make_trees(unit)
    publish([tree(1, height=70.0)], run="a")

    def dies(*_args: Any, **_more: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(incidents, "follow", dies)
        with pytest.raises(SystemExit):
            look()
    assert not Inspection.objects.exists()
    assert {*failed(look())} == {"maximum:height"}


def test_while_one_looks_another_does_not(unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import contextmanager

    from dothi.core import locks

    @contextmanager
    def taken(_space: int, _number: int) -> Any:
        yield False

    make_trees(unit)
    publish([tree(1)], run="a")
    monkeypatch.setattr(locks, "tried", taken)
    assert services.inspect(CODE, why=Why.DAILY, at=MONDAY_9AM) is None


def test_a_new_version_is_looked_at_by_a_worker_once(unit: Unit) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    make_trees(unit, contract=trees(rhythm=Rhythm.CONTINUOUS, mode=Mode.MERGE), share=Share.OPEN)
    publish([tree(1)], run="a")
    services.rows_changed(CODE)
    services.rows_changed(CODE)
    [job] = ProcrastinateJob.objects.filter(task_name="quality.inspect")
    assert job.scheduled_at is None
    look()
    ProcrastinateJob.objects.all().delete()
    services.rows_changed(CODE)
    [job] = ProcrastinateJob.objects.filter(task_name="quality.inspect")
    assert job.scheduled_at == MONDAY_9AM + timedelta(hours=1)
