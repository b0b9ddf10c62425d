"""What was reckoned at a step, as it is stored with it.

The calendar may be corrected afterwards; a promise that was given, and what it was reckoned with,
stays. So the names and sources of the days stand here in both languages, not as references.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import get_language

from dothi.core.clocks.choices import Why
from dothi.core.clocks.models import ClockMark
from dothi.core.clocks.rules import Step
from dothi.core.workdays.choices import Certainty
from dothi.core.workdays.selectors import labels


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Days in a row of which the same is to be said. Weekly rest days have no name."""

    first: date
    last: date
    label_vi: str = ""
    label_en: str = ""
    basis: str = ""
    estimated: bool = False

    @property
    def label(self) -> str:
        return self.label_en if get_language() == "en" and self.label_en else self.label_vi

    @property
    def days(self) -> set[date]:
        return {self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)}

    def said(self) -> tuple[str, str, str, bool]:
        return self.label_vi, self.label_en, self.basis, self.estimated

    def to_json(self) -> list[Any]:
        return [self.first.isoformat(), self.last.isoformat(), *self.said()]

    @classmethod
    def from_json(cls, data: Sequence[Any]) -> "Stretch":
        first, last, label_vi, label_en, basis, estimated = data
        return cls(
            first=date.fromisoformat(first),
            last=date.fromisoformat(last),
            label_vi=label_vi,
            label_en=label_en,
            basis=basis,
            estimated=estimated,
        )


@dataclass(frozen=True, kw_only=True)
class Reckoning:
    """What a stored step says: from when and why, and which days were left out or counted."""

    counts_from: datetime | None = None
    why: Why = Why.NOTHING
    off: list[Stretch] = field(default_factory=list)
    makeup: list[Stretch] = field(default_factory=list)
    again: list[Stretch] = field(default_factory=list)  # Left out before, counted now.
    rolled_from: Stretch | None = None


def reckoning(step: Step) -> dict[str, Any]:
    """A step as it is stored."""
    stored = _days(step.skipped, step.made_up, step.rolled_from)
    if step.why:
        stored |= {"why": step.why.value, "from": step.counts_from.isoformat()}
    return stored


def reckoned_anew(steps: Sequence[Step], marks: Iterable[ClockMark]) -> dict[str, Any]:
    """What a new computation leaves out or counts that no earlier step has said."""
    said = [read(mark.reckoning) for mark in marks]
    off_before = {day for one in said for stretch in one.off for day in stretch.days}
    makeup_before = {day for one in said for stretch in one.makeup for day in stretch.days}
    off = {day for step in steps for day in step.skipped}
    makeup = {day for step in steps for day in step.made_up}
    due_on = steps[-1].due_at.date()
    again = sorted(day for day in off_before - off if day <= due_on)
    stored = _days(sorted(off - off_before), sorted(makeup - makeup_before), steps[-1].rolled_from)
    if again:
        stored["again"] = [stretch.to_json() for stretch in _stretches(again, named=False)]
    return stored


def read(stored: dict[str, Any]) -> Reckoning:
    """Read what `reckoning` and `reckoned_anew` wrote."""
    counts_from = stored.get("from")
    rolled_from = stored.get("rolled")
    return Reckoning(
        counts_from=datetime.fromisoformat(counts_from) if counts_from else None,
        why=Why(stored.get("why", "")),
        off=[Stretch.from_json(data) for data in stored.get("off", [])],
        makeup=[Stretch.from_json(data) for data in stored.get("makeup", [])],
        again=[Stretch.from_json(data) for data in stored.get("again", [])],
        rolled_from=Stretch.from_json(rolled_from) if rolled_from else None,
    )


def _days(off: Sequence[date], makeup: Sequence[date], rolled_from: date | None) -> dict[str, Any]:
    stored: dict[str, Any] = {}
    if off:
        stored["off"] = [stretch.to_json() for stretch in _stretches(off)]
    if makeup:
        stored["makeup"] = [stretch.to_json() for stretch in _stretches(makeup)]
    if rolled_from:
        stored["rolled"] = _stretches([rolled_from])[0].to_json()
    return stored


def _stretches(days: Iterable[date], *, named: bool = True) -> list[Stretch]:
    """Days in order, those in a row with the same name put together."""
    wanted = list(days)
    rows = labels(wanted) if named else {}
    found: list[Stretch] = []
    for day in wanted:
        one = Stretch(first=day, last=day)
        if row := rows.get(day):
            one = Stretch(
                first=day,
                last=day,
                label_vi=row.label_vi,
                label_en=row.label_en,
                basis=row.legal_basis,
                estimated=row.certainty == Certainty.ESTIMATED,
            )
        before = found[-1] if found else None
        if before and before.said() == one.said() and day - before.last == timedelta(days=1):
            found[-1] = Stretch(**vars(before) | {"last": day})
        else:
            found.append(one)
    return found
