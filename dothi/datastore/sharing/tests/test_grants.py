"""Who reads which rows of what: class of sharing, capacity, grant, day; one way for every door."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from dothi.accounts import services as people
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_citizen, make_officer, make_root, post_of
from dothi.core import clock
from dothi.core.access.models import Look
from dothi.datastore.catalogue import services as catalogue
from dothi.datastore.catalogue.choices import Classification, Share
from dothi.datastore.catalogue.selectors import keys_of
from dothi.datastore.catalogue.tests.factories import make_dataset
from dothi.datastore.sharing import services
from dothi.datastore.sharing.choices import SubjectKind
from dothi.datastore.sharing.models import Use
from dothi.datastore.sharing.tests.factories import (
    AT,
    CODE,
    ROWS,
    make_grant,
    publish,
    terms,
    trees,
)
from dothi.datastore.tables.choices import How, Rule
from dothi.datastore.tables.rules.roles import Condition
from dothi.units.models import Unit

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

pytestmark = pytest.mark.django_db(transaction=True)
LAST = datetime(2026, 12, 30, 16, 59, tzinfo=UTC)  # 23:59 of the last day, in the city.
OVER = LAST + timedelta(minutes=1)


@pytest.fixture
def root() -> Unit:
    return make_root()


@pytest.fixture
def dataset(root: Unit) -> "Dataset":
    made = make_dataset(root, contract=trees(), share=Share.REQUEST)
    publish()
    return made


@pytest.fixture
def officer(root: Unit) -> User:
    return make_officer(unit=root)


def rows(user: User | AnonymousUser, *, at: datetime = AT, **more: Any) -> list[dict[str, Any]]:
    opening = services.open_dataset(CODE, user, at=at, **more)
    with opening.connect() as connection:
        found = connection.execute("select * from data order by tree").to_arrow_table()
    return list(found.to_pylist())


def sees(user: User | AnonymousUser, *, at: datetime = AT, **more: Any) -> str:
    """Nothing, or how much of the person in the first row."""
    try:
        [first, *_rest] = rows(user, at=at, **more)
    except services.NotShared:
        return "nothing"
    if "keeper" not in first:
        return "no person"
    return "named" if first["keeper"] == "Trần Văn Minh" else "masked"


@pytest.mark.parametrize("share", Share)
def test_class_capacity_grant_and_day_decide_who_sees_what(root: Unit, share: Share) -> None:
    dataset = make_dataset(root, contract=trees(), share=share)
    publish()
    people_: dict[str, User | AnonymousUser] = {
        "public": AnonymousUser(), "citizen": make_citizen(),
        "officer": make_officer("lan", unit=root),
        "keeper": make_officer("ha", unit=root, role=Role.STEWARD),
    }  # fmt: skip
    by_class = {
        Share.OPEN: ("no person", "no person", "masked", "masked"),
        Share.DEFAULT: ("nothing", "nothing", "masked", "masked"),
        Share.REQUEST: ("nothing", "nothing", "nothing", "masked"),
        Share.CLOSED: ("nothing", "nothing", "nothing", "masked"),
    }[share]
    assert tuple(sees(one) for one in people_.values()) == by_class
    for user in people_.values():
        if not isinstance(user, User):
            continue
        grant = make_grant(dataset, user)
        assert sees(user, purpose=grant.code) == "named"
        assert sees(user, purpose=grant.code, at=LAST) == "named"
        assert sees(user, purpose=grant.code, at=OVER) == "nothing"
        others = [one for one in people_.values() if one is not user]
        assert {sees(one, purpose=grant.code) for one in others} == {"nothing"}
        services.end(grant=grant, by="system", at=AT, reason="Không còn cần")
        assert sees(user, purpose=grant.code) == "nothing"
    assert tuple(sees(one) for one in people_.values()) == by_class


def test_a_grant_shows_its_columns_as_it_says_and_no_other(
    dataset: "Dataset", officer: User
) -> None:
    make_grant(dataset, officer)
    [first, second] = rows(officer)
    assert first["tree"] == "C-1"
    assert first["keeper"] == "Trần Văn Minh"
    assert set(first) == {"tree", "keeper", "keeper_id"}
    assert len(first["keeper_id"]) == 32, "a token"
    assert first["keeper_id"] != second["keeper_id"]


def test_tokens_of_two_grants_do_not_join(dataset: "Dataset", officer: User, root: Unit) -> None:
    other = make_officer("binh", unit=root)
    make_grant(dataset, officer)
    make_grant(dataset, other)
    assert rows(officer)[0]["keeper_id"] != rows(other)[0]["keeper_id"]


@pytest.mark.parametrize(
    ("where", "trees_seen"),
    [
        (Condition(column="tree", how=How.ONE_OF, values=("C-2", "C-9")), ["C-2"]),
        (Condition(column="height", how=How.FROM, values=("0",)), ["C-1"]),
        (Condition(column="height", how=How.BEFORE, values=("0",)), ["C-2"]),
        (Condition(column="planted_at", how=How.FROM, values=("2020-01-01T00:00:00+07:00",)),
         ["C-1"]),
        (Condition(column="species", how=How.ONE_OF, values=("' or true --",)), []),
    ],
)  # fmt: skip
def test_a_grant_holds_the_rows_that_meet_its_conditions_and_no_others(
    dataset: "Dataset", officer: User, where: Condition, trees_seen: list[str]
) -> None:
    make_grant(dataset, officer, where=(where,))
    opening = services.open_dataset(CODE, officer, at=AT)
    assert opening.rows == len(trees_seen)
    assert [row["tree"] for row in rows(officer)] == trees_seen
    with opening.connect() as connection:
        held = connection.execute("select table_name, estimated_size from duckdb_tables()")
        assert held.fetchall() == [("data", len(trees_seen))], "the file holds nothing else"


def test_a_condition_on_a_column_that_is_not_there_holds_for_no_row(
    dataset: "Dataset", officer: User
) -> None:
    grant = make_grant(
        dataset, officer, where=(Condition(column="tree", how=How.ONE_OF, values=("C-1",)),)
    )
    grant.conditions[0][0] = "ward"
    grant.save(update_fields=["conditions"])
    assert rows(officer) == []


def test_a_post_reads_as_long_as_it_is_held(dataset: "Dataset", officer: User, root: Unit) -> None:
    to = services.To(kind=SubjectKind.POST, unit=root, role=Role.SPECIALIST)
    make_grant(dataset, officer, to=to)
    assert sees(officer) == "named"
    assert sees(make_officer("kim", unit=root, role=Role.COUNTER)) == "nothing"
    people.end_post(post=post_of(officer), on=date(2026, 12, 1), at=AT, by="system")
    assert sees(officer, at=datetime(2026, 12, 1, 2, tzinfo=UTC)) == "nothing"


def test_a_person_of_a_unit_reads_no_more_after_leaving_it(
    dataset: "Dataset", officer: User, root: Unit
) -> None:
    to = services.To(kind=SubjectKind.PERSON, user=officer, unit=root)
    make_grant(dataset, officer, to=to)
    assert sees(officer) == "named"
    people.end_post(post=post_of(officer), on=date(2026, 12, 1), at=AT, by="system")
    assert sees(officer, at=datetime(2026, 12, 1, 2, tzinfo=UTC)) == "nothing"


def test_a_program_reads_by_its_key_and_its_holder_does_not(
    dataset: "Dataset", officer: User
) -> None:
    catalogue.issue_key(user=officer, name="máy của quận", at=AT)
    key = keys_of(officer).get().pk
    make_grant(dataset, officer, to=services.To(kind=SubjectKind.KEY, key=key))
    assert sees(officer, key=key) == "named"
    assert sees(officer) == "nothing"


def test_of_several_grants_one_is_named(dataset: "Dataset", officer: User) -> None:
    one, two = make_grant(dataset, officer), make_grant(dataset, officer)
    with pytest.raises(services.PurposeNeeded) as caught:
        services.open_dataset(CODE, officer, at=AT)
    assert set(caught.value.grants) == {one.code, two.code}
    assert sees(officer, purpose=two.code) == "named"


def test_a_retired_dataset_is_read_by_no_grant(dataset: "Dataset", officer: User) -> None:
    make_grant(dataset, officer)
    catalogue.retire(dataset=dataset, by="system", at=AT, reason="Gộp vào bộ khác")
    assert sees(officer) == "nothing"


def test_a_column_that_becomes_personal_leaves_the_grants_that_did_not_ask_for_it(
    dataset: "Dataset", officer: User
) -> None:
    make_grant(dataset, officer, columns=(("tree", Rule.KEEP), ("species", Rule.KEEP)))
    assert set(rows(officer)[0]) == {"tree", "species"}
    contract = trees()
    fields = tuple(
        replace(one, classification=Classification.PERSONAL) if one.name == "species" else one
        for one in contract.fields
    )
    catalogue.agree(dataset=dataset, contract=replace(contract, fields=fields), by="system", at=AT)
    assert set(rows(officer)[0]) == {"tree"}


def test_reading_persons_is_written_down_before_a_row_leaves(
    dataset: "Dataset", officer: User
) -> None:
    grant = make_grant(dataset, officer)
    services.open_dataset(CODE, officer, at=AT)
    look = Look.objects.get()
    assert (look.record, look.actor) == (f"dataset:{CODE}", officer.actor)
    assert look.purpose == "Mời người chăm cây họp tổ"
    assert look.fields == ["keeper", "keeper_id"]
    assert grant.code in look.post
    assert officer.full_name not in look.post
    use = Use.objects.get()
    assert (use.grant, use.rows, use.version) == (grant, 2, 1)


def test_what_is_masked_for_officers_is_a_list_and_no_look(root: Unit, officer: User) -> None:
    make_dataset(root, contract=trees(), share=Share.DEFAULT)
    publish()
    assert sees(officer) == "masked"
    assert not Look.objects.exists()


def test_a_download_under_a_grant_is_the_file_of_the_grant(
    client: Client, dataset: "Dataset", officer: User
) -> None:
    grant = make_grant(
        dataset, officer, expires_on=clock.now().date() + timedelta(days=30),
        where=(Condition(column="tree", how=How.ONE_OF, values=("C-1",)),),
    )  # fmt: skip
    client.force_login(officer)
    answer = client.get(f"/data/{CODE}.json", {"purpose": grant.code})
    [row] = json.loads(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    assert row["keeper"] == "Trần Văn Minh"
    assert Use.objects.get().form == "json"
    assert client.get(f"/data/{CODE}.json", {"purpose": "TT-1"}).status_code == 404


def test_a_page_of_many_parts_is_one_use_and_one_look(
    client: Client, dataset: "Dataset", officer: User
) -> None:
    make_grant(dataset, officer, expires_on=clock.now().date() + timedelta(days=30))
    client.force_login(officer)
    assert "Trần Văn Minh" in client.get(f"/data/{CODE}").content.decode()
    assert Use.objects.count() == Look.objects.count() == 1


def test_what_is_being_read_when_a_use_ends_is_read_to_its_end(
    dataset: "Dataset", officer: User
) -> None:
    grant = make_grant(dataset, officer)
    opening = services.open_dataset(CODE, officer, at=AT)
    pieces = services.stream(opening, services.forms_of(opening)[0])
    next(pieces)
    services.end(grant=grant, by="system", at=AT, reason="Không còn cần")
    assert services.forget_files(at=AT) == 0, "somebody may have just opened it"
    next(pieces)
    assert services.forget_files(at=AT + timedelta(hours=2)) == 1
    assert len(list(pieces)) == 1
    assert not opening.path.exists()
    assert sees(officer) == "nothing"


def test_uses_end_on_their_day(dataset: "Dataset", officer: User) -> None:
    grant = make_grant(dataset, officer)
    assert services.expire(at=LAST) == 0
    assert services.expire(at=OVER) == 1
    grant.refresh_from_db()
    assert (grant.ended_by, grant.ended_at) == ("system", OVER)
    assert services.expire(at=OVER) == 0
    with pytest.raises(services.NotAllowedNow):
        services.end(grant=grant, by="system", at=OVER, reason="Hai lần")


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"purpose": " "}, services.PurposeMissing),
        ({"legal_basis": ""}, services.PurposeMissing),
        ({"expires_on": date(2026, 11, 26)}, services.TooLong),
        ({"expires_on": date(2036, 11, 26)}, services.TooLong),
        ({"columns": ()}, services.NotSound),
        ({"columns": (("tree", Rule.MASK),)}, services.NotSound),
        ({"columns": (("wage", Rule.KEEP),)}, services.NotSound),
        ({"where": (Condition(column="height", how=How.FROM, values=("tall",)),)},
         services.NotSound),
        ({"where": (Condition(column="species", how=How.FROM, values=("a",)),)},
         services.NotSound),
        ({"where": (Condition(column="tree", how=How.ONE_OF, values=()),)}, services.NotSound),
    ],
)  # fmt: skip
def test_what_has_no_purpose_no_end_or_no_sense_is_not_granted(
    dataset: "Dataset", officer: User, given: dict[str, Any], refusal: type[services.Refused]
) -> None:
    with pytest.raises(refusal) as caught:
        make_grant(dataset, officer, **given)
    assert caught.value.message


def test_nobody_grants_what_they_asked_for(dataset: "Dataset", officer: User) -> None:
    with pytest.raises(services.FourEyes):
        services.grant(
            dataset=dataset, to=services.To(kind=SubjectKind.PERSON, user=officer), terms=terms(),
            by=officer.actor, asked_by=officer.actor, at=AT,
        )  # fmt: skip


def test_a_use_of_figures_gives_no_row_and_hides_small_numbers(
    root: Unit, dataset: "Dataset", officer: User
) -> None:
    many = [(f"C-{n}", "Sao đen" if n > 3 else "Me", 5.0, None, "Ai", "1", None, None)
            for n in range(20)]  # fmt: skip
    publish([*many, *ROWS[:0]], run="DR-2")
    make_grant(dataset, officer, figures_only=True, columns=(("species", Rule.KEEP),))
    assert sees(officer) == "nothing"
    found = services.figures(CODE, officer, by=("species",), at=AT)
    assert found.cells == {("Sao đen", ""): None, ("Me", ""): None, (None, None): 20}
    with pytest.raises(services.NotCounted):
        services.figures(CODE, officer, by=("keeper",), at=AT)


def test_who_keeps_the_data_sees_small_numbers_and_others_do_not(root: Unit) -> None:
    make_dataset(root, contract=trees(), share=Share.OPEN)
    publish()
    steward = make_officer("ha", unit=root, role=Role.STEWARD)
    assert services.figures(CODE, steward, by=("tree",), at=AT).cells["C-1", ""] == 1
    hidden = services.figures(CODE, AnonymousUser(), by=("tree", "species"), at=AT).cells
    assert set(hidden.values()) == {None}


def test_a_version_is_ready_for_whoever_reads_it_before_anybody_asks(
    dataset: "Dataset", officer: User, root: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_grant(dataset, officer)
    steward = make_officer("steward", unit=root, role=Role.STEWARD)
    for user in (officer, steward):
        services.open_dataset(CODE, user, at=AT)
    publish(ROWS[:1], run="DR-2")
    monkeypatch.setattr("dothi.datastore.tables.services.serving._build", built_too_late)
    for user in (officer, steward):
        opening = services.open_dataset(CODE, user, at=AT)
        assert (opening.version, opening.rows) == (2, 1)


def test_readers_keep_the_version_before_while_files_of_the_next_are_built(
    root: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_dataset(root, contract=trees(), share=Share.OPEN)
    with monkeypatch.context() as patch:
        patch.setattr("dothi.datastore.tables.services.serving._build", built_too_late)
        with pytest.raises(AssertionError):
            publish()
        with pytest.raises(services.NothingYet):
            services.open_dataset(CODE, AnonymousUser(), at=AT)
    publish()
    with monkeypatch.context() as patch:
        patch.setattr("dothi.datastore.tables.services.serving._build", built_too_late)
        with pytest.raises(AssertionError):
            publish(ROWS[:1], run="DR-2")
        assert services.open_dataset(CODE, AnonymousUser(), at=AT).version == 1
    publish(ROWS[:1], run="DR-2")
    assert services.open_dataset(CODE, AnonymousUser(), at=AT).version == 2


def built_too_late(*_: object) -> None:
    raise AssertionError("somebody waits for a file")
