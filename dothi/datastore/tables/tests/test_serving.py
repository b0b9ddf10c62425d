"""A role reads a file that holds what it may see, and nothing else."""

from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dothi.datastore.catalogue.choices import Mode
from dothi.datastore.tables import selectors, services
from dothi.datastore.tables.choices import How, Rule
from dothi.datastore.tables.models import Serving, Version
from dothi.datastore.tables.ports import places
from dothi.datastore.tables.rules.roles import WHOLE, Condition, Role, RoleRefused, from_dict
from dothi.datastore.tables.tests.factories import NOON, published, reports

pytestmark = pytest.mark.django_db


def analyst(*, name: str = "analyst", purpose: str = "planning") -> Role:
    return Role(
        name=name,
        columns=(
            ("code", Rule.KEEP), ("rating", Rule.MASK), ("unit", Rule.MASK),
            ("person", Rule.TOKEN), ("received_at", Rule.DROP),
        ),
        purpose=purpose,
    )  # fmt: skip


def read(path: Path) -> list[dict[str, object]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        found: list[dict[str, object]] = (
            connection.sql("from data order by code").to_arrow_table().to_pylist()
        )
    return found


def served(version: Version, role: Role) -> list[dict[str, object]]:
    services.serve(version, role, at=NOON)
    path = selectors.serving(version, role)
    assert path is not None
    return read(path)


def test_publishing_builds_the_file_of_all_columns() -> None:
    version = published(reports(2, 1), run="a")
    path = selectors.serving(version, WHOLE)
    assert path is not None
    assert read(path) == reports(1, 2)


def test_a_role_sees_its_columns_by_its_rules() -> None:
    one, two = served(published(reports(1, 101), run="a"), analyst())
    assert list(one) == ["code", "unit", "rating", "person"]
    assert (one["code"], one["unit"], one["rating"]) == ("PA-000001", "w•••", None)
    assert one["person"] == two["person"], "both are Nguyễn Văn 001"
    assert "Nguyễn" not in str(one["person"])
    assert len(str(one["person"])) == 32


def test_an_empty_value_has_no_token() -> None:
    rows = [{**row, "person": None} for row in reports(1)]
    assert served(published(rows, run="a"), analyst())[0]["person"] is None


def test_tokens_join_within_a_purpose_and_never_across_two() -> None:
    one = published(reports(1), run="a")
    two = published(reports(1), run="a", table="others")
    token = served(one, analyst())[0]["person"]
    assert served(two, analyst())[0]["person"] == token
    assert served(two, analyst(purpose="audit"))[0]["person"] != token


def test_the_file_of_a_role_holds_no_hidden_value() -> None:
    version = published(reports(*range(3000)), run="a")
    path = services.serve(version, analyst(), at=NOON)
    assert "Nguyễn Văn".encode() not in path.read_bytes()
    whole = selectors.serving(version, WHOLE)
    assert whole is not None


def test_a_column_that_comes_later_is_dropped_until_a_role_names_it() -> None:
    version = published(reports(1), run="a")
    role = Role(name="narrow", columns=(("code", Rule.KEEP),))
    assert served(version, role) == [{"code": "PA-000001"}]


@pytest.mark.parametrize(
    ("role", "why"),
    [
        (Role(name="x", columns=(("nothing", Rule.KEEP),)), "no_columns"),
        (Role(name="x", columns=()), "no_columns"),
        (Role(name="x", columns=(("code", Rule.TOKEN),)), "purpose_missing"),
    ],
)
def test_a_role_that_sees_nothing_or_joins_everything_is_refused(role: Role, why: str) -> None:
    version = published(reports(1), run="a")
    with pytest.raises(RoleRefused) as caught:
        services.serve(version, role, at=NOON)
    assert caught.value.why == why
    assert selectors.serving(version, role) is None


def test_roles_that_see_the_same_share_one_file_and_nobody_else_does() -> None:
    version = published(reports(1), run="a")
    whole = selectors.serving(version, WHOLE)
    assert whole is not None
    every = tuple((one.name, Rule.KEEP) for one in version.shape)
    same = services.serve(version, Role(name="everybody", columns=every, purpose="x"), at=NOON)
    assert same != whole
    assert same.samefile(whole)
    assert services.forget_role("everybody") == 1
    assert read(whole) == reports(1)
    token = (*((name, rule) for name, rule in every if name != "person"), ("person", Rule.TOKEN))
    nobody = Condition(column="code", how=How.ONE_OF, values=("",))
    for other in (
        Role(name="a", columns=every[1:]), Role(name="b", columns=token, purpose="x"),
        Role(name="c", columns=every, where=(nobody,)),
    ):  # fmt: skip
        assert not services.serve(version, other, at=NOON).samefile(whole), other


def test_a_version_is_shown_when_its_files_stand_and_the_one_before_until_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published(reports(1), run="a")
    with monkeypatch.context() as patch:
        patch.setattr("dothi.datastore.tables.ports.engine.sync", fail_on_serving)
        with pytest.raises(OSError, match="full"):
            published(reports(1, 2), run="b")
    latest, shown = selectors.latest("reports"), selectors.shown("reports")
    assert latest is not None
    assert shown is not None
    assert (latest.number, shown.number) == (2, 1)
    services.finish("reports", at=NOON + timedelta(hours=1))
    shown = selectors.shown("reports")
    assert shown is not None
    assert (shown.number, shown.ready_at) == (2, NOON + timedelta(hours=1))
    assert services.finish("reports", at=NOON + timedelta(hours=2)) is None


def test_two_roles_of_one_name_do_not_share_a_file() -> None:
    version = published(reports(1), run="a")
    one = services.serve(version, analyst(), at=NOON)
    two = services.serve(version, analyst(purpose="audit"), at=NOON)
    assert one != two


def test_a_role_is_remembered_as_it_was() -> None:
    version = published(reports(1), run="a")
    services.serve(version, analyst(), at=NOON)
    assert {from_dict(row.role) for row in Serving.objects.all()} == {WHOLE, analyst()}


def test_a_build_that_failed_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    version = published(reports(1), run="a", roles=())
    with monkeypatch.context() as patch:
        patch.setattr("dothi.datastore.tables.ports.engine.sync", fail)
        with pytest.raises(OSError, match="full"):
            services.serve(version, WHOLE, at=NOON)
    assert selectors.serving(version, WHOLE) is None
    assert not [path for path in places.serving().rglob("*") if path.is_file()]


def test_rows_are_served_in_the_order_in_which_they_were_delivered() -> None:
    version = published(reports(3, 1, 2), run="a")
    path = selectors.serving(version, WHOLE)
    assert path is not None
    with duckdb.connect(str(path), read_only=True) as connection:
        codes = connection.sql("select code from data").fetchall()
    assert [code for (code,) in codes] == ["PA-000003", "PA-000001", "PA-000002"]


def test_parts_with_large_row_groups_are_served_whole_too() -> None:
    schema = pa.schema([("code", pa.string())])
    path = services.workspace("codes", "a") / "part.parquet"
    codes = pa.table({"code": [f"{number:07}" for number in range(300_000)]}, schema=schema)
    pq.write_table(codes, path, row_group_size=130_000)
    version = services.publish(
        "codes", [path], mode=Mode.REPLACE, schema=schema, run="a", by="system", at=NOON,
        roles=(WHOLE,),
    )  # fmt: skip
    place = selectors.serving(version, WHOLE)
    assert place is not None
    with duckdb.connect(str(place), read_only=True) as connection:
        found = connection.sql("select count(*), count(distinct code) from data").fetchone()
    assert found == (300_000, 300_000)


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> Version:
    monkeypatch.setattr("dothi.datastore.tables.services.serving.MANY", 10)
    rows = reports(*range(400))
    some = [{**row, "unit": row["unit"] if row["rating"] else None} for row in rows]
    return published(some, run="many", roles=())


def test_a_column_of_few_words_is_served_as_text_all_the_same(many: Version) -> None:
    with duckdb.connect(str(services.serve(many, WHOLE, at=NOON)), read_only=True) as connection:
        columns = "select column_name, data_type from duckdb_columns() where table_name = 'data'"
        kinds = dict(connection.sql(columns).fetchall())
        assert kinds["unit"].startswith("ENUM")
        assert kinds["code"] == "VARCHAR"

        def ask(question: str) -> object:
            return connection.sql(question).fetchall()

        assert ask("select count(*) from data where unit = 'w3'") == [(20,)]
        assert ask("select count(*) from data where unit = 'no ward'") == [(0,)]
        assert ask("select count(*) from data where unit like 'w1%' or unit is null") == [(220,)]
        assert ask("select distinct unit from data where unit > 'w8' order by 1") == [("w9",)]
        assert ask("select max(upper(unit) || '!') from data") == [("W9!",)]
        assert ask("select count(*) from data where coalesce(unit, 'none') = 'none'") == [(80,)]


def test_the_words_of_a_hidden_column_are_not_in_the_file(many: Version) -> None:
    place = services.serve(many, analyst(), at=NOON)
    with duckdb.connect(str(place), read_only=True) as connection:
        question = "from duckdb_types() where logical_type = 'ENUM' and not internal"
        types = connection.sql(question).fetchall()
    assert types == []
    assert b"w13" not in place.read_bytes()


def fail_on_serving(path: Path) -> None:
    if path.suffix == ".half":
        raise OSError("the disk is full")


def fail(*_: object) -> None:
    raise OSError("the disk is full")


def test_the_same_run_again_builds_the_file_that_a_kill_prevented() -> None:
    version = published(reports(1), run="a", roles=())
    assert selectors.serving(version, WHOLE) is None
    published(reports(1), run="a", at=NOON + timedelta(hours=1))
    assert selectors.serving(version, WHOLE) is not None
