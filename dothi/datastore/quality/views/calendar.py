"""What is due when: a month with its days, the same as a list, and a file for calendars."""

from collections.abc import Iterable
from datetime import UTC, date, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from dothi.accounts.http import SignedInRequest, power_required
from dothi.core import clock
from dothi.core.workdays import selectors as workdays
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.choices import Power
from dothi.datastore.quality import selectors
from dothi.datastore.quality.rules.expected import State
from dothi.datastore.quality.selectors import Delivery
from dothi.datastore.quality.wording import delivery_state
from dothi.lib.worktime import months_after

DAY = timedelta(days=1)
TONES = {
    State.MET: "good", State.MET_LATE: "met_late", State.OVERDUE: "overdue", State.SOON: "near",
    State.COMING: "stopped",
}  # fmt: skip
AHEAD = 12  # Months in the file for calendars.


@power_required(Power.SEE)
def month(request: SignedInRequest) -> HttpResponse:
    """The deliveries of one month, of the datasets that this person looks after."""
    today = clock.now().date()
    first = _month(request, today)
    end = months_after(first, 1)
    found = _calendar(request, first, end - DAY, today)
    shown = [_shown(one) for one in found]
    context = {
        "title": formats.date_format(first, "YEAR_MONTH_FORMAT"),
        "weeks": _weeks(first, end, shown, today),
        "weekdays": [WEEKDAYS_ABBR[number] for number in range(7)],
        "rows": shown,
        "before": _previous(first).strftime("%Y-%m"),
        "after": end.strftime("%Y-%m"),
    }
    return render(request, "quality/calendar.html", context)


def _calendar(request: SignedInRequest, first: date, last: date, today: date) -> list[Delivery]:
    kept = catalogue.datasets_kept_by(request.user, on=today)
    return selectors.calendar_of(kept, first=first, last=last, today=today)


def _month(request: HttpRequest, today: date) -> date:
    try:
        chosen = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return today.replace(day=1)
    return chosen if 2000 < chosen.year < 2200 else today.replace(day=1)


def _previous(first: date) -> date:
    return (first - DAY).replace(day=1)


def _shown(one: Delivery) -> dict[str, Any]:
    period = one.expected.period
    return {
        "title": one.dataset.title,
        "code": one.dataset.code,
        "due_on": period.due_on,
        "start": period.start,
        "end": period.end,
        "came_on": one.expected.came_on,
        "tone": TONES[one.state],
        "state": delivery_state(one.state),
    }


def _weeks(
    first: date, end: date, shown: Iterable[dict[str, Any]], today: date
) -> list[list[dict[str, Any]]]:
    """Monday to Sunday, with days of the neighbours left empty."""
    calendar = workdays.official_calendar()
    by_day: dict[date, list[dict[str, Any]]] = {}
    for one in shown:
        by_day.setdefault(one["due_on"], []).append(one)
    labels = workdays.labels([first + n * DAY for n in range((end - first).days)])
    day = first - first.weekday() * DAY
    weeks = []
    while day < end:
        weeks.append(
            [
                {
                    "number": one.day if first <= one < end else "",
                    "off": first <= one < end and not calendar.is_working_day(one),
                    "label": labels[one].label if one in labels else "",
                    "today": one == today,
                    "rows": by_day.get(one, []),
                }
                for one in (day + n * DAY for n in range(7))
            ]
        )
        day += 7 * DAY
    return weeks


@power_required(Power.SEE)
def file(request: SignedInRequest) -> HttpResponse:
    """The deliveries of the coming year for a calendar program (RFC 5545)."""
    at = clock.now()
    today = at.date()
    rows = _calendar(request, today.replace(day=1), months_after(today, AHEAD), today)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//dothi//quality//VI"]
    for one in rows:
        due = one.expected.period.due_on
        lines += [
            "BEGIN:VEVENT",
            f"UID:{one.dataset.code}-{due:%Y%m%d}@{settings.PUBLIC_URL.partition('//')[2]}",
            f"DTSTAMP:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{due:%Y%m%d}",
            f"DTEND;VALUE=DATE:{due + DAY:%Y%m%d}",
            f"SUMMARY:{_escaped(_('Delivery: %(title)s') % {'title': one.dataset.title})}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    text = "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="deliveries.ics"'
    response["Cache-Control"] = "private, no-store"
    return response


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", " ")


def _folded(line: str) -> list[str]:
    """Lines of at most 75 bytes; the following ones begin with a blank, no letter is cut."""
    pieces, piece = [], ""
    for letter in line:
        if len((piece + letter).encode()) > 74:
            pieces.append(piece)
            piece = " "
        piece += letter
    return [*pieces, piece]
