"""One condition, two evaluators: the browser and the server come to the same."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page

from dothi.procedures.forms import answering
from dothi.procedures.rules.conditions import holds
from dothi.procedures.tests.documents import defined, words

pytestmark = [pytest.mark.browser, pytest.mark.long]
EVALUATOR = settings.BASE_DIR / "build" / "vendor" / "json-logic.js"
SCRIPT = settings.BASE_DIR / "dothi" / "procedures" / "static" / "procedures" / "form.js"
ON = date(2026, 11, 27)

A, B = {"var": "a"}, {"var": "b"}
CONDITIONS: list[dict[str, Any]] = [
    {"==": [A, "Đã kết hôn"]}, {"==": [A, True]}, {"===": [A, 1]}, {"==": [A, 1]}, {"!=": [A, 1]},
    {"!==": [A, "1"]}, {"<": [A, 18]}, {"<=": [A, "18"]}, {">": [A, B]}, {">=": [A, 0]},
    {"<": [1, A, 10]}, {"in": [A, ["mẹ", "cha", "1"]]}, {"in": ["hộ", A]}, {"!": [A]}, {"!!": [A]},
    {"and": [A, B]}, {"or": [A, B]}, {"if": [A, B, True]}, {"missing": ["a", "b"]},
    {"missing_some": [1, ["a", "b"]]}, {"==": [{"var": ["a", "x"]}, "x"]}, {"==": [A, None]},
    {">": [{"+": [A, 1]}, 2]}, {"<": [{"-": [A, B]}, 0]}, {"==": [{"%": [A, 2]}, 0]},
    {">": [{"*": [A, 2]}, 5]}, {">": [{"max": [A, 3]}, 3]}, {"<": [{"min": [A, 3]}, 3]},
    {"some": [{"var": "rows"}, {"==": [{"var": "n"}, 2]}]},
    {"all": [{"var": "rows"}, {">": [{"var": "n"}, 0]}]},
    {"none": [{"var": "rows"}, {"==": [{"var": "n"}, 2]}]},
    {"==": [{"/": [A, 2]}, 9]}, {"<": [{"/": [1, A]}, 5]}, {"in": [A, B]}, {"==": [A, B]},
    {"===": [A, B]}, {"<=": [0, A, B]}, {"==": [{"+": [A, B]}, 3]}, {"-": [A]}, {"max": [A, B]},
    {"==": [{"var": "rows"}, ""]}, {"==": [{"var": "rows.1.n"}, 2]}, {"!": {"missing": ["a"]}},
    {">": [A, "2026-01-01"]}, {"<": [A, "2026-01-01"]},
]  # fmt: skip
ANSWERS: list[dict[str, Any]] = [
    {}, {"a": "Đã kết hôn"}, {"a": "đã kết hôn"}, {"a": "hộ gia đình", "b": "cha"}, {"a": "mẹ"},
    {"a": True, "b": False}, {"a": False}, {"a": 0}, {"a": 1, "b": 2}, {"a": "1", "b": 0},
    {"a": "17", "b": "3"}, {"a": "18"}, {"a": 18.5}, {"a": "10", "b": "9"}, {"a": "2026-03-01"},
    {"a": "2025-12-31"}, {"a": "mười"}, {"a": ["1"]}, {"a": ["1", "cha"], "b": "1,cha"},
    {"a": " 12 ", "b": "0x1A"}, {"a": "1e3"},
    {"a": "𝒜", "b": "ﬀ"}, {"a": -3, "b": "-3"}, {"a": "", "b": None}, {"rows": []},
    {"rows": [{"n": 1}, {"n": 2}]}, {"rows": [{"n": 1}, {}]},
]  # fmt: skip


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    yield opened
    opened.close()


def test_the_same_conditions_hold_in_the_browser_and_at_the_server(page: Page) -> None:
    page.set_content("<p>")
    page.add_script_tag(path=EVALUATOR)
    told: list[list[bool]] = page.evaluate(
        "([all, given]) => all.map((one) => given.map((answers) => "
        "jsonLogic.truthy(jsonLogic.apply(one, answers))))",
        [CONDITIONS, ANSWERS],
    )
    apart = [
        (condition, answers, said, holds(condition, answers))
        for condition, row in zip(CONDITIONS, told, strict=True)
        for answers, said in zip(ANSWERS, row, strict=True)
        if said != holds(condition, answers)
    ]
    assert not apart, "\n".join(str(one) for one in apart)
    assert {said for row in told for said in row} == {True, False}


def opened(page: Page, form: Any, answers: dict[str, Any], section: str = "") -> None:
    sheet = answering.shown(form, answers, on=ON, section=section)
    page.set_content(
        f"<form method=post>{render_to_string('procedures/form/sheet.html', {'sheet': sheet})}"
    )
    page.add_script_tag(path=EVALUATOR)
    page.add_script_tag(path=SCRIPT, type="module")
    page.wait_for_timeout(50)


def test_a_field_appears_while_somebody_types_and_is_not_sent_when_it_is_gone(page: Page) -> None:
    opened(page, defined().form, {})
    country = page.locator("#id_country")
    assert not country.is_visible()
    page.check("#id_abroad_0")
    assert country.is_visible()
    country.fill("Lào")
    sent = "() => [...new FormData(document.forms[0]).keys()]"
    assert "country" in page.evaluate(sent)
    page.check("#id_abroad_1")
    assert not country.is_visible()
    assert "country" not in page.evaluate(sent)


def test_a_row_follows_its_own_answers_and_those_of_the_form(page: Page) -> None:
    opened(page, defined().form, {"married": False}, section="family")
    page.click("text=Cha mẹ >> nth=0")
    page.click("[data-adds]")
    assert page.locator(".answer-row").count() == 2
    assert page.locator("[data-adds]").is_hidden(), "the form allows two"
    consent = page.locator("#id_parents-1-consent_0")
    assert not consent.is_visible()
    page.check("#id_parents-1-role_1")
    assert consent.is_visible()
    page.check("#id_married_0")
    assert not consent.is_visible()
    page.click(".answer-row >> nth=0 >> [data-removes]")
    assert page.locator(".answer-row").count() == 1
    assert page.locator(".answer-row > legend").inner_text().endswith("1")
    assert page.evaluate("() => new FormData(document.forms[0]).getAll('row')") == ["parents-1"]


def test_numbers_and_days_are_read_alike(page: Page) -> None:
    fields = [
        {"code": "sum", "type": "money", "name": words("Số tiền")},
        {"code": "on", "type": "date", "name": words("Ngày")},
        {"code": "large", "type": "text", "name": words("L"),
         "when": {">": [{"var": "sum"}, 1000]}},
        {"code": "late", "type": "text", "name": words("M"),
         "when": {"<": [{"var": "on"}, "2026-01-01"]}},
    ]  # fmt: skip
    form = defined(form={"sections": [{"code": "s", "name": words("S"), "fields": fields}]}).form
    opened(page, form, {})
    for typed, seen in (("1.234", True), ("1.234,5", True), ("12,5", False), ("nhiều", False)):
        page.fill("#id_sum", typed)
        assert page.locator("#id_large").is_visible() == seen, typed
    for typed, seen in (("31/12/2025", True), ("1.1.2026", False), ("2025-12-31", True)):
        page.fill("#id_on", typed)
        assert page.locator("#id_late").is_visible() == seen, typed


def test_answers_of_another_page_count(page: Page) -> None:
    fields = [{"code": "b", "type": "text", "name": words("B"), "when": {"==": [A, "có"]}}]
    form = defined(form={"sections": [
        {"code": "s", "name": words("S"), "fields": [
            {"code": "a", "type": "text", "name": words("A")}]},
        {"code": "t", "name": words("T"), "fields": fields},
    ]}).form  # fmt: skip
    opened(page, form, {"a": "có"}, section="t")
    assert page.locator("#id_b").is_visible()
    opened(page, form, {"a": "không"}, section="t")
    assert not page.locator("#id_b").is_visible()
