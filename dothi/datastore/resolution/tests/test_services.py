"""Purposes, runs, decisions and clusters: what the verbs do and what they refuse."""

import json
import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.db import IntegrityError, connection, transaction

from dothi.accounts.models import User
from dothi.core.access.models import Look
from dothi.core.audit.models import Entry
from dothi.core.events.models import Record as EventRecord
from dothi.core.inbox.models import Duty
from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.resolution import ports, selectors, services
from dothi.datastore.resolution.choices import (
    Band,
    ChangeKind,
    RunState,
    State,
    Survivor,
    Verdict,
)
from dothi.datastore.resolution.models import Decision, Membership, Pair, Project, Record, Run
from dothi.datastore.resolution.rules.clusters import clusters
from dothi.datastore.resolution.services import forgetting
from dothi.datastore.resolution.stored_lists import StoredLists
from dothi.datastore.resolution.tests import people
from dothi.datastore.resolution.tests.factories import (
    AT,
    EXPIRES,
    LATER,
    REGISTER,
    WELFARE,
    HeldLists,
    approved,
    ask,
    compared,
    hold,
    table,
)
from dothi.datastore.tables import services as tables
from dothi.datastore.tables.registry import Wanted
from dothi.units.choices import Kind as UnitKind
from dothi.units.models import Succession, Unit
from dothi.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db


def together(project: Project) -> set[frozenset[str]]:
    """Which rows are one now."""
    found: dict[str, set[str]] = {}
    now = Membership.objects.filter(entity__project=project, until=None)
    for entity, key in now.values_list("entity__code", "record__key"):
        found.setdefault(entity, set()).add(key)
    return {frozenset(keys) for keys in found.values()}


def pair_of(project: Project, one: str, other: str) -> Pair:
    return project.pairs.select_related("left", "right", "project__unit").get(
        left__key__in=[one, other], right__key__in=[one, other]
    )


def entity_with(project: Project, key: str):  # type: ignore[no-untyped-def]
    return selectors.entity_of(project.records.get(key=key))


# --- A purpose and a steward's yes ---------------------------------------------------------------


def test_no_lists_are_joined_before_another_steward_says_yes(
    unit: Unit, asker: User, lists: HeldLists
) -> None:
    project = ask(unit, asker)

    with pytest.raises(services.NotOpen):
        services.start(project=project, by=asker, at=AT)
    with pytest.raises(services.FourEyes):
        services.approve(project=project, by=asker, at=AT)
    assert not Run.objects.exists()
    assert Duty.objects.get(kind="resolution.approve").code == project.code


def test_the_database_too_refuses_who_approves_the_own_project(
    unit: Unit, asker: User, lists: HeldLists
) -> None:
    project = ask(unit, asker)

    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.filter(pk=project.pk).update(
            state=State.APPROVED, decided_by=asker.actor, decided_at=AT
        )


def test_a_project_that_expired_joins_nothing_any_more(project: Project, asker: User) -> None:
    late = AT.replace(year=EXPIRES.year, month=12, day=31)

    with pytest.raises(services.NotOpen):
        services.start(project=project, by=asker, at=late)


def test_a_run_that_begins_after_the_purpose_ended_reads_nothing(
    project: Project, asker: User, steward: User
) -> None:
    run = services.start(project=project, by=asker, at=AT)
    services.end(project=project, by=steward, at=AT, reason="Đã xong.")

    services.carry_out(Run.objects.select_related("project__unit").get(pk=run.pk), at=AT)

    run.refresh_from_db()
    assert (run.state, run.fault) == (RunState.FAILED, "not_open")
    assert not Look.objects.exists()


def test_purpose_basis_and_columns_are_needed(unit: Unit, asker: User, lists: HeldLists) -> None:
    with pytest.raises(services.ReasonMissing):
        ask(unit, asker, purpose="  ")
    with pytest.raises(services.ReasonMissing):
        ask(unit, asker, legal_basis="")
    with pytest.raises(services.ListUnfit) as unfit:
        ask(unit, asker, "register", "nowhere")
    assert unfit.value.dataset == "nowhere"
    wrong = [services.ListAsked(dataset="register", key="id", roles={"full_name": "full_name"})]
    with pytest.raises(services.ListUnfit) as unfit:
        ask(unit, asker, lists=wrong)
    assert unfit.value.column == "id"
    with pytest.raises(services.NotAllowedNow):
        ask(unit, asker, expires_on=AT.date())


def test_a_no_is_given_with_its_reason_and_final(
    unit: Unit, asker: User, steward: User, lists: HeldLists
) -> None:
    project = ask(unit, asker)
    with pytest.raises(services.ReasonMissing):
        services.refuse(project=project, by=steward, at=AT, reason=" ")

    services.refuse(project=project, by=steward, at=AT, reason="Không có căn cứ.")

    with pytest.raises(services.NotAllowedNow):
        services.approve(project=project, by=steward, at=AT)
    assert not Duty.objects.filter(kind="resolution.approve").exists()


def test_every_step_stands_in_audit_and_events(project: Project) -> None:
    entries = Entry.objects.filter(act="resolution.move").order_by("pk")
    assert [one.details["now"] for one in entries] == ["asked", "approved"]
    events = EventRecord.objects.filter(name="resolution.project_moved")
    assert events.count() == 2


# --- Runs ----------------------------------------------------------------------------------------


def test_a_run_links_what_is_plain_and_leaves_the_doubtful_to_people(
    project: Project, asker: User
) -> None:
    run = compared(project, asker)

    assert (run.state, run.rows, run.versions) == (
        RunState.DONE, 6, {"register": "1", "welfare": "1"},
    )  # fmt: skip
    assert together(project) == {frozenset({"r1", "w1"})}
    assert pair_of(project, "r1", "w1").band == Band.LINK
    assert pair_of(project, "r2", "w2").band == Band.REVIEW
    assert selectors.counts(project).waiting == 1
    assert Duty.objects.get(kind="resolution.review").code == project.code


def test_the_machine_says_what_it_reads_and_what_for(project: Project, asker: User) -> None:
    compared(project, asker)

    looks = Look.objects.order_by("pk")
    assert [(one.record, one.actor) for one in looks] == [
        ("dataset:register", "machine:resolution"),
        ("dataset:welfare", "machine:resolution"),
    ]
    assert looks[0].purpose == project.purpose


def test_values_are_kept_encrypted_and_only_of_rows_in_a_pair(
    project: Project, asker: User
) -> None:
    compared(project, asker)

    assert {one.key for one in Record.objects.all()} == {"r1", "w1", "r2", "w2"}
    with connection.cursor() as cursor:
        cursor.execute("select values from datastore_resolution_record")
        assert all("Lan" not in value and "1981" not in value for (value,) in cursor.fetchall())
    lan = Record.objects.get(key="r1")
    assert selectors.values_of(lan)["full_name"] == "Trần Thị Lan"


def test_the_explanation_adds_up_to_the_weight(project: Project, asker: User) -> None:
    compared(project, asker)
    pair = pair_of(project, "r1", "w1")

    steps = selectors.explain(pair)

    assert [step.comparison for step in steps] == [
        "prior", "name", "birth", "sex", "citizen_id", "contact",
    ]  # fmt: skip
    assert steps[-1].total == pytest.approx(pair.weight)
    by_code = {step.comparison: step for step in steps}
    assert (by_code["name"].level, by_code["contact"].level) == ("marks_lost", "missing")
    assert by_code["contact"].bits == 0
    assert by_code["prior"].bits < 0 < by_code["citizen_id"].bits


def test_one_run_of_a_project_at_a_time(project: Project, asker: User) -> None:
    services.start(project=project, by=asker, at=AT)

    with pytest.raises(services.RunsAlready):
        services.start(project=project, by=asker, at=AT)


def test_a_run_done_twice_does_no_harm(project: Project, asker: User) -> None:
    run = compared(project, asker)
    before = together(project)

    services.carry_out(run, at=LATER)

    assert together(project) == before
    assert project.changes.count() == 1


def test_a_list_that_lost_a_column_ends_the_run_with_its_fault(
    project: Project, asker: User, lists: HeldLists
) -> None:
    lists.lists["welfare"] = lists.lists["welfare"].drop_columns(["phone"])

    run = compared(project, asker)

    assert run.state == RunState.FAILED
    assert run.fault == "list_missing: welfare: phone"
    assert services.start(project=project, by=asker, at=LATER).number == 2


def test_rows_that_left_their_list_leave_their_cluster_and_lose_their_values(
    project: Project, asker: User, lists: HeldLists
) -> None:
    compared(project, asker)
    hold(register=REGISTER, welfare=WELFARE[1:])

    compared(project, asker)

    assert together(project) == set()
    assert Record.objects.get(key="w1").values == ""
    assert Membership.objects.filter(record__key="w1").exclude(until=None).exists()


def test_the_lists_of_the_store_can_be_read(
    unit: Unit,
    asker: User,
    steward: User,
    tmp_path: Path,
    settings: Any,
) -> None:
    settings.STORE = tmp_path / "store"
    for code, rows in (("register", REGISTER), ("welfare", WELFARE)):
        part = tables.workspace(code, "run-1") / "part.parquet"
        pq.write_table(table(rows), part)
        tables.publish(
            code, [part], mode=Mode.REPLACE, key=["key"], schema=table(rows).schema,
            run="run-1", by=steward.actor, at=AT,
        )  # fmt: skip
    ports.hold(StoredLists())

    project = approved(unit, asker, steward)
    run = compared(project, asker)

    assert run.state == RunState.DONE
    assert together(project) == {frozenset({"r1", "w1"})}
    assert ports.lists().columns("nowhere") == ()
    with pytest.raises(ports.ListMissing):
        ports.lists().read("register", ["nothing"])


# --- Decisions -----------------------------------------------------------------------------------


def test_what_people_decide_counts_and_a_later_run_respects_it(
    project: Project, asker: User
) -> None:
    compared(project, asker)

    services.decide(
        pair=pair_of(project, "r2", "w2"), verdict=Verdict.SAME, by=asker, at=LATER,
        reason="Gọi điện hỏi.",
    )  # fmt: skip
    services.decide(
        pair=pair_of(project, "r1", "w1"), verdict=Verdict.DIFFERENT, by=asker, at=LATER,
        reason="Hai chị em dùng chung thẻ.",
    )  # fmt: skip

    assert together(project) == {frozenset({"r2", "w2"})}
    assert not Duty.objects.filter(kind="resolution.review").exists()
    compared(project, asker)
    assert together(project) == {frozenset({"r2", "w2"})}
    kept = Decision.objects.order_by("pk").values_list("verdict", "change__reason")
    assert list(kept) == [
        ("same", "Gọi điện hỏi."), ("different", "Hai chị em dùng chung thẻ."),
    ]  # fmt: skip


def test_against_the_evidence_a_reason_is_needed(project: Project, asker: User) -> None:
    compared(project, asker)

    with pytest.raises(services.ReasonMissing):
        services.decide(
            pair=pair_of(project, "r1", "w1"), verdict=Verdict.DIFFERENT, by=asker, at=LATER
        )
    assert together(project) == {frozenset({"r1", "w1"})}


def test_who_is_slower_is_told_that_somebody_decided(project: Project, asker: User) -> None:
    compared(project, asker)
    mine, theirs = pair_of(project, "r2", "w2"), pair_of(project, "r2", "w2")
    services.decide(pair=theirs, verdict=Verdict.DIFFERENT, by=asker, at=LATER)

    with pytest.raises(services.NotAllowedNow):
        services.decide(pair=mine, verdict=Verdict.SAME, by=asker, at=LATER)


def test_unsure_leaves_the_queue_and_joins_nothing(project: Project, asker: User) -> None:
    compared(project, asker)

    services.decide(pair=pair_of(project, "r2", "w2"), verdict=Verdict.UNSURE, by=asker, at=LATER)

    assert selectors.next_waiting(project) is None
    assert together(project) == {frozenset({"r1", "w1"})}


def test_a_decision_is_undone_and_both_stay_in_the_history(project: Project, asker: User) -> None:
    compared(project, asker)
    before = entity_with(project, "r1").code
    change = services.decide(
        pair=pair_of(project, "r1", "w1"), verdict=Verdict.DIFFERENT, by=asker, at=LATER,
        reason="Nhầm.",
    )  # fmt: skip

    services.undo(change=change, by=asker, at=LATER)

    assert together(project) == {frozenset({"r1", "w1"})}
    assert pair_of(project, "r1", "w1").verdict == ""
    kinds = [one.kind for one in selectors.history_of(entity_with(project, "r1"))]
    assert ChangeKind.UNDO in kinds
    assert before in {one.entity.code for one in Membership.objects.filter(record__key="r1")}
    with pytest.raises(services.NotAllowedNow):
        services.undo(change=change, by=asker, at=LATER)


def test_a_run_and_what_was_decided_anew_are_not_undone(project: Project, asker: User) -> None:
    compared(project, asker)
    with pytest.raises(services.NotAllowedNow):
        services.undo(change=project.changes.get(), by=asker, at=LATER)
    pair = pair_of(project, "r2", "w2")
    first = services.decide(pair=pair, verdict=Verdict.UNSURE, by=asker, at=LATER)
    services.decide(pair=pair, verdict=Verdict.SAME, by=asker, at=LATER)

    with pytest.raises(services.NotAllowedNow):
        services.undo(change=first, by=asker, at=LATER)


def test_merge_and_split_by_hand_last_over_runs_and_can_be_undone(
    unit: Unit, asker: User, steward: User
) -> None:
    lan, minh = REGISTER[0], REGISTER[1]
    hold(
        register=[lan, minh],
        welfare=[{**lan, "key": "w1"}, {**minh, "key": "w2"}, {**lan, "key": "w3"}],
    )
    project = approved(unit, asker, steward)
    compared(project, asker)
    assert together(project) == {frozenset({"r1", "w1", "w3"}), frozenset({"r2", "w2"})}

    merged = services.merge(
        one=entity_with(project, "r1"), other=entity_with(project, "r2"), by=asker, at=LATER,
        reason="Đổi tên.",
    )  # fmt: skip
    assert together(project) == {frozenset({"r1", "w1", "w3", "r2", "w2"})}
    compared(project, asker)
    assert together(project) == {frozenset({"r1", "w1", "w3", "r2", "w2"})}
    services.undo(change=merged, by=asker, at=LATER)
    assert together(project) == {frozenset({"r1", "w1", "w3"}), frozenset({"r2", "w2"})}

    out = {project.records.get(key="w3").pk}
    split = services.split(
        entity=entity_with(project, "r1"), out=out, by=asker, at=LATER, reason="Người khác."
    )
    assert together(project) == {frozenset({"r1", "w1"}), frozenset({"r2", "w2"})}
    compared(project, asker)
    assert together(project) == {frozenset({"r1", "w1"}), frozenset({"r2", "w2"})}
    services.undo(change=split, by=asker, at=LATER)
    assert together(project) == {frozenset({"r1", "w1", "w3"}), frozenset({"r2", "w2"})}
    ports.hold(StoredLists())


def test_what_was_told_apart_is_not_merged_over_somebodys_head(
    project: Project, asker: User
) -> None:
    compared(project, asker)
    services.decide(pair=pair_of(project, "r2", "w2"), verdict=Verdict.SAME, by=asker, at=LATER)
    lan, minh = entity_with(project, "r1"), entity_with(project, "r2")
    services.merge(one=lan, other=minh, by=asker, at=LATER, reason="Thử.")
    whole = entity_with(project, "r1")
    minhs = {project.records.get(key=key).pk for key in ("r2", "w2")}
    services.split(entity=whole, out=minhs, by=asker, at=LATER, reason="Hai người.")

    with pytest.raises(services.ToldApart):
        services.merge(
            one=entity_with(project, "r1"), other=entity_with(project, "r2"), by=asker,
            at=LATER, reason="Lại.",
        )  # fmt: skip
    with pytest.raises(services.NotAllowedNow):
        services.split(
            entity=entity_with(project, "r1"), out=minhs, by=asker, at=LATER, reason="Lại."
        )


def test_an_entity_keeps_its_code_over_runs(project: Project, asker: User) -> None:
    compared(project, asker)
    code = entity_with(project, "r1").code

    compared(project, asker)

    assert entity_with(project, "r1").code == code


def test_deciding_one_by_one_gives_what_clustering_everything_gives(
    unit: Unit, asker: User, steward: User
) -> None:
    register, by_hand = people.lists(120, seed=23, twice=0.6)
    held = HeldLists({"register": register, "welfare": by_hand})
    ports.hold(held)
    project = approved(unit, asker, steward, link_at=4.0, review_at=-30.0)
    compared(project, asker)
    rng = random.Random(5)
    pairs = list(project.pairs.order_by("pk"))
    for pair in rng.sample(pairs, 25):
        fresh = Pair.objects.select_related("project__unit").get(pk=pair.pk)
        verdict = rng.choice([Verdict.SAME, Verdict.DIFFERENT])
        if fresh.verdict != verdict:
            services.decide(pair=fresh, verdict=verdict, by=asker, at=LATER, reason="Thử.")

    rows = list(project.pairs.all())
    expected = clusters(
        ((p.left_id, p.right_id, p.weight) for p in rows if p.weight is not None),
        link_at=4.0,
        same=[(p.left_id, p.right_id) for p in rows if p.verdict == Verdict.SAME],
        different=[(p.left_id, p.right_id) for p in rows if p.verdict == Verdict.DIFFERENT],
    )
    now = Membership.objects.filter(entity__project=project, until=None)
    found: dict[int, set[int]] = {}
    for entity, record in now.values_list("entity", "record"):
        found.setdefault(entity, set()).add(record)
    for one in rows:
        if one.verdict == Verdict.DIFFERENT:
            assert not any({one.left_id, one.right_id} <= group for group in found.values())
    assert {frozenset(group) for group in found.values()} == {frozenset(g) for g in expected}
    ports.hold(StoredLists())


# --- Golden records, looking, forgetting ---------------------------------------------------------


def test_the_golden_record_says_from_which_row_and_by_which_rule(
    project: Project, asker: User
) -> None:
    compared(project, asker)
    entity = entity_with(project, "r1")

    found = {one.role: one for one in selectors.golden_record(entity)}

    name, phone, number = found["full_name"], found["phone"], found["citizen_id"]
    assert (name.value, name.dataset, name.key) == ("Trần Thị Lan", "register", "r1")
    assert (phone.value, phone.rule) == ("0903111222", Survivor.ONLY)
    assert number.rule == Survivor.MAJORITY


def test_opening_a_pair_is_written_down_before_its_values_are_seen(
    project: Project, asker: User
) -> None:
    compared(project, asker)
    pair = pair_of(project, "r2", "w2")

    left, right = services.open_pair(pair=pair, by=asker, post="Cán bộ", at=LATER)

    assert {left["birth"], right["birth"]} == {"17/09/1975", "1975"}
    looks = Look.objects.filter(actor=asker.actor)
    assert {one.record for one in looks} == {
        f"resolution.record:{pair.left_id}", f"resolution.record:{pair.right_id}",
    }  # fmt: skip
    assert {one.purpose for one in looks} == {project.purpose}


def test_after_the_purpose_ended_nobody_opens_anything_and_values_are_gone(
    project: Project, asker: User, steward: User
) -> None:
    compared(project, asker)
    pair = pair_of(project, "r2", "w2")
    with pytest.raises(services.ReasonMissing):
        services.end(project=project, by=steward, at=LATER, reason="")

    services.end(project=project, by=steward, at=LATER, reason="Đã rà soát xong.")

    assert set(Record.objects.values_list("values", flat=True)) == {""}
    pair = pair_of(project, "r2", "w2")
    with pytest.raises(services.NotOpen):
        services.open_pair(pair=pair, by=asker, post="Cán bộ", at=LATER)
    with pytest.raises(services.NotOpen):
        services.decide(pair=pair, verdict=Verdict.SAME, by=asker, at=LATER)
    assert together(project) == {frozenset({"r1", "w1"})}, "codes and history stay"


def test_an_erased_person_leaves_every_project(project: Project, asker: User) -> None:
    compared(project, asker)
    services.decide(pair=pair_of(project, "r2", "w2"), verdict=Verdict.SAME, by=asker, at=LATER)

    count = services.forget(
        dataset="welfare", key="w2", by="system", at=LATER, reason="Yêu cầu xóa dữ liệu."
    )

    assert count == 1
    assert not Record.objects.filter(key="w2").exists()
    assert not Membership.objects.filter(record__key="w2").exists()
    entry = Entry.objects.get(act="resolution.forget")
    assert "w2" not in json.dumps([entry.subject, entry.reason, entry.details])


def test_rows_that_a_table_loses_are_forgotten_by_the_key_of_each_list(
    project: Project, asker: User
) -> None:
    compared(project, asker)
    [key] = {one.key for one in project.lists.filter(dataset="welfare")}
    wanted = Wanted(
        table="welfare", column="phone", values=frozenset({"0903111222"}), rows=[{key: "w2"}],
        reason="Yêu cầu xóa dữ liệu.", by="system", at=LATER,
    )  # fmt: skip
    assert forgetting.find(wanted) == {"records": 1, "golden": 0}
    assert forgetting.reach(wanted) == {"records": 1, "golden": 0}
    assert not Record.objects.filter(key="w2").exists()
    assert Record.objects.filter(dataset="welfare").exists()


def test_events_and_audit_hold_no_value_of_a_person(project: Project, asker: User) -> None:
    compared(project, asker)
    services.decide(pair=pair_of(project, "r2", "w2"), verdict=Verdict.SAME, by=asker, at=LATER)

    said = json.dumps(
        [list(EventRecord.objects.values()), list(Entry.objects.values())], default=str
    )
    assert "1975" not in said
    assert "Lan" not in said


# --- Wards ---------------------------------------------------------------------------------------


def test_old_wards_are_known_by_the_units() -> None:
    new = make_unit("27238", "Phường Minh Phụng")
    district = Unit.objects.create(
        code="772", name_vi="Quận 11", kind=UnitKind.DISTRICT, valid_from=date(1976, 7, 1)
    )
    for code, name, share in (("27228", "Phường 01", "1"), ("27231", "Phường 2", "0.5")):
        old = Unit.objects.create(
            code=code, name_vi=name, kind=UnitKind.WARD, parent=district,
            valid_from=date(1976, 7, 1), valid_to=date(2025, 7, 1),
        )  # fmt: skip
        Succession.objects.create(
            predecessor=old, successor=new, on=date(2025, 7, 1), decision="NQ 1685/NQ-UBTVQH15",
            share=Decimal(share), back_share=Decimal(share), whole=share == "1",
        )  # fmt: skip

    names = selectors.ward_names(on=AT.date())

    assert names == {"1": "minh phung", "1|11": "minh phung"}
    assert selectors.ward_names(on=date(2025, 6, 30)) == {}
