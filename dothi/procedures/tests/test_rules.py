"""Fees, time limits, steps, and what is wrong with a definition."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.core.clocks import rules as clocks
from dothi.lib.worktime import Calendar
from dothi.procedures.choices import End, Fault, Part, Way
from dothi.procedures.rules import fees, limits, steps
from dothi.procedures.rules.definition import Definition, Fee, Limit
from dothi.procedures.rules.fees import Case, FeesClash
from dothi.procedures.rules.publishing import flaws, missing
from dothi.procedures.tests.documents import ROLES, SOURCE, birth, defined, step, words


def fee(code: str = "charge", amount: int = 50_000, **more: Any) -> dict[str, Any]:
    return {
        "code": code, "name": words("Lệ phí"), "kind": "charge", "amount": amount, "source": SOURCE
    } | more  # fmt: skip


def tariff(*rows: dict[str, Any]) -> list[Fee]:
    return [Fee.model_validate(row) for row in rows]


def case(way: Way = Way.DIRECT, on: str = "2026-11-27", **more: Any) -> Case:
    plain = {"places": ("27238", "79"), "answers": {}}
    return Case(**{"way": way, "on": date.fromisoformat(on), **plain, **more})


# --- Fees ----------------------------------------------------------------------------------------

PERMIT = tariff(
    fee(amount=75_000),
    fee(amount=60_000, ways=[2]),
    fee(amount=0, ways=[2], places=["79"], valid_from="2025-10-01"),
)


def test_the_closest_line_of_the_tariff_counts() -> None:
    assert fees.total(fees.lines(PERMIT, case())) == 75_000
    assert fees.total(fees.lines(PERMIT, case(Way.ONLINE))) == 0
    assert fees.total(fees.lines(PERMIT, case(Way.ONLINE, on="2025-09-30"))) == 60_000
    assert fees.total(fees.lines(PERMIT, case(Way.ONLINE, places=("31",)))) == 60_000


def test_a_line_of_nothing_is_a_line() -> None:
    found = fees.lines(PERMIT, case(Way.ONLINE))
    assert [line.amount for line in found] == [0]


def test_certified_copies_cost_by_page_and_never_more_than_the_cap() -> None:
    # TT 226/2016/TT-BTC: 2,000 a page, from the third page 1,000, at most 200,000 a copy.
    row = fee(amount=2_000, per="page", tiers=[{"since": 3, "amount": 1_000}], cap=200_000)
    (copy,) = tariff(row)
    costs = [fees.amount(copy, case(pages=pages)) for pages in (1, 2, 3, 10, 198, 199, 500)]
    assert costs == [2_000, 4_000, 5_000, 12_000, 200_000, 200_000, 200_000]
    assert fees.amount(copy, case(pages=3, copies=4)) == 20_000


def test_copies_of_an_extract_cost_each() -> None:
    (extract,) = tariff(fee(amount=8_000, per="copy"))
    assert fees.amount(extract, case(copies=3)) == 24_000


def test_a_condition_is_closer_than_a_place() -> None:
    rows = tariff(fee(), fee(amount=0, places=["79"]),
                  fee(amount=10, when={"==": [{"var": "late"}, True]}))  # fmt: skip
    assert fees.total(fees.lines(rows, case(answers={"late": True}))) == 10
    assert fees.total(fees.lines(rows, case(answers={"late": False}))) == 0


def test_two_lines_that_fit_alike_are_no_tariff() -> None:
    with pytest.raises(FeesClash):
        fees.lines(tariff(fee(amount=1), fee(amount=2)), case())


@given(pages=st.integers(1, 400), since=st.integers(2, 30), cap=st.none() | st.integers(0, 300_000))
def test_another_page_never_makes_a_copy_cheaper(pages: int, since: int, cap: int | None) -> None:
    row = fee(amount=2_000, per="page", tiers=[{"since": since, "amount": 1_000}], cap=cap)
    (copy,) = tariff(row)
    cost, more = (fees.amount(copy, case(pages=number)) for number in (pages, pages + 1))
    assert cost <= more
    assert more - cost in {0, 1_000, 2_000} or cap is not None


# --- Time limits ---------------------------------------------------------------------------------


def test_the_first_limit_whose_condition_holds_counts() -> None:
    works = {"==": [{"var": "kind"}, "works"]}
    longer = {"spec": {"amount": 20}, "when": works, "source": SOURCE}
    plain = {"spec": {"amount": 15}, "source": SOURCE}
    rows = [Limit.model_validate(row) for row in (plain, longer)]
    assert limits.limit_for(rows, {"kind": "house"}).clock.amount == 15
    assert limits.limit_for(rows, {"kind": "works"}).clock.amount == 20
    with pytest.raises(limits.NoLimit):
        limits.limit_for(rows[1:], {})


def test_every_limit_allows_one_request_for_papers_and_one_extension() -> None:
    clock = Limit.model_validate({"spec": {"amount": 15}, "source": SOURCE}).clock
    assert (clock.max_pauses, clock.max_extensions, clock.extend_ahead) == (1, 1, 1)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-26T09:00", "2026-11-26T17:00"),
        ("2026-11-26T15:00", "2026-11-26T17:00"),
        ("2026-11-26T15:01", "2026-11-27T17:00"),
        ("2026-11-27T15:30", "2026-11-30T17:00"),  # A Friday.
    ],
)
def test_what_comes_after_three_is_given_back_on_the_next_working_day(
    received: str, due: str
) -> None:
    limit = Limit.model_validate({"spec": {"amount": 0, "cut_off": "15:00:00"}, "source": SOURCE})
    plan = clocks.plan(limit.clock, datetime.fromisoformat(received), (), Calendar())
    assert plan.due_at == datetime.fromisoformat(due)


# --- Steps ---------------------------------------------------------------------------------------


def test_steps_lead_on_back_or_to_an_end() -> None:
    listed = defined().steps
    assert steps.first(listed).code == "check"
    assert steps.follow(listed, "check", "fits")[1] == steps.step_of(listed, "sign")
    assert steps.follow(listed, "sign", "back")[1] == steps.step_of(listed, "check")
    assert steps.follow(listed, "sign", "signed")[1] == End.RESULT
    with pytest.raises(steps.NoSuchStep):
        steps.follow(listed, "check", "signed")


def test_the_quickest_way_to_a_result() -> None:
    listed = defined(
        steps=[
            step("a", "counter", 1, long="b", short="c"),
            step("b", "specialist", 30, on="c"),
            step("c", "leader", 2, signed="result", again="a"),
        ]
    ).steps
    assert steps.shortest_hours(listed) == 3


# --- What is wrong with the whole ----------------------------------------------------------------


def faults(**changes: Any) -> dict[str, Fault]:
    return {flaw.where: flaw.fault for flaw in flaws(defined(**changes), roles=ROLES)}


def test_a_whole_definition_has_no_fault() -> None:
    assert faults() == {}


@pytest.mark.parametrize(
    ("change", "where", "fault"),
    [
        ({"sequence": None}, "sequence", Fault.PART_MISSING),
        ({"papers": []}, "papers", Fault.PART_MISSING),
        ({"fees": []}, "fee", Fault.PART_MISSING),
        ({"basis": []}, "basis", Fault.PART_MISSING),
        ({"steps": []}, "steps", Fault.NO_STEPS),
        ({"steps": [step("a", "mayor", 1, ok="result")]}, "steps.a", Fault.ROLE_UNKNOWN),
        ({"steps": [step("a", "leader", 1, ok="b")]}, "steps.a.ok", Fault.STEP_UNKNOWN),
        (
            {"steps": [step("a", "leader", 1, ok="result"), step("b", "leader", 1, ok="result")]},
            "steps.b",
            Fault.STEP_UNREACHABLE,
        ),
        (
            {
                "steps": [
                    step("a", "leader", 1, ok="result", b="b"),
                    step("b", "leader", 1, b="b"),
                ]
            },
            "steps.b",
            Fault.STEP_DEAD_END,
        ),
        ({"steps": [step("a", "leader", 1, no="refused")]}, "steps", Fault.NO_RESULT),
        ({"steps": [step("a", "leader", 9, ok="result")]}, "steps", Fault.STEPS_TOO_LONG),
        (
            {"limits": [{"spec": {"amount": 1}, "when": {"var": "married"}, "source": SOURCE}]},
            "limits",
            Fault.NO_DEFAULT_LIMIT,
        ),
        ({"limits": [{"spec": {"amount": -1}, "source": SOURCE}]}, "limits.0", Fault.LIMIT_WRONG),
        ({"limits": [{"spec": {"days": 3}, "source": SOURCE}]}, "limits.0", Fault.LIMIT_WRONG),
        ({"fees": [fee(ways=[1, 3])]}, "fees.online", Fault.NO_FEE),
        ({"fees": [fee(amount=1), fee(amount=2)]}, "fees.charge", Fault.FEES_CLASH),
        (
            {"fees": [fee(), fee(places=["79"], valid_from="2026-02-01", valid_to="2026-01-01")]},
            "fees.charge",
            Fault.PERIOD_EMPTY,
        ),
    ],
)
def test_what_would_leave_somebody_in_a_dead_end_is_found(
    change: dict[str, Any], where: str, fault: Fault
) -> None:
    found = faults(**change)
    assert found.get(where) == fault, found


def with_field(**field: Any) -> dict[str, Any]:
    document = birth()
    plain = {"code": "extra", "type": "text", "name": words("Thêm")}
    document["form"]["sections"][0]["fields"].append(plain | field)
    return {"form": document["form"]}


@pytest.mark.parametrize(
    ("field", "where", "fault"),
    [
        ({"when": {"shout": 1}}, "form.extra", Fault.CONDITION_WRONG),
        ({"when": {"var": "nobody"}}, "form.extra", Fault.VARIABLE_UNKNOWN),
        ({"when": {"var": "extra"}}, "form.extra", Fault.CONDITION_CIRCLE),
        ({"when": {"==": [1, 2]}}, "form.extra", Fault.NEVER_SHOWN),
        ({"type": "choice"}, "form.extra", Fault.NO_OPTIONS),
        ({"type": "group"}, "form.extra", Fault.EMPTY_GROUP),
        (
            {"type": "group", "fields": [{"code": "g", "type": "group", "name": words("g")}]},
            "form.extra.g",
            Fault.EMPTY_GROUP,
        ),
        ({"code": "born_on"}, "form.born_on", Fault.CODE_TWICE),
    ],
)
def test_what_would_make_a_form_useless_is_found(
    field: dict[str, Any], where: str, fault: Fault
) -> None:
    definition = defined(**with_field(**field))
    found = [(flaw.where, flaw.fault) for flaw in flaws(definition, roles=ROLES)]
    assert (where, fault) in found


def test_none_is_said_on_purpose() -> None:
    bare = defined(papers=[], no_papers=True)
    assert missing(bare) == []
    assert missing(Definition.model_validate({
        "code": "1.001193", "name": words("x"), "area": "civil_status", "channel": "own"
    })) == list(Part)  # fmt: skip


def test_what_is_to_be_confirmed_is_told_with_the_oldest_day() -> None:
    doubted = SOURCE | {"trust": "unsure", "as_of": "2026-03-01"}
    found = defined(fees=[fee(source=doubted)])
    assert found.to_confirm == {Part.FEE}
    assert found.as_of == date(2026, 3, 1)
