"""A form on a page: what is shown, how a post is read, and what is said of it."""

from datetime import date, datetime
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from dothi.accounts.tests.factories import make_citizen
from dothi.core import clock
from dothi.procedures import registry, selectors, wording
from dothi.procedures.choices import FieldType, Prefill
from dothi.procedures.forms import answering, reading
from dothi.procedures.forms.answering import Sheet
from dothi.procedures.rules.definition import Form, FormField
from dothi.procedures.tests.documents import ANSWERS, defined, words
from tests.architecture.doors_of_the_house import Forms

ON = date(2026, 11, 27)
FORM = defined().form


def posted(**values: Any) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name.replace("__", "-"), value if isinstance(value, list) else [value])
    return data


def child(**values: Any) -> Sheet:
    """A post of the first section, as its page asks it."""
    plain = {"asked": ["child_name", "born_on", "abroad"], "child_name": "An",
             "born_on": "20/11/2026", "abroad": ""}  # fmt: skip
    return answering.read(FORM, posted(**plain | values), {}, on=ON, section="child")


def family(*, answers: dict[str, Any] | None = None, **values: Any) -> Sheet:
    asked = ["married", "parents", *(f"parents-0-{one}" for one in ("name", "role", "citizen_id"))]
    plain = {"asked": asked, "married": "yes", "row": "parents-0", "parents__0__name": "Hoa",
             "parents__0__role": "mother", "parents__0__citizen_id": ""}  # fmt: skip
    return answering.read(FORM, posted(**plain | values), answers or {}, on=ON, section="family")


def shown(sheet: Sheet) -> str:
    return render_to_string("procedures/form/sheet.html", {"sheet": sheet}) + render_to_string(
        "procedures/form/summary.html", {"sheet": sheet}
    )


def test_a_section_is_read_into_typed_answers() -> None:
    sheet = child()
    assert sheet.answers == {"child_name": "An", "born_on": "2026-11-20"}
    assert sheet.is_done
    assert sheet.next_section == "family"
    assert (sheet.previous_section, [stop.code for stop in sheet.way]) == ("", ["child", "family"])


def test_answers_of_other_sections_stay() -> None:
    sheet = family(answers={"child_name": "An", "born_on": "2026-11-20"})
    assert sheet.is_done
    assert sheet.answers["child_name"] == "An"
    assert sheet.answers["parents"] == [{"name": "Hoa", "role": "mother"}]
    assert answering.open_questions(FORM, sheet.answers, on=ON) == []


def test_an_answer_that_leads_to_more_questions_shows_them_and_blames_nobody() -> None:
    sheet = child(abroad="yes")
    assert sheet.further
    assert (sheet.is_done, sheet.faults) == (False, [])
    page = shown(sheet)
    assert "Câu trả lời của anh/chị dẫn tới câu hỏi khác" in page
    assert 'value="country"' in page
    again = child(abroad="yes", asked=["child_name", "born_on", "abroad", "country"], country="")
    assert [(one.path, one.wrong) for one in again.faults] == [(("country",), "required")]
    done = child(abroad="yes", asked=["child_name", "born_on", "abroad", "country"], country="Lào")
    assert done.is_done
    assert done.answers["country"] == "Lào"


def test_what_is_hidden_is_cleared_whatever_was_sent() -> None:
    sheet = child(abroad="no", asked=["child_name", "born_on", "abroad", "country"], country="Lào")
    assert sheet.is_done
    assert "country" not in sheet.answers


def test_what_nobody_asked_is_not_read() -> None:
    sheet = child(country="Lào", married="yes", admin="1", asked=["child_name", "admin", "married"])
    assert sheet.answers == {"child_name": "An"}


def test_a_mistake_is_named_at_the_top_and_at_its_field_and_what_was_typed_stays() -> None:
    sheet = child(born_on="31/02/2026", child_name="")
    assert not sheet.is_done
    page = shown(sheet)
    assert 'href="#id_born_on"' in page
    assert "Hãy viết ngày như 17/02/2026." in page
    assert 'value="31/02/2026"' in page
    assert 'aria-invalid="true"' in page
    assert 'href="#id_child_name"' in page


def test_a_mistake_in_a_row_names_the_row() -> None:
    sheet = family(parents__0__citizen_id="12")
    assert sheet.mistakes == [
        ("id_parents-0-citizen_id", "Cha mẹ 1: Số định danh",
         "Hãy viết đủ 12 chữ số của số định danh cá nhân."),
    ]  # fmt: skip
    missing = family(parents__0__role="")
    assert missing.mistakes[0][0] == "id_parents-0-role_0", "a link leads to the first of several"


def test_rows_are_added_and_taken_out_by_buttons_and_nothing_is_judged() -> None:
    added = family(do="add-parents", parents__0__name="")
    assert added.faults == []
    assert added.given["parents"] == [{"role": "mother"}, {}]
    page = shown(added)
    assert 'name="parents-1-name"' in page
    assert 'value="remove-parents-1"' in page
    assert added.touched == "parents"
    out = family(
        do="remove-parents-0",
        row=["parents-0", "parents-3"],
        parents__3__name="Bình",
        parents__3__role="father",
    )
    assert out.given["parents"] == [{"name": "Bình", "role": "father"}]
    assert family(do="remove-parents-7").given["parents"] == [{"name": "Hoa", "role": "mother"}]


def test_empty_rows_are_left_out_and_the_others_keep_their_mistakes() -> None:
    names = ("name", "role", "citizen_id")
    asked = ["married", "parents", *(f"parents-{n}-{one}" for n in (0, 4) for one in names)]
    sheet = family(
        asked=asked, row=["parents-0", "parents-4"],
        parents__0__name="", parents__0__role="",
        parents__4__name="Bình", parents__4__citizen_id="x",
    )  # fmt: skip
    assert {one.path for one in sheet.faults} == {
        ("parents", 0, "role"), ("parents", 0, "citizen_id")
    }  # fmt: skip
    assert "Cha mẹ 1: Là" in shown(sheet)


def test_a_row_with_a_condition_is_asked_further() -> None:
    sheet = family(married="no", parents__0__role="father")
    assert sheet.further
    assert 'name="parents-0-consent"' in shown(sheet)


def test_nobody_is_blamed_who_goes_back() -> None:
    sheet = child(do="back", child_name="", born_on="x")
    assert sheet.goes_back
    assert (sheet.faults, sheet.further) == ([], False)


def test_what_a_page_shows_can_be_sent_as_it_stands() -> None:
    """Every box of the page is asked for by its name, and read back into the same answer."""
    answers = ANSWERS | {"abroad": True, "country": "Lào & <Campuchia>"}
    page = shown(answering.shown(FORM, answers, on=ON))
    (sent,) = [fields for _url, fields in Forms(f'<form method="post">{page}</form>', "/").found]
    assert sent["country"] == "Lào & <Campuchia>"
    assert sent["born_on"] == "20/11/2026"
    for name in ("child_name", "parents-0-name", "parents-0-citizen_id"):
        assert f'name="{name}"' in page
        assert f'name="asked" value="{name}"' in page
    assert "hidden disabled" in page, "the row that is copied has a field that is not seen"


def test_the_whole_form_stands_on_one_page_at_the_counter() -> None:
    sheet = answering.shown(FORM, {}, on=ON)
    assert [one.code for one in sheet.sections] == ["child", "family"]
    assert sheet.next_section == ""
    page = shown(sheet)
    assert 'name="parents-0-name"' in page, "a group that needs a row begins with one"


def test_it_goes_on_where_something_is_still_asked() -> None:
    assert answering.first_section(FORM, {}, on=ON) == "child"
    begun = {"child_name": "An", "born_on": "2026-11-20"}
    assert answering.first_section(FORM, begun, on=ON) == "family"
    assert answering.first_section(FORM, ANSWERS, on=ON) == "child", "all is answered: from the top"
    left = answering.open_questions(FORM, begun, on=ON)
    assert ("family", "Đã kết hôn", "Anh/chị vui lòng trả lời câu này.") in left


def test_a_section_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError):
        answering.shown(FORM, {}, on=ON, section="nobody")


def test_help_that_looks_like_a_tag_is_shown_as_text() -> None:
    field = {"code": "a", "type": "text", "name": words("<b>A</b>"), "help": words("<i>x</i>")}
    form = Form.model_validate(
        {"sections": [{"code": "s", "name": words("S"), "fields": [field]}]}
    )  # fmt: skip
    page = shown(answering.shown(form, {}, on=ON))
    assert "<i>" not in page
    assert "<b>" not in page


# --- Reading and writing -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("12", "vi", 12), ("1.234", "vi", 1234), ("1.234.567,5", "vi", 1234567.5),
        ("12,5", "vi", 12.5),
        ("12.5", "vi", 12.5), ("1,234", "en", 1234), ("12,5", "en", 12.5), ("1.5", "en", 1.5),
        ("-3", "vi", -3), ("2 000 ₫", "vi", 2000), ("12,0", "vi", 12), ("mười", "vi", "mười"),
        ("1e5", "vi", "1e5"), ("inf", "vi", "inf"), ("9" * 21, "vi", "9" * 21),
        ("1.2.3", "vi", "1.2.3"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_they_are_written_here(text: str, language: str, value: Any) -> None:
    assert reading.number(text, language=language) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("17/02/2026", "2026-02-17"), ("1.2.2026", "2026-02-01"), ("2026-02-17", "2026-02-17"),
     ("17-2-2026", "2026-02-17"), ("30/02/2026", "30/02/2026"), ("hôm qua", "hôm qua")],
)  # fmt: skip
def test_days_are_read_in_either_form(text: str, value: str) -> None:
    assert reading.day(text) == value


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("citizen_id", "079 190 001 234", "079190001234"),
        ("phone", "+84 901 234 567", "0901234567"),
        ("phone", "12", "12"), ("yes_no", "yes", True), ("yes_no", "maybe", "maybe"),
        ("text", "  Nguye\u0302\u0303n\0  A ", "Nguyễn A"), ("long_text", "a\r\nb ", "a\nb"),
        ("money", "50.000", 50_000), ("text", "", None),
    ],
)  # fmt: skip
def test_each_type_is_read_in_its_way(kind: str, typed: str, value: Any) -> None:
    field = FormField.model_validate({"code": "a", "type": kind, "name": words("A")})
    assert reading.answer(field, [typed], language="vi") == value


@given(
    value=st.integers(-(10**12), 10**12)
    | st.floats(-(10**6), 10**6).map(lambda one: round(one, 3)),
    language=st.sampled_from(["vi", "en"]),
)
def test_a_number_is_read_as_it_was_written(value: float, language: str) -> None:
    field = FormField.model_validate({"code": "a", "type": "number", "name": words("A")})
    text = reading.written(field, value, language=language)
    assert reading.answer(field, [text], language=language) == value


@given(days=st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_a_day_is_read_as_it_was_written(days: date) -> None:
    field = FormField.model_validate({"code": "a", "type": "date", "name": words("A")})
    text = reading.written(field, days.isoformat(), language="vi")
    assert reading.answer(field, [text], language="vi") == days.isoformat()


# --- Read back -----------------------------------------------------------------------------------


def test_answers_read_as_sentences_section_by_section() -> None:
    read = wording.answers(FORM, ANSWERS)
    assert [code for code, _name, _lines in read] == ["child", "family"]
    lines = {line.label: line.text for _code, _name, found in read for line in found}
    assert lines["Ngày sinh"] == "20/11/2026"
    assert lines["Đã kết hôn"] == "Có"
    assert lines["Cha mẹ 1: Là"] == "mẹ"
    with translation.override("en"):
        read = wording.answers(FORM, ANSWERS)
        assert read[0][1] == "The child"
        assert read[1][2][0].text == "Yes"


@pytest.mark.parametrize("kind", list(FieldType))
def test_every_type_has_a_box_and_a_wording(kind: FieldType) -> None:
    inner = [{"code": "b", "type": "text", "name": words("B")}] if kind == FieldType.GROUP else []
    options = [{"code": f"o{n}", "name": words(f"O{n}")} for n in range(3)]
    field = {"code": "a", "type": kind, "name": words("A"), "fields": inner, "options": options}
    form = Form.model_validate(
        {"sections": [{"code": "s", "name": words("S"), "fields": [field]}]}
    )  # fmt: skip
    page = shown(answering.shown(form, {}, on=ON))
    assert 'name="a' in page
    sheet = answering.read(form, posted(asked="a"), {}, on=ON)
    assert [one.path for one in sheet.faults] == [("a",)], "it is required"
    assert len(sheet.mistakes[0][2]) > 5


# --- Filled in before ----------------------------------------------------------------------------


def prefilling(source: str) -> Form:
    field = {"code": "a", "type": "text", "name": words("A"), "prefill": source}
    return Form.model_validate({"sections": [{"code": "s", "name": words("S"), "fields": [field]}]})


@pytest.mark.django_db
def test_the_own_profile_fills_in_the_form() -> None:
    person = make_citizen()
    person.full_name = "Nguyễn Thị Mẫu"
    at = clock.now()
    assert selectors.prefilled(prefilling(Prefill.NAME), person, at=at) == {"a": "Nguyễn Thị Mẫu"}
    assert selectors.prefilled(prefilling(Prefill.EMAIL), person, at=at) == {"a": person.email}
    assert selectors.prefilled(prefilling(Prefill.CITIZEN_ID), person, at=at) == {}


@pytest.mark.django_db
def test_another_domain_may_offer_an_answer_once() -> None:
    person, at = make_citizen(), clock.now()

    def number(_user: object, _at: datetime) -> str:
        return "079190001234"

    registry.offer(Prefill.CITIZEN_ID, number)
    try:
        found = selectors.prefilled(prefilling(Prefill.CITIZEN_ID), person, at=at)
        assert found == {"a": "079190001234"}
        with pytest.raises(registry.OfferedTwice):
            registry.offer(Prefill.CITIZEN_ID, lambda user, moment: None)
    finally:
        registry.withdraw(Prefill.CITIZEN_ID)
