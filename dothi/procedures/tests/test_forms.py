"""Forms as data: what is seen, what is cleared, what is wrong."""

from datetime import date
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.procedures.choices import Wrong
from dothi.procedures.rules import forms
from dothi.procedures.rules.conditions import NoCondition, check, holds, variables
from dothi.procedures.rules.forms import Mistake
from dothi.procedures.tests.documents import ANSWERS, birth, defined, words

ON = date(2026, 11, 27)
FORM = defined().form


def wrong_in(answers: dict[str, Any]) -> dict[tuple[str | int, ...], Wrong]:
    found = forms.mistakes(FORM, forms.cleaned(FORM, answers), on=ON)
    return {mistake.path: mistake.wrong for mistake in found}


def test_good_answers_are_taken() -> None:
    assert wrong_in(ANSWERS) == {}


def test_the_compiled_schema_is_one_of_2020_12() -> None:
    compiled = forms.schema(FORM, ANSWERS, on=ON)
    assert compiled["$schema"] == forms.DIALECT
    jsonschema_rs.meta.validate(compiled)


@pytest.mark.parametrize(
    ("change", "path", "wrong"),
    [
        ({"child_name": ""}, ("child_name",), Wrong.REQUIRED),
        ({"child_name": "x" * 301}, ("child_name",), Wrong.TOO_LONG),
        ({"child_name": 5}, ("child_name",), Wrong.FORM),
        ({"born_on": "20/11/2026"}, ("born_on",), Wrong.FORM),
        ({"born_on": "2026-02-30"}, ("born_on",), Wrong.FORM),
        ({"born_on": "2026-11-28"}, ("born_on",), Wrong.TOO_LARGE),
        ({"married": "yes"}, ("married",), Wrong.FORM),
        ({"abroad": True}, ("country",), Wrong.REQUIRED),
        ({"parents": []}, ("parents",), Wrong.REQUIRED),
        ({"parents": [{"name": "A", "role": "aunt"}]}, ("parents", 0, "role"), Wrong.NOT_OFFERED),
        (
            {"parents": [{"name": "A", "role": "mother", "citizen_id": "12"}]},
            ("parents", 0, "citizen_id"),
            Wrong.FORM,
        ),
        (
            {"parents": [{"name": "A", "role": "mother"}, {"role": "father"}]},
            ("parents", 1, "name"),
            Wrong.REQUIRED,
        ),
        ({"parents": [{"name": "A", "role": "mother"}] * 3}, ("parents",), Wrong.TOO_MANY),
        ({"parents": "A"}, ("parents",), Wrong.FORM),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(
    change: dict[str, Any], path: tuple[str | int, ...], wrong: Wrong
) -> None:
    assert wrong_in(ANSWERS | change) == {path: wrong}


def test_what_is_hidden_is_cleared() -> None:
    answers = forms.cleaned(FORM, ANSWERS | {"abroad": False, "country": "Lào"})
    assert "country" not in answers
    assert "country" in forms.cleaned(FORM, ANSWERS | {"abroad": True, "country": "Lào"})


def test_clearing_hides_what_depended_on_it() -> None:
    text = {"type": "text", "name": words("x")}
    chain = [
        {"code": "a", **text},
        {"code": "b", **text, "when": {"==": [{"var": "a"}, "yes"]}},
        {"code": "c", **text, "when": {"==": [{"var": "b"}, "yes"]}},
    ]
    form = defined(form={"sections": [{"code": "s", "name": words("s"), "fields": chain}]}).form
    given_answers = {"a": "no", "b": "yes", "c": "left behind"}
    assert forms.cleaned(form, given_answers) == {"a": "no"}
    assert [field.code for field in forms.seen(form, {"a": "yes", "b": "yes"})] == ["a", "b", "c"]


def test_a_row_has_its_own_conditions_and_those_of_the_form() -> None:
    father = {"name": "Trần Văn Bình", "role": "father", "consent": True}
    wed = forms.cleaned(FORM, ANSWERS | {"parents": [father]})
    assert "consent" not in wed["parents"][0]
    single = forms.cleaned(FORM, ANSWERS | {"married": False, "parents": [father]})
    assert single["parents"][0]["consent"] is True
    del father["consent"]
    found = wrong_in(ANSWERS | {"married": False, "parents": [father]})
    assert found == {("parents", 0, "consent"): Wrong.REQUIRED}


def test_a_form_that_was_tampered_with_is_named_and_its_extras_left_out() -> None:
    sent = ANSWERS | {"fee": 0, "parents": [{"name": "A", "role": "mother", "admin": True}]}
    assert forms.unknown(FORM, sent) == ["fee", "parents.admin"]
    answers = forms.cleaned(FORM, sent)
    assert "fee" not in answers
    assert answers["parents"] == [{"name": "A", "role": "mother"}]


SENT = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
CODES = st.sampled_from([*(field.code for field in FORM.fields), "other"])


@given(st.dictionaries(CODES, SENT))
def test_whatever_is_sent_is_cleaned_once_and_judged_without_a_fall(sent: dict[str, Any]) -> None:
    answers = forms.cleaned(FORM, sent)
    assert forms.cleaned(FORM, answers) == answers
    assert forms.unknown(FORM, answers) == []
    shown = {field.code for field in forms.seen(FORM, answers)}
    assert answers.keys() <= shown
    paths = [mistake.path[0] for mistake in forms.mistakes(FORM, answers, on=ON)]
    assert set(paths) <= shown


def test_a_condition_names_the_fields_that_it_asks_for() -> None:
    condition = {"and": [{"var": "a"}, {"some": [{"var": "rows"}, {">": [{"var": "b"}, 3]}]}]}
    assert variables(condition) == {"a", "rows", "rows.b"}
    assert variables({"missing": ["a", "b"]}) == {"a", "b"}
    assert variables(None) == frozenset()


@pytest.mark.parametrize(
    "wrong", [{"run": 1}, {"==": 1, "!=": 2}, {"log": "x"}, {"==": [object(), 1]}, {"map": [1, 2]}]
)
def test_what_is_no_condition_is_refused(wrong: Any) -> None:
    with pytest.raises(NoCondition):
        check(wrong)


def test_a_condition_that_never_ends_is_refused() -> None:
    deep: Any = True
    for _ in range(20):
        deep = {"!": deep}
    with pytest.raises(NoCondition):
        holds(deep, {})


def test_a_mistake_is_told_once() -> None:
    form = defined().form
    assert len(forms.mistakes(form, {}, on=ON)) == 4  # Name, day, married, parents.
    assert Mistake(path=("married",), wrong=Wrong.REQUIRED) in forms.mistakes(form, {}, on=ON)


def test_a_document_is_read_back_as_it_was_written() -> None:
    from dothi.procedures.rules.definition import Definition

    definition = defined()
    assert Definition.model_validate_json(definition.model_dump_json()) == definition
    assert Definition.model_validate(birth()) == definition
