"""Why a clock is due when it is: every step from the start, each in one sentence."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from dothi.core.clocks.choices import AtExpiry, Mark, StartRule, State, TimeUnit, View, Why
from dothi.core.clocks.models import Clock, ClockMark
from dothi.core.clocks.rules import Spec
from dothi.core.clocks.selectors.reckoning import Reckoning, Stretch, read
from dothi.core.clocks.selectors.wording import amount, moment, state_of, stretch, words


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of an explanation, in the active language."""

    text: str
    at: datetime | None = None
    source: str = ""


def explain(clock: Clock, *, at: datetime) -> list[Line]:
    """Every step from the start to the due time, as it was reckoned then. One query (the marks)."""
    spec = Spec.from_json(clock.spec)
    first, *later = clock.marks.all()
    lines = list(_beginning(clock, spec, read(first.reckoning)))
    for mark in later:
        lines += _happened(mark, spec)
        lines += _passed(read(mark.reckoning))
    return [*lines, _ending(clock, spec, at)]


def _beginning(clock: Clock, spec: Spec, reckoned: Reckoning) -> Iterator[Line]:
    yield Line(
        text=_("Received at %(time)s.") % {"time": moment(clock.started_at)}, at=clock.started_at
    )
    if moved := _moved_on(spec, reckoned):
        yield Line(text=moved, at=reckoned.counts_from)
    yield Line(text=_limit(spec), source=spec.basis)
    yield from _passed(reckoned)


def _moved_on(spec: Spec, reckoned: Reckoning) -> str:
    """Why it does not count from the receipt, where that makes a difference."""
    if reckoned.counts_from is None:
        return ""
    values = {"time": moment(reckoned.counts_from)}
    match reckoned.why:
        case Why.CUT_OFF if spec.cut_off is not None:
            values["hour"] = spec.cut_off.strftime("%H:%M")
            return _("That was after %(hour)s, so it counts from %(time)s.") % values
        case Why.REST_DAY:
            return _("That was a rest day, so it counts from %(time)s.") % values
        case Why.OUTSIDE_HOURS if spec.unit in {TimeUnit.MINUTES, TimeUnit.WORK_HOURS}:
            return _("That was outside office hours, so it counts from %(time)s.") % values
        case Why.NEXT_DAY if spec.start == StartRule.WORKING_DAY:
            return _("It counts as received on the next working day, %(time)s.") % values
        case Why.NEXT_DAY if spec.unit in {TimeUnit.MINUTES, TimeUnit.WORK_HOURS}:
            return _("The day of receipt is not counted, so it counts from %(time)s.") % values
    return ""


def _limit(spec: Spec) -> str:
    if spec.unit == TimeUnit.WORK_DAYS and spec.amount == 0:
        return _("The time limit is the same working day.")
    text = _("The time limit is %(amount)s.") % {"amount": amount(spec.amount, spec.unit)}
    if spec.unit in {TimeUnit.WORK_DAYS, TimeUnit.CALENDAR_DAYS, TimeUnit.MONTHS}:
        return f"{text} {_('The day of receipt is not counted.')}"
    return text


def _passed(reckoned: Reckoning) -> Iterator[Line]:
    """The days that were left out on the way, and those that were counted against the week."""
    weekends = [one for one in reckoned.off if not one.label_vi]
    if weekends:
        days = ", ".join(stretch(one.first, one.last) for one in weekends)
        yield Line(text=_("Not counted: weekends (%(days)s).") % {"days": days})
    for one in reckoned.off:
        if one.label_vi:
            yield _named(_("Not counted: %(day)s, %(holiday)s."), one)
    for one in reckoned.makeup:
        yield _named(_("Counted: %(day)s, %(holiday)s."), one)
    for one in reckoned.again:
        yield _named(_("Counted now: %(day)s."), one)
    if last := reckoned.rolled_from:
        text = _("The last day, %(day)s, is a rest day; the term ends with the next working day.")
        if last.label_vi:
            text = _(
                "The last day, %(day)s, is a day off (%(holiday)s); "
                "the term ends with the next working day."
            )
        yield _named(text, last)


def _named(text: str, days: Stretch) -> Line:
    label = days.label
    if days.estimated:
        label = _("%(holiday)s, estimated") % {"holiday": label}
    values = {"day": stretch(days.first, days.last), "holiday": label}
    return Line(text=text % values, source=days.basis)


def _happened(mark: ClockMark, spec: Spec) -> Iterator[Line]:
    values = {
        "time": moment(mark.at),
        "due": moment(mark.due_after),
        "before": moment(mark.due_before or mark.due_after),
        "reason": _(mark.reason) if mark.reason else "",
    }
    match mark.mark:
        case Mark.PAUSED:
            text = _("Paused at %(time)s: %(reason)s.")
        case Mark.RESUMED if mark.due_before == mark.due_after:
            text = _("Continued at %(time)s; the due time stays %(due)s.")
        case Mark.RESUMED:
            text = _("Continued at %(time)s; the due time moves from %(before)s to %(due)s.")
        case Mark.EXTENDED:
            values["amount"] = amount(mark.amount, spec.unit)
            text = _("Extended at %(time)s by %(amount)s until %(due)s: %(reason)s.")
        case Mark.RECOMPUTED:
            text = _(
                "Recalculated at %(time)s: %(reason)s. "
                "The due time moves from %(before)s to %(due)s."
            )
        case Mark.MET:
            text = _("Done at %(time)s.")
        case Mark.STOPPED:
            text = _("Ended at %(time)s: %(reason)s.")
        case _:
            return
    yield Line(text=text % values, at=mark.at)


def _ending(clock: Clock, spec: Spec, at: datetime) -> Line:
    values = {"due": moment(clock.due_at), "words": words(clock, at=at)}
    lapsed = state_of(clock, at) == View.LAPSED
    agreed = spec.at_expiry == AtExpiry.AGREED
    if clock.state == State.PAUSED:
        text = _("The clock is paused. Without the pause it would be due at %(due)s.")
    elif lapsed and agreed:
        text = _("Was due at %(due)s; nobody answered by then, which counts as agreement.")
    elif lapsed:
        text = _("Ran out at %(due)s; nothing more was to be done.")
    elif agreed and clock.state == State.RUNNING:
        text = _("Due at %(due)s (%(words)s); no answer by then counts as agreement.")
    else:
        text = _("Due at %(due)s (%(words)s).")
    return Line(text=text % values, at=clock.due_at)
