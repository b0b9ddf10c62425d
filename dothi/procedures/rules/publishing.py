"""What is wrong with a definition before it is published: looked for over the whole of it.

Nghị định 63/2010/NĐ-CP, điều 8, and QĐ 766/QĐ-TTg, indicator 1.3, name what has to be there. A
published version cannot be mended, so what could leave somebody in a dead end is refused here.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from dothi.core.clocks.choices import TimeUnit
from dothi.procedures.choices import End, Fault, FieldType, Part
from dothi.procedures.rules import conditions, steps
from dothi.procedures.rules.conditions import NoCondition
from dothi.procedures.rules.definition import Definition, Fee, FormField
from dothi.procedures.rules.fees import closeness

HOURS_A_DAY = 8


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """One fault and where it stands, such as `steps.check` or `form.children.born_on`."""

    where: str
    fault: Fault


def flaws(definition: Definition, *, roles: Collection[str]) -> list[Flaw]:
    """Everything that is wrong with a definition; nothing: it may be published.

    `roles` are those that posts of the house have.
    """
    found = [
        *_missing_parts(definition),
        *_doubled_codes(definition),
        *_steps(definition, roles),
        *_conditions(definition),
        *_form(definition),
        *_limits(definition),
        *_fees(definition),
    ]
    return list(dict.fromkeys(found))


HAS: Mapping[Part, Callable[[Definition], Any]] = {
    Part.SEQUENCE: lambda d: d.sequence,
    Part.MANNER: lambda d: d.manner and d.ways,
    Part.PAPERS: lambda d: d.papers or d.no_papers,
    Part.LIMIT: lambda d: d.limits,
    Part.APPLICANTS: lambda d: d.applicants,
    Part.AGENCY: lambda d: d.agency,
    Part.RESULT: lambda d: d.results,
    Part.FEE: lambda d: d.fees,
    Part.FORM: lambda d: d.form.fields,
    Part.CONDITIONS: lambda d: d.conditions,
    Part.BASIS: lambda d: d.basis,
}


def missing(definition: Definition) -> list[Part]:
    """The parts that are not stated. "None" has to be said: with 0 ₫, with `no_papers`."""
    return [part for part, has in HAS.items() if not has(definition)]


def _missing_parts(definition: Definition) -> Iterator[Flaw]:
    return (Flaw(where=str(part), fault=Fault.PART_MISSING) for part in missing(definition))


def _doubled_codes(definition: Definition) -> Iterator[Flaw]:
    listed = {
        "papers": [paper.code for paper in definition.papers],
        "results": [result.code for result in definition.results],
        "steps": [step.code for step in definition.steps],
        "form": [field.code for field in definition.form.fields],
        "sections": [section.code for section in definition.form.sections],
    }
    listed |= {
        f"steps.{step.code}": [outcome.code for outcome in step.outcomes]
        for step in definition.steps
    }
    for field in definition.form.fields:
        inner = [one.code for one in field.fields]
        listed[f"form.{field.code}"] = inner + [option.code for option in field.options]
    for where, codes in listed.items():
        for code, times in Counter(codes).items():
            if times > 1:
                yield Flaw(where=f"{where}.{code}", fault=Fault.CODE_TWICE)


def _steps(definition: Definition, roles: Collection[str]) -> Iterator[Flaw]:
    listed = definition.steps
    if not listed:
        yield Flaw(where="steps", fault=Fault.NO_STEPS)
        return
    known = {step.code for step in listed} | steps.ENDS
    reached, ending = steps.reached(listed), steps.ending(listed)
    for step in listed:
        where = f"steps.{step.code}"
        for outcome in step.outcomes:
            if outcome.to not in known:
                yield Flaw(where=f"{where}.{outcome.code}", fault=Fault.STEP_UNKNOWN)
        if step.code not in reached:
            yield Flaw(where=where, fault=Fault.STEP_UNREACHABLE)
        if step.code not in ending:
            yield Flaw(where=where, fault=Fault.STEP_DEAD_END)
        if step.role not in roles:
            yield Flaw(where=where, fault=Fault.ROLE_UNKNOWN)
    if listed[0].code not in steps.ending(listed, ends=frozenset({End.RESULT})):
        yield Flaw(where="steps", fault=Fault.NO_RESULT)


def _conditions(definition: Definition) -> Iterator[Flaw]:
    form = {field.code: field for field in definition.form.fields}
    inner = {f"{code}.{one.code}" for code, field in form.items() for one in field.fields}
    for where, condition in definition.conditions_of():
        try:
            conditions.holds(condition, {})
        except NoCondition:
            yield Flaw(where=where, fault=Fault.CONDITION_WRONG)
            continue
        known = form.keys() | inner | _beside(where, form)
        if conditions.variables(condition) - known:
            yield Flaw(where=where, fault=Fault.VARIABLE_UNKNOWN)
    for code in _circles(form):
        yield Flaw(where=f"form.{code}", fault=Fault.CONDITION_CIRCLE)


def _beside(where: str, form: Mapping[str, FormField]) -> set[str]:
    """The fields of the same row, which a condition within a group names by their codes alone."""
    parts = where.split(".")
    in_group = parts[0] == "form" and len(parts) == 3 and parts[1] in form
    return {one.code for one in form[parts[1]].fields} if in_group else set()


def _circles(form: Mapping[str, FormField]) -> Iterator[str]:
    """Fields whose being seen depends, perhaps over others, on their own answer."""
    asked = {
        code: {name.split(".")[0] for name in conditions.variables(field.when)} & form.keys()
        for code, field in form.items()
    }
    for code in form:
        waiting, found = list(asked[code]), set()
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += asked[one]
        if code in found:
            yield code


def _form(definition: Definition) -> Iterator[Flaw]:
    for field in definition.form.fields:
        yield from _field(field, f"form.{field.code}", in_group=False)


def _field(field: FormField, where: str, *, in_group: bool) -> Iterator[Flaw]:
    if field.type in {FieldType.CHOICE, FieldType.CHOICES} and not field.options:
        yield Flaw(where=where, fault=Fault.NO_OPTIONS)
    if field.type == FieldType.GROUP:
        if in_group:
            yield Flaw(where=where, fault=Fault.GROUP_IN_GROUP)
        if not field.fields:
            yield Flaw(where=where, fault=Fault.EMPTY_GROUP)
    if _never(field):
        yield Flaw(where=where, fault=Fault.NEVER_SHOWN)
    for one in field.fields:
        yield from _field(one, f"{where}.{one.code}", in_group=True)


def _never(field: FormField) -> bool:
    """Whether a condition asks for no answer at all and is false."""
    if field.when is None or conditions.variables(field.when):
        return False
    try:
        return not conditions.holds(field.when, {})
    except NoCondition:
        return False


def _limits(definition: Definition) -> Iterator[Flaw]:
    if definition.limits and all(limit.when is not None for limit in definition.limits):
        yield Flaw(where="limits", fault=Fault.NO_DEFAULT_LIMIT)
    for number, limit in enumerate(definition.limits):
        try:
            clock = limit.clock
        except (ValueError, TypeError, KeyError):
            yield Flaw(where=f"limits.{number}", fault=Fault.LIMIT_WRONG)
            continue
        hours = _hours(clock.amount, clock.unit)
        shortest = steps.shortest_hours(definition.steps)
        if limit.when is None and hours and shortest is not None and shortest > hours:
            yield Flaw(where="steps", fault=Fault.STEPS_TOO_LONG)


def _hours(amount: int, unit: TimeUnit) -> int | None:
    """The working hours that a limit leaves, where it counts working time at all.

    The same day (0 working days) leaves at most one day.
    """
    if unit == TimeUnit.WORK_HOURS:
        return amount
    return max(amount, 1) * HOURS_A_DAY if unit == TimeUnit.WORK_DAYS else None


def _fees(definition: Definition) -> Iterator[Flaw]:
    for fee in definition.fees:
        if fee.valid_from and fee.valid_to and fee.valid_to <= fee.valid_from:
            yield Flaw(where=f"fees.{fee.code}", fault=Fault.PERIOD_EMPTY)
    if definition.fees:
        for way in definition.ways:
            plain = [fee for fee in definition.fees if not fee.places and fee.when is None]
            if not any((not fee.ways or way in fee.ways) and fee.valid_to is None for fee in plain):
                yield Flaw(where=f"fees.{way.name.lower()}", fault=Fault.NO_FEE)
    for one, other in combinations(definition.fees, 2):
        if _clash(one, other):
            yield Flaw(where=f"fees.{one.code}", fault=Fault.FEES_CLASH)


def _clash(one: Fee, other: Fee) -> bool:
    """Whether two lines of one code can fit one case equally well.

    Two lines with conditions are taken to differ by them unless the conditions are the same.
    """
    return (
        one.code == other.code
        and closeness(one) == closeness(other)
        and one.when == other.when
        and _meet(one.ways, other.ways)
        and _meet(one.places, other.places)
        and (one.valid_from or date.min) < (other.valid_to or date.max)
        and (other.valid_from or date.min) < (one.valid_to or date.max)
    )


def _meet(one: Collection[Any], other: Collection[Any]) -> bool:
    return not one or not other or bool(set(one) & set(other))
