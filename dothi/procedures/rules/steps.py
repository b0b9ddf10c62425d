"""The internal steps of a procedure as a graph: from the first step to an end."""

from collections.abc import Mapping, Sequence

from dothi.procedures.choices import End
from dothi.procedures.rules.definition import Outcome, Step

ENDS = frozenset(End.values)


class NoSuchStep(ValueError):
    """The definition has no such step, or the step no such outcome."""


def first(steps: Sequence[Step]) -> Step:
    """The step with which every dossier begins.

    Raises:
        NoSuchStep: there are no steps.
    """
    if not steps:
        raise NoSuchStep("there are no steps")
    return steps[0]


def step_of(steps: Sequence[Step], code: str) -> Step:
    """The step of this code.

    Raises:
        NoSuchStep: there is none.
    """
    for step in steps:
        if step.code == code:
            return step
    raise NoSuchStep(code)


def follow(steps: Sequence[Step], code: str, outcome: str) -> tuple[Outcome, Step | End]:
    """What comes after a step that ended so.

    Raises:
        NoSuchStep: the step, its outcome, or where that leads does not exist.
    """
    for one in step_of(steps, code).outcomes:
        if one.code == outcome:
            return one, End(one.to) if one.to in ENDS else step_of(steps, one.to)
    raise NoSuchStep(f"{code}/{outcome}")


def reached(steps: Sequence[Step]) -> frozenset[str]:
    """The steps to which a way leads from the first one."""
    onward = {step.code: {outcome.to for outcome in step.outcomes} for step in steps}
    return frozenset(_closure({steps[0].code}, onward) & onward.keys()) if steps else frozenset()


def ending(steps: Sequence[Step], *, ends: frozenset[str] = ENDS) -> frozenset[str]:
    """The steps from which a way leads to one of these ends."""
    back: dict[str, set[str]] = {}
    for step in steps:
        for outcome in step.outcomes:
            back.setdefault(outcome.to, set()).add(step.code)
    return frozenset(_closure(set(ends), back) - ends)


def shortest_hours(steps: Sequence[Step]) -> int | None:
    """The working hours of the quickest way to a result; None if there is none."""
    hours = {step.code: step.hours for step in steps}
    best: dict[str, int] = {}
    waiting = [(steps[0].code, steps[0].hours)] if steps else []
    while waiting:
        code, spent = waiting.pop()
        if code not in hours or best.get(code, spent + 1) <= spent:
            continue
        best[code] = spent
        onward = step_of(steps, code).outcomes
        waiting += [(one.to, spent + hours[one.to]) for one in onward if one.to in hours]
    last = [
        best[step.code]
        for step in steps
        if step.code in best and any(one.to == End.RESULT for one in step.outcomes)
    ]
    return min(last, default=None)


def _closure(begun: set[str], onward: Mapping[str, set[str]]) -> set[str]:
    found, waiting = set(begun), list(begun)
    while waiting:
        new = onward.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found
