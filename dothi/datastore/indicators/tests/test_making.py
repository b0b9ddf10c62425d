"""A steward puts an indicator together on a page; once published it is one like any other."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_officer
from dothi.datastore.catalogue import services as catalogue
from dothi.datastore.catalogue.choices import Classification, Share, Type
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.catalogue.tests.factories import describe, field, make_steward
from dothi.datastore.indicators import selectors, services
from dothi.datastore.indicators.choices import Better, Flaw, How, Operator, State
from dothi.datastore.indicators.forms.picking import IndicatorField
from dothi.datastore.indicators.models import Made
from dothi.datastore.indicators.rules.recipe import Condition, Recipe
from dothi.datastore.indicators.services import Content, Trial
from dothi.datastore.indicators.tests.factories import NOON, lamps_stored
from dothi.units.models import Unit
from dothi.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db
CODE = "made.lamps_led"
ROWS = """unit_code,out_at,kind
00001,2026-03-01T08:00,LED
00001,2026-03-01T09:00,Natri
00002,2026-03-02T09:00,LED
00001,2026-03-03T09:00,LED"""


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dothi.core.clock.now", lambda: NOON)
    selectors.forget()


@pytest.fixture
def unit() -> Unit:
    return make_unit("00001", "Phường 1")


@pytest.fixture
def steward(unit: Unit) -> User:
    return make_steward(unit)


@pytest.fixture(autouse=True)
def lamps(unit: Unit, steward: User) -> None:
    """A dataset that the steward keeps and everybody may see; it speaks of owners."""
    dataset = catalogue.create(
        code="lamps", unit=unit, description=describe(share=Share.OPEN), by=steward.actor, at=NOON
    )
    fields = (
        field("code"), field("unit_code"), field("out_at", type=Type.MOMENT), field("kind"),
        field("height", type=Type.NUMBER), field("on", type=Type.DATE),
        field("owner", classification=Classification.PERSONAL),
    )  # fmt: skip
    contract = Contract(dataset="lamps", version=1, fields=fields)
    catalogue.agree(dataset=dataset, contract=contract, by=steward.actor, at=NOON)


def recipe(**more: Any) -> Recipe:
    given: dict[str, Any] = {
        "dataset": "lamps", "how": How.SHARE, "unit_column": "unit_code", "moment": "out_at",
        "of": (Condition(column="kind", operator=Operator.IS, value="LED"),),
        "dimensions": ("kind",),
    }  # fmt: skip
    return Recipe(**{**given, **more})


def content(expected: float | None = 200 / 3, **more: Any) -> Content:
    given: dict[str, Any] = {
        "title_vi": "Đèn LED tắt", "title_en": "LED lamps out", "help_vi": "Tỷ lệ đèn LED.",
        "help_en": "Share of LED.", "unit_of_measure": "%", "better": Better.LOWER.value,
        "public": False, "recipe": recipe(),
        "tests": (Trial(rows=ROWS, at="2026-03-02T12:00", expected=expected),),
    }  # fmt: skip
    return Content(**{**given, **more})


def published(steward: User, **more: Any) -> Made:
    made = services.create(code=CODE, content=content(**more), by=steward, at=NOON)
    services.publish(made=made, revision=1, by=steward, at=NOON)
    return made


def lamp(number: int, kind: str | None = "LED", **more: Any) -> dict[str, Any]:
    row = {"code": f"L-{number}", "unit_code": "00001", "kind": kind}
    return {**row, "out_at": NOON - timedelta(hours=number), **more}


def outcome(said: Recipe, rows: str, at: str = "2026-03-02T12:00", by: Any = None) -> Any:
    test = Trial(rows=rows, at=at, expected=None)
    [result] = services.try_out(content(recipe=said, tests=(test,)), by=by, at=NOON)
    return result.fault or result.value


def speaks_of_nobody(steward: User) -> None:
    """The next contract leaves the owners out."""
    dataset = services.making._dataset("lamps", steward, NOON)
    fields = tuple(one for one in dataset.agreed.fields if not one.is_personal)
    catalogue.agree(
        dataset=dataset, contract=replace(dataset.agreed, version=2, fields=fields),
        by=steward.actor, at=NOON,
    )  # fmt: skip


def test_once_published_it_is_one_like_any_other(client: Client, steward: User) -> None:
    speaks_of_nobody(steward)
    published(steward, public=True)
    lamps_stored([lamp(1), lamp(2, "Natri"), lamp(3), lamp(4)])
    assert services.measure_store(at=NOON, codes=[CODE]) == 1
    assert selectors.newest_kept([CODE])[CODE].figure.value.value == 75
    page = client.get(f"/en/indicators/{CODE}").content.decode()
    assert "LED lamps out" in page
    assert "75.0" in page
    told = client.get(f"/api/v1/indicators/{CODE}").json()
    assert (told["value"], told["run"], told["definition_number"]) == (75, "store", 1)
    assert told["units"][0]["unit_code"] == "00001"
    why = client.get(
        f"/api/v1/indicators/{CODE}/why?start=2026-03-02T09:30&end=2026-03-02T12:00&by=kind"
    ).json()
    assert (why["before"], why["after"]) == (100, 75)
    assert sum(one["share"] for one in why["contributions"]) == pytest.approx(-25)


def test_a_draft_is_none_yet_and_needs_a_test_that_passes(client: Client, steward: User) -> None:
    made = services.create(code=CODE, content=content(expected=50), by=steward, at=NOON)
    with pytest.raises(selectors.Unknown):
        selectors.find(CODE)
    with pytest.raises(services.Untested) as refused:
        services.publish(made=made, revision=1, by=steward, at=NOON)
    assert refused.value.results[0].value == pytest.approx(200 / 3)
    services.change(made=made, content=content(tests=()), revision=1, by=steward, at=NOON)
    with pytest.raises(services.Untested):
        services.publish(made=made, revision=2, by=steward, at=NOON)
    assert client.get(f"/indicators/{CODE}").status_code == 404


def test_a_change_counts_once_it_is_published_and_is_a_new_definition(steward: User) -> None:
    made = published(steward)
    other = content(recipe=recipe(how=How.COUNT, of=()), expected=3, unit_of_measure="")
    services.change(made=made, content=other, revision=2, by=steward, at=NOON)
    assert selectors.find(CODE).scale == "percent"
    services.publish(made=made, revision=3, by=steward, at=NOON + timedelta(days=1))
    assert selectors.find(CODE).scale == "count"
    assert [one.number for one in selectors.definitions(CODE)] == [2, 1]


def test_of_two_who_save_the_later_is_told(steward: User) -> None:
    made = published(steward)
    services.change(made=made, content=content(), revision=2, by=steward, at=NOON)
    with pytest.raises(services.ChangedMeanwhile):
        services.change(made=made, content=content(), revision=2, by=steward, at=NOON)
    with pytest.raises(services.ChangedMeanwhile):
        services.publish(made=made, revision=2, by=steward, at=NOON)


def test_a_retired_one_is_measured_no_longer_and_keeps_its_readings(steward: User) -> None:
    made = published(steward)
    lamps_stored([lamp(1)])
    services.measure_store(at=NOON, codes=[CODE])
    services.retire(made=made, revision=made.revision, by=steward, at=NOON)
    assert CODE not in {one.code for one in selectors.known()}
    assert selectors.newest_kept([CODE]) == {}, "nobody reads a figure that is measured no more"
    assert Made.objects.get().state == State.RETIRED
    services.publish(made=made, revision=made.revision, by=steward, at=NOON)
    assert selectors.newest_kept([CODE])[CODE].figure.value.value == 100


def test_personal_columns_and_other_nonsense_are_named(steward: User) -> None:
    wrong = recipe(
        how=How.MEAN, column="kind", unit_column="height", moment="kind", of=(), window=9,
        where=(
            Condition(column="owner", operator=Operator.IS, value="Nguyễn Văn A"),
            Condition(column="height", operator=Operator.MORE, value="tall"),
            Condition(column="kind", operator=Operator.LESS, value="LED"),
            Condition(column="kind", operator=Operator.ONE_OF, value=" ; "),
        ),
        dimensions=("owner",),
    )  # fmt: skip
    found = services.flaws_of(content(recipe=wrong), by=steward, at=NOON)
    assert sorted(found) == sorted(
        [
            ("dimensions", Flaw.NO_COLUMN), ("unit_column", Flaw.WRONG_TYPE),
            ("moment", Flaw.WRONG_TYPE), ("column", Flaw.WRONG_TYPE), ("where", Flaw.NO_COLUMN),
            ("where", Flaw.WRONG_VALUE), ("where", Flaw.WRONG_TYPE), ("where", Flaw.MISSING),
        ]
    )  # fmt: skip
    made = services.create(code=CODE, content=content(recipe=wrong), by=steward, at=NOON)
    with pytest.raises(services.Flawed):
        services.publish(made=made, revision=1, by=steward, at=NOON)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        (recipe(how=How.COUNT, of=()), 3),
        (recipe(how=How.COUNT, of=(), window=1), 1),
        (recipe(how=How.SUM, column="height", of=()), 7),
        (recipe(how=How.MEAN, column="height", of=()), 3.5),
        (recipe(how=How.COUNT, of=(), moment="", until="on"), 2),
        (recipe(how=How.COUNT, of=(), moment="on"), 2),
        (recipe(where=(Condition(column="kind", operator=Operator.IS, value="?"),)), None),
        (recipe(how=How.COUNT, of=(), where=(
            Condition(column="kind", operator=Operator.ONE_OF, value="LED; Natri"),)), 3),
        (recipe(how=How.COUNT, of=(), moment="", where=(
            Condition(column="kind", operator=Operator.IS_NOT, value="LED"),)), 1),
        (recipe(how=How.COUNT, of=(), moment="", where=(
            Condition(column="height", operator=Operator.EMPTY),)), 2),
        (recipe(how=How.COUNT, of=(), moment="", where=(
            Condition(column="height", operator=Operator.AT_LEAST, value="4"),)), 1),
        (recipe(how=How.COUNT, of=(), moment="", where=(
            Condition(column="on", operator=Operator.MORE, value="2026-03-01"),)), 2),
    ],
)  # fmt: skip
def test_what_each_recipe_makes_of_four_lamps(
    steward: User, said: Recipe, value: float | None
) -> None:
    """On 2 March at noon. A share of nothing is no figure."""
    rows = """unit_code,out_at,kind,height,on
00001,2026-03-01T08:00,LED,3,2026-03-01
00001,2026-03-01T09:00,Natri,4,2026-03-02
00002,2026-03-02T09:00,LED,,2026-03-03
00001,2026-03-03T09:00,LED,,"""
    assert outcome(said, rows, by=steward) == value


def test_a_sample_that_is_no_table_is_told(steward: User) -> None:
    for rows, line, column in (
        ("unit_code,colour\n1,red", 0, "colour"), ("unit_code,height\n1,tall", 1, "height"),
        ("unit_code,kind\n1,LED,more", 1, ""),
    ):  # fmt: skip
        fault = outcome(recipe(), rows, by=steward)
        assert (fault.line, fault.column) == (line, column)
    assert outcome(recipe(), ROWS, at="noon", by=steward).column == "at"


def test_it_is_over_a_dataset_that_one_looks_after(unit: Unit, steward: User) -> None:
    leader = make_officer("huong", unit=unit, role=Role.LEADER)
    other = make_steward(make_unit("00002", "Phường 2"), "khac")
    for somebody in (leader, other):
        with pytest.raises(services.NoDataset):
            services.create(code=CODE, content=content(), by=somebody, at=NOON)
    with pytest.raises(services.NoDataset):
        services.create(
            code=CODE, content=content(recipe=recipe(dataset="none")), by=steward, at=NOON
        )


def test_what_is_not_open_or_speaks_of_persons_is_not_read_by_everybody(steward: User) -> None:
    with pytest.raises(services.OfPersons):
        services.create(code=CODE, content=content(public=True), by=steward, at=NOON)
    dataset = services.making._dataset("lamps", steward, NOON)
    catalogue.describe(
        dataset=dataset, description=describe(share=Share.DEFAULT), unit=dataset.unit,
        by=steward.actor, at=NOON,
    )  # fmt: skip
    with pytest.raises(services.NotOpen):
        services.create(code=CODE, content=content(public=True), by=steward, at=NOON)
    services.create(code=CODE, content=content(), by=steward, at=NOON)


def test_a_steward_makes_one_without_a_script(steward: User) -> None:
    client = Client()
    client.force_login(steward)
    assert "lamps" in client.get("/desk/data/indicators/").content.decode()
    said = {
        "slug": "lamps_led", "title_vi": "Đèn LED tắt", "title_en": "LED lamps out",
        "help_vi": "Tỷ lệ.", "help_en": "Share.", "how": "share", "unit_of_measure": "%",
        "better": "lower", "unit_column": "unit_code", "moment": "out_at", "dimensions": ["kind"],
        "of_0_column": "kind", "of_0_operator": "is", "of_0_value": "LED",
        "test_0_rows": ROWS, "test_0_at": "2026-03-02T12:00", "test_0_expected": "50",
    }  # fmt: skip
    new = "/en/desk/data/indicators/new?dataset=lamps"
    assert client.get(new).status_code == 200
    answer = client.post(new, said, follow=True)
    assert answer.context["flaws"] == []
    [result] = answer.context["results"]
    assert (result["fault"], result["expected"], result["value"]) == ("", "50", "66.6667")
    edit = f"/en/desk/data/indicators/{CODE}/"
    answer = client.post(
        edit, {**said, "test_0_expected": "66.66666666666667", "revision": 1}, follow=True
    )
    assert "passed" in answer.content.decode()
    lost = client.post(edit, {**said, "revision": 1})
    assert "Somebody saved it" in lost.content.decode()
    client.post(f"{edit}publish", {"revision": 2})
    assert selectors.find(CODE).public is False
    assert client.get(f"/indicators/{CODE}").status_code == 200
    client.post(f"{edit}retire", {"revision": 3})
    assert client.get(f"/indicators/{CODE}").status_code == 404
    assert client.get("/desk/data/indicators/new?dataset=none").status_code == 404


def test_the_picker_takes_words_without_marks_and_says_what_fits(steward: User) -> None:
    published(steward)
    one = selectors.find(CODE)
    picker = IndicatorField(required=False)
    picker.offer([one, replace(one, code="made.other", title="Đèn LED sáng")], list_id="indicators")
    assert picker.clean("den led tat") == CODE
    assert picker.clean("made.other") == "made.other"
    assert picker.clean("") == ""
    for words, code in (("den", "many"), ("zzz", "none")):
        with pytest.raises(ValidationError) as refused:
            picker.clean(words)
        assert refused.value.code == code


def test_what_is_kept_is_plain_data(steward: User) -> None:
    made = published(steward)
    assert services.content_of(made).recipe == recipe()
    assert json.loads(json.dumps(made.draft)) == made.draft
