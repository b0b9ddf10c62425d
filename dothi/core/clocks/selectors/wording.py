"""How a clock stands, in words that a citizen and an officer read alike."""

from datetime import date, datetime, timedelta

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dothi.core.clock import local
from dothi.core.clocks.choices import AtExpiry, State, TimeUnit, View
from dothi.core.clocks.models import Clock
from dothi.core.workdays.selectors import official_calendar
from dothi.lib import worktime
from dothi.lib.worktime import Calendar

# From this many days on nobody asks for the hours as well.
HOURS_MATTER_BELOW = 3


def state_of(clock: Clock, at: datetime) -> View:
    """How the clock stands at a moment. What is due at 17:00 is late after 17:00."""
    match clock.state:
        case State.STOPPED:
            return View.STOPPED
        case State.LAPSED:
            return View.LAPSED
        case State.PAUSED:
            return View.PAUSED
        case State.MET:
            late = clock.ended_at is not None and clock.ended_at > clock.due_at
            return View.MET_LATE if late else View.MET
    if at > clock.due_at:
        return View.OVERDUE if clock.spec["at_expiry"] == AtExpiry.BREACH else View.LAPSED
    return View.NEAR_DUE if at >= clock.near_due_at else View.GOOD


def words(clock: Clock, *, at: datetime, calendar: Calendar | None = None) -> str:
    """How much time is left or over: "2 working days 3 hours left", "overdue by 1 working day".

    A list gives the `calendar`, which is asked for once then; else it is that of the office.
    """
    state = state_of(clock, at)
    if state == View.OVERDUE:
        over = _length(clock, clock.due_at, at, calendar, hours_too=False)
        return _("overdue by %(time)s") % {"time": over} if over else str(state.label)
    if state in {View.GOOD, View.NEAR_DUE}:
        left = _length(clock, at, clock.due_at, calendar, hours_too=True)
        return _("%(time)s left") % {"time": left} if left else _("due now")
    return str(state.label)


def amount(number: int, unit: TimeUnit) -> str:
    """An amount of a unit in words."""
    match unit:
        case TimeUnit.MINUTES:
            text = ngettext("%(n)d minute", "%(n)d minutes", number)
        case TimeUnit.WORK_HOURS:
            text = ngettext("%(n)d working hour", "%(n)d working hours", number)
        case TimeUnit.WORK_DAYS:
            text = ngettext("%(n)d working day", "%(n)d working days", number)
        case TimeUnit.CALENDAR_DAYS:
            text = ngettext("%(n)d day", "%(n)d days", number)
        case TimeUnit.MONTHS:
            text = ngettext("%(n)d month", "%(n)d months", number)
    return text % {"n": number}


def moment(at: datetime) -> str:
    """A moment in the time of the house, in the format of the language."""
    return str(formats.date_format(local(at), "DATETIME_FORMAT"))


def short_day(day: date) -> str:
    return str(formats.date_format(day, "SHORT_DATE_FORMAT"))


def stretch(first: date, last: date) -> str:
    """Days in a row as one stretch: 16/02/2026–20/02/2026."""
    return short_day(first) if first == last else f"{short_day(first)}–{short_day(last)}"


def _length(
    clock: Clock, start: datetime, end: datetime, calendar: Calendar | None, *, hours_too: bool
) -> str:
    """A stretch of time in what the limit counts; "" when none of it lies in between."""
    start, end = local(start), local(end)
    unit = clock.spec["unit"]
    if unit == TimeUnit.MINUTES:
        return _plain(worktime.elapsed(start, end))
    if unit in {TimeUnit.CALENDAR_DAYS, TimeUnit.MONTHS} and end.date() > start.date():
        return amount((end.date() - start.date()).days, TimeUnit.CALENDAR_DAYS)
    calendar = calendar or official_calendar()
    time = worktime.working_time_between(start, end, calendar)
    days, rest = divmod(time, worktime.length_of_day(calendar, end.date()))
    if not days:
        return _hours(rest)
    text = amount(days, TimeUnit.WORK_DAYS)
    hours = rest // timedelta(hours=1)
    if not hours or not hours_too or days >= HOURS_MATTER_BELOW:
        return text
    return f"{text} {ngettext('%(n)d hour', '%(n)d hours', hours) % {'n': hours}}"


def _plain(length: timedelta) -> str:
    """Time of the clock on the wall: whole days from one day on, below that hours and minutes."""
    days = length // timedelta(days=1)
    return amount(days, TimeUnit.CALENDAR_DAYS) if days else _hours(length)


def _hours(length: timedelta) -> str:
    hours, rest = divmod(length // timedelta(minutes=1), 60)
    if not hours:
        return amount(rest, TimeUnit.MINUTES) if rest else ""
    text = ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return f"{text} {_('%(n)d min') % {'n': rest}}" if rest else text
