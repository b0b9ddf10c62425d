"""Golden records as a table of the store: who may see it, what each version says, what leaves."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_officer
from dothi.core.access.models import Look
from dothi.core.audit.models import Entry
from dothi.core.inbox.models import Duty
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue import services as describing
from dothi.datastore.catalogue.choices import Classification, Share
from dothi.datastore.catalogue.choices import State as Offered
from dothi.datastore.catalogue.events import ContractAgreed
from dothi.datastore.quality.selectors import dataset_of
from dothi.datastore.resolution import handlers, jobs, ports, selectors, services
from dothi.datastore.resolution.choices import State, Survivor, Verdict
from dothi.datastore.resolution.models import Entity, GoldenTable, Pair, Project, Record
from dothi.datastore.resolution.stored_lists import StoredLists
from dothi.datastore.resolution.tests import stored
from dothi.datastore.resolution.tests.factories import (
    AT,
    REGISTER,
    WELFARE,
    approved,
    compared,
)
from dothi.datastore.resolution.tests.stored import GOLDEN, NUMBER
from dothi.datastore.sharing import services as sharing
from dothi.datastore.sharing.tests.factories import make_grant
from dothi.datastore.tables import selectors as tables
from dothi.datastore.tables import services as rows
from dothi.datastore.tables.choices import PersonBy, Rule
from dothi.units.models import Unit

if TYPE_CHECKING:
    from pathlib import Path

    from dothi.datastore.catalogue.models import Dataset

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=1)


@pytest.fixture(autouse=True)
def store(tmp_path: "Path", settings: Any) -> "Path":
    settings.STORE = tmp_path / "store"
    ports.hold(StoredLists())
    return tmp_path / "store"


@pytest.fixture
def sources(unit: Unit) -> dict[str, "Dataset"]:
    return {
        "register": stored.make_list(unit, "register", REGISTER),
        "welfare": stored.make_list(
            unit, "welfare", WELFARE, sex=Classification.PERSONAL, key=Classification.PERSONAL
        ),
    }


@pytest.fixture
def joined(sources: dict[str, "Dataset"], unit: Unit, asker: User, steward: User) -> Project:
    """Lan stands on both lists; whether Minh is one, people have to say."""
    made = approved(unit, asker, steward)
    compared(made, asker)
    return made


@pytest.fixture
def table(joined: Project, asker: User, steward: User) -> GoldenTable:
    made = stored.ask(joined, asker)
    services.approve_table(table=made, by=steward, at=AT)
    return made


def waiting_jobs(name: str) -> int:
    return ProcrastinateJob.objects.filter(task_name=name, status="todo").count()


def said(number: int | None = None) -> dict[str, dict[str, Any]]:
    """The rows of a version, by the code of their entity."""
    version = tables.latest(GOLDEN) if number is None else tables.version(GOLDEN, number)
    assert version is not None
    with tables.connect() as connection:
        found = tables.relation(connection, version).to_arrow_table().to_pylist()
    return {row["entity"]: row for row in found}


def pair_of(project: Project, left: str, right: str) -> Pair:
    return Pair.objects.get(
        project=project, left__key__in=[left, right], right__key__in=[left, right]
    )


def entity_of(project: Project, key: str) -> Entity:
    found = selectors.entity_of(Record.objects.get(project=project, key=key))
    assert found is not None
    return found


def same(project: Project, left: str, right: str, by: User) -> Any:
    return services.decide(pair=pair_of(project, left, right), verdict=Verdict.SAME, by=by, at=AT)


# --- Asking --------------------------------------------------------------------------------------


def test_another_steward_says_yes_before_there_is_a_dataset(
    joined: Project, asker: User, steward: User
) -> None:
    asked = stored.ask(joined, asker)
    assert Duty.objects.filter(kind="resolution.golden").count() == 1
    with pytest.raises(services.FourEyes):
        services.approve_table(table=asked, by=asker, at=AT)
    with pytest.raises(services.NotAllowedNow):
        services.publish_table(table=asked, seen="", by=steward, at=AT)
    assert not catalogue.every_dataset().filter(code=GOLDEN).exists()

    services.approve_table(table=asked, by=steward, at=AT)

    made = catalogue.every_dataset().get(code=GOLDEN)
    assert (made.state, made.unit, made.registered) == (Offered.DRAFT, joined.unit, True)
    assert made.agreed is not None
    assert made.agreed.purpose == asked.purpose
    assert not Duty.objects.filter(kind="resolution.golden").exists()


def test_it_is_shared_no_wider_than_the_strictest_list_and_never_openly_with_persons(
    joined: Project, sources: dict[str, "Dataset"], asker: User
) -> None:
    with pytest.raises(services.TooWide):
        stored.ask(joined, asker, share=Share.DEFAULT)
    said = describing.description_of(sources["welfare"])
    describing.describe(
        dataset=sources["welfare"], by="system", at=AT,
        description=describing.Description(**{**vars(said), "share": Share.CLOSED}),
    )  # fmt: skip
    with pytest.raises(services.TooWide):
        stored.ask(joined, asker, share=Share.REQUEST)
    assert stored.ask(joined, asker, share=Share.CLOSED).share == Share.CLOSED


def test_a_column_is_guarded_as_the_strictest_of_its_sources(table: GoldenTable) -> None:
    contract = catalogue.contract_now(GOLDEN)
    assert contract is not None
    guarded = {one.name: one.classification for one in contract.fields}

    assert guarded["full_name"] == Classification.PERSONAL
    assert guarded["sex"] == Classification.PERSONAL, "public in one list, personal in the other"
    assert guarded["citizen_id"] == Classification.SENSITIVE
    assert guarded["sex_key"] == guarded["sex_list"] == Classification.PERSONAL
    assert guarded["citizen_id_key"] == Classification.SENSITIVE
    assert guarded["entity"] == guarded["full_name_rule"] == Classification.PUBLIC


# --- What a version says -------------------------------------------------------------------------


def test_one_row_an_entity_with_where_each_value_comes_from(
    table: GoldenTable, joined: Project, steward: User
) -> None:
    version = stored.publish(table, steward)

    [(code, row)] = said().items()
    assert code == entity_of(joined, "r1").code
    assert (row["full_name"], row["full_name_list"], row["full_name_key"]) == (
        "Trần Thị Lan", "register", "r1",
    )  # fmt: skip
    assert row["phone_rule"] == Survivor.ONLY
    assert row["records"] == 2
    assert row["former_codes"] is None
    assert row["since"] == AT
    assert (version.number, version.rows) == (1, 1)
    assert catalogue.every_dataset().get(code=GOLDEN).state == Offered.PUBLISHED
    assert dataset_of(GOLDEN) is not None
    looked = Look.objects.filter(record=f"resolution.project:{joined.code}")
    assert looked.exists()
    assert {one.purpose for one in looked} == {table.purpose}


def test_the_next_version_differs_by_exactly_what_people_decided(
    table: GoldenTable, joined: Project, asker: User, steward: User
) -> None:
    stored.publish(table, steward)
    with pytest.raises(services.NothingNew):
        stored.publish(table, steward)

    change = same(joined, "r2", "w2", asker)
    stored.publish(table, steward)
    made = tables.difference(GOLDEN, 1, 2)
    assert (made.added, made.changed, made.removed, made.unchanged) == (1, 0, 0, 1)

    services.undo(change=change, by=asker, at=LATER)
    stored.publish(table, steward)
    back = tables.difference(GOLDEN, 1, 3)
    assert back.nothing, "version 3 says again what version 1 said"
    assert tables.latest(GOLDEN).number == 3  # type: ignore[union-attr]


def test_who_holds_an_earlier_version_finds_the_code_of_a_merged_entity_in_its_heir(
    table: GoldenTable, joined: Project, asker: User, steward: User
) -> None:
    same(joined, "r2", "w2", asker)
    stored.publish(table, steward)
    lan, minh = entity_of(joined, "r1"), entity_of(joined, "r2")

    change = services.merge(one=lan, other=minh, by=asker, at=LATER, reason="Cùng một người.")
    stored.publish(table, steward)
    heir = entity_of(joined, "r1").code
    other = ({lan.code, minh.code} - {heir}).pop()
    row = said()[heir]
    assert (row["former_codes"], row["records"], row["since"]) == (other, 4, LATER)
    made = tables.difference(GOLDEN, 1, 2)
    assert (made.changed, made.removed, made.added) == (1, 1, 0)

    services.undo(change=change, by=asker, at=LATER)
    stored.publish(table, steward)
    assert {code: row["full_name"] for code, row in said().items()} == {
        code: row["full_name"] for code, row in said(1).items()
    }, "each has its own code again"
    assert {row["former_codes"] for row in said().values()} == {None}


def test_nothing_else_is_published_than_was_looked_at(
    table: GoldenTable, joined: Project, asker: User, steward: User
) -> None:
    seen = services.prepare(table, at=AT).mark
    same(joined, "r2", "w2", asker)

    with pytest.raises(services.NotAllowedNow):
        services.publish_table(table=table, seen=seen, by=steward, at=AT)
    assert tables.latest(GOLDEN) is None


def test_what_became_stricter_in_a_list_is_stricter_before_the_next_row_comes(
    table: GoldenTable, joined: Project, sources: dict[str, "Dataset"], asker: User, steward: User
) -> None:
    stored.publish(table, steward)
    stored.guard(sources["register"], full_name=Classification.SENSITIVE)
    same(joined, "r2", "w2", asker)

    stored.publish(table, steward)

    contract = catalogue.contract_now(GOLDEN)
    assert contract is not None
    assert contract.version == 2
    assert contract.by_name()["full_name"].classification == Classification.SENSITIVE


def test_and_without_a_next_row_as_soon_as_a_worker_hears_of_it(
    table: GoldenTable, sources: dict[str, "Dataset"], steward: User
) -> None:
    stored.publish(table, steward)
    stored.guard(sources["welfare"], full_name=Classification.SENSITIVE)
    said = describing.description_of(sources["welfare"])
    closed = describing.Description(**{**vars(said), "share": Share.CLOSED})
    describing.describe(dataset=sources["welfare"], by="system", at=AT, description=closed)
    handlers.keep_strict(ContractAgreed(code="welfare", unit_code="27238", number=2, concerns=()))
    assert waiting_jobs("resolution.care_for_golden") == 1

    jobs.care_for_golden(0)

    dataset = catalogue.every_dataset().get(code=GOLDEN)
    assert dataset.share == Share.CLOSED
    assert dataset.agreed is not None
    assert dataset.agreed.by_name()["full_name"].classification == Classification.SENSITIVE
    seen = sharing.open_dataset(GOLDEN, steward, at=AT)
    assert "full_name" not in {one.name for one in seen.fields}


def test_a_masked_column_stays_masked(table: GoldenTable, unit: Unit, steward: User) -> None:
    stored.publish(table, steward)
    officer = make_officer("doc", unit=unit, role=Role.SPECIALIST)
    with pytest.raises(sharing.NotShared):
        sharing.open_dataset(GOLDEN, officer, at=AT)

    keeper = sharing.open_dataset(GOLDEN, steward, at=AT)
    shown = {one.name for one in keeper.fields}
    with keeper.connect() as connection:
        [name] = connection.execute("select full_name from data").fetchone()  # type: ignore[misc]
    assert "citizen_id" not in shown
    assert "citizen_id_key" not in shown
    assert "Lan" not in name

    dataset = catalogue.every_dataset().get(code=GOLDEN)
    make_grant(
        dataset, officer, at=AT,
        columns=(("entity", Rule.KEEP), ("full_name", Rule.MASK), ("citizen_id", Rule.TOKEN)),
    )  # fmt: skip
    opening = sharing.open_dataset(GOLDEN, officer, at=AT)
    with opening.connect() as connection:
        row = connection.execute("select full_name, citizen_id from data").fetchone()
    assert row is not None
    assert "Lan" not in row[0]
    assert row[1] != NUMBER


def test_its_columns_lead_back_to_those_of_the_lists(table: GoldenTable, joined: Project) -> None:
    links = {(one.dataset, one.column, one.into, one.direct) for one in selectors.golden_origins()}

    assert ("register", "phone", "phone", True) in links
    assert ("welfare", "phone", "phone", True) in links
    assert ("welfare", "key", "phone_key", True) in links
    assert ("register", "phone", "entity", False) in links


# --- What leaves ---------------------------------------------------------------------------------


def test_an_erased_person_is_in_no_version_of_it_and_does_not_come_back(
    table: GoldenTable, joined: Project, asker: User, steward: User, store: "Path"
) -> None:
    stored.publish(table, steward)
    rows.release("2026-Q1", tables=[GOLDEN], by="system", at=AT)
    same(joined, "r2", "w2", asker)
    stored.publish(table, steward)
    sharing.open_dataset(GOLDEN, steward, at=AT)
    found = rows.standing("register", "citizen_id", [NUMBER], at=AT)
    assert found.reached["resolution"] == {"records": 1, "golden": 1}

    for code in ("register", "welfare"):
        rows.erase(code, "citizen_id", [NUMBER], reason="đơn 12", by="system", at=LATER)

    assert stored.files_with(store, "Trần Thị Lan") == []
    assert stored.files_with(store, NUMBER) == []
    assert [row["full_name"] for row in said().values()] == ["Nguyễn Văn Minh"]
    assert said(1) == {}, "the pinned version lost the row"
    with pytest.raises(services.NothingNew):
        stored.publish(table, steward)


def test_erased_from_the_table_itself_a_person_does_not_come_back_with_the_next_version(
    table: GoldenTable, joined: Project, asker: User, steward: User
) -> None:
    stored.publish(table, steward)

    rows.erase(GOLDEN, "citizen_id", [NUMBER], reason="đơn 13", by="system", at=LATER)

    same(joined, "r2", "w2", asker)
    stored.publish(table, steward)
    assert [row["full_name"] for row in said().values()] == ["Nguyễn Văn Minh"]


def test_who_restricts_the_use_of_a_row_leaves_the_table_at_once(
    table: GoldenTable, joined: Project, sources: dict[str, "Dataset"], asker: User, steward: User
) -> None:
    for one in sources.values():
        sharing.identify(
            dataset=one, column="citizen_id", named_by=PersonBy.NUMBER, by="system", at=AT
        )
    same(joined, "r2", "w2", asker)
    stored.publish(table, steward)
    dataset = catalogue.every_dataset().get(code=GOLDEN)
    officer = make_officer("doc", unit=joined.unit, role=Role.SPECIALIST)
    make_grant(dataset, officer, at=AT, columns=(("entity", Rule.KEEP), ("full_name", Rule.KEEP)))
    assert sharing.open_dataset(GOLDEN, officer, at=AT).rows == 2

    sharing.restrict(
        names=[(PersonBy.NUMBER, NUMBER)], dataset=None, matter="rights.request:1", by="system",
        at=AT,
    )  # fmt: skip
    assert sharing.open_dataset(GOLDEN, officer, at=AT).rows == 1, "the door holds it back"
    jobs.care_for_golden(0)

    assert [row["full_name"] for row in said().values()] == ["Nguyễn Văn Minh"]
    with pytest.raises(services.NothingNew):
        stored.publish(table, steward)
    sharing.lift(matter="rights.request:1", by="system", at=LATER)
    stored.publish(table, steward)
    assert len(said()) == 2


def test_a_row_that_names_the_person_otherwise_than_its_golden_record_is_held_back_too(
    unit: Unit, asker: User, steward: User
) -> None:
    """The register is trusted more, so the number of the other list is not in the golden record."""
    other = "079181001299"
    rows_of_hers = [{**WELFARE[0], "citizen_id": other}, *WELFARE[1:]]
    named = stored.make_list(unit, "welfare", rows_of_hers)
    stored.make_list(unit, "register", REGISTER)
    sharing.identify(
        dataset=named, column="citizen_id", named_by=PersonBy.NUMBER, by="system", at=AT
    )
    project = approved(unit, asker, steward, link_at=0.0)
    compared(project, asker)
    table = stored.ask(project, asker)
    services.approve_table(table=table, by=steward, at=AT)
    stored.publish(table, steward)
    assert NUMBER in {row["citizen_id"] for row in said().values()}

    sharing.restrict(
        names=[(PersonBy.NUMBER, other)], dataset=None, matter="rights.request:2", by="system",
        at=AT,
    )  # fmt: skip
    services.care_for_golden(at=AT)

    assert NUMBER not in {row["citizen_id"] for row in said().values()}


def test_when_the_purpose_is_over_the_rows_go_from_every_version(
    table: GoldenTable, joined: Project, steward: User, store: "Path"
) -> None:
    stored.publish(table, steward)
    sharing.open_dataset(GOLDEN, steward, at=AT)
    services.end(project=joined, by=steward, at=LATER, reason="Đã rà soát xong.")

    services.care_for_golden(at=LATER)

    assert stored.files_with(store / "tables" / GOLDEN, "Trần Thị Lan") == []
    assert said() == {}
    assert catalogue.every_dataset().get(code=GOLDEN).state == Offered.RETIRED
    table.refresh_from_db()
    assert table.emptied_at == LATER
    assert not selectors.kept_tables().exists()


def test_what_nobody_decided_on_is_over_with_its_project(
    joined: Project, asker: User, steward: User
) -> None:
    table = stored.ask(joined, asker)
    services.end(project=joined, by=steward, at=LATER, reason="Đã rà soát xong.")

    services.care_for_golden(at=LATER)

    table.refresh_from_db()
    assert table.state == State.REFUSED
    assert not Duty.objects.filter(kind="resolution.golden").exists()


def test_it_ends_by_itself_on_the_day_its_project_expires(
    table: GoldenTable, joined: Project, steward: User
) -> None:
    stored.publish(table, steward)
    on_the_day = AT + timedelta(days=7)
    Project.objects.filter(pk=joined.pk).update(expires_on=on_the_day.date())

    services.care_for_golden(at=on_the_day - timedelta(days=1))
    assert len(said()) == 1
    services.care_for_golden(at=on_the_day)
    assert said() == {}
    with pytest.raises(services.NotOpen):
        services.publish_table(table=table, seen="", by=steward, at=on_the_day)


def test_killed_while_its_rows_go_it_is_emptied_by_the_next_round(
    table: GoldenTable, joined: Project, steward: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored.publish(table, steward)

    def killed(*_: object, **__: object) -> None:
        raise SystemExit("killed")

    with monkeypatch.context() as broken:
        broken.setattr("dothi.datastore.tables.services.erase", killed)
        with pytest.raises(SystemExit):
            services.end_table(table=table, by=steward.actor, at=AT, reason="Không cần nữa.")
    assert len(said()) == 1

    services.care_for_golden(at=LATER)
    assert said() == {}


def test_audit_holds_no_value_of_a_person(
    table: GoldenTable, joined: Project, steward: User
) -> None:
    stored.publish(table, steward)
    services.end_table(table=table, by=steward.actor, at=LATER, reason="Không cần nữa.")

    told = str(list(Entry.objects.values()))
    assert NUMBER not in told
    assert "Lan" not in told
