"""Figures of a period, the dossiers behind each of them, and the book of what was received."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.cases import permissions, rules, selectors, services
from dothi.cases.choices import Delivery, Figure, Status
from dothi.cases.models import Dossier
from dothi.cases.rules import Period
from dothi.cases.services import Refused
from dothi.core import clock
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.downloads import send_csv, send_xlsx
from dothi.core.paging import take
from dothi.core.papers.http import issued
from dothi.procedures import selectors as procedures
from dothi.units.models import Unit

PAGE = 50
LONGEST = 366
# The columns of the table, as a month is reported; what else is counted is in the rates.
COLUMNS = (
    Figure.CARRIED, Figure.RECEIVED, Figure.ONLINE, Figure.DIRECT, Figure.POST, Figure.EARLY,
    Figure.ON_DAY, Figure.LATE, Figure.NOT_RECEIVED, Figure.WITHDRAWN, Figure.STOPPED, Figure.OPEN,
    Figure.NEAR, Figure.OVERDUE, Figure.WAITING,
)  # fmt: skip
BAD = frozenset({Figure.LATE, Figure.OVERDUE})


class PeriodForm(forms.Form):
    """From which day to which, both counted; without them the present month."""

    since = forms.DateField(
        label=gettext_lazy("From the day"), required=False, widget=forms.DateInput({"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("Until the day"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
    )
    by = forms.ChoiceField(
        label=gettext_lazy("One line for each"),
        required=False,
        choices=[
            ("procedure", gettext_lazy("Procedure")),
            ("unit", gettext_lazy("Unit")),
        ],
    )

    field_order = ("since", "until", "unit", "by")

    def __init__(self, data: Any, *, units: list[Unit], on: date) -> None:
        super().__init__(data)
        self.today = on
        self.units = units
        self.fields["unit"] = forms.ChoiceField(
            label=_("Unit"),
            required=False,
            choices=[("", _("All my units")), *((one.code, one.name) for one in self.units)],
        )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and not since <= until < since + timedelta(days=LONGEST):
            raise forms.ValidationError(
                _("Please choose days in their order, and at most one year.")
            )
        return given

    @property
    def period(self) -> Period:
        given = self.cleaned_data if self.is_valid() else {}
        since, until = given.get("since"), given.get("until")
        if since is None:
            return rules.month_of(until or self.today)
        end = until + timedelta(days=1) if until else rules.month_of(since).until
        return Period(since=since, until=end)

    @property
    def unit_code(self) -> str:
        return str(self.cleaned_data.get("unit", "")) if self.is_valid() else ""

    @property
    def by_unit(self) -> bool:
        return self.is_valid() and self.cleaned_data["by"] == "unit"

    def query(self, **more: str) -> str:
        """The period and the unit for a link, with something added."""
        period = self.period
        asked = {
            "since": period.since.isoformat(),
            "until": (period.until - timedelta(days=1)).isoformat(),
            "unit": self.unit_code,
            "by": "unit" if self.by_unit else "",
        }
        return urlencode({name: value for name, value in (asked | more).items() if value})


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A number of the table and the list behind it."""

    count: int
    url: str
    tone: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the table: a procedure or a unit."""

    name: str
    code: str
    cells: list[Cell]
    average: float | None


@staff_required
def figures(request: SignedInRequest) -> HttpResponse:
    """The figures of the person's units in a period, and the indicators of QĐ 766."""
    at = clock.now()
    form = _form(request, at)
    found = selectors.lines_seen_by(request.user, form.period, at=at, unit=form.unit_code)
    whole = selectors.summed(found)
    first = rules.month_of(at.date()).since
    last = first - timedelta(days=1)
    return render(
        request,
        "cases/desk/figures.html",
        {
            "form": form,
            "columns": [figure.label for figure in COLUMNS],
            "lines": _lines(form, found, at),
            "whole": _line(form, _("All"), "", whole, {}),
            "rates": _rates(form, found, at),
            "last_month": urlencode(
                {"since": rules.month_of(last).since.isoformat(), "until": last.isoformat()}
            ),
            "this_year": urlencode(
                {"since": first.replace(month=1).isoformat(), "until": at.date().isoformat()}
            ),
            "query": form.query(),
            "until": min(at, selectors.moments(form.period)[1]),
            "may_export": permissions.may_export(request.user, on=at.date()),
        },
    )


def _form(request: SignedInRequest, at: datetime) -> PeriodForm:
    units = permissions.units_seen(request.user, on=at.date())
    if not units:
        raise PermissionDenied
    given = request.GET.copy()
    month = rules.month_of(at.date())
    if not given.get("since") and not given.get("until"):
        given["since"] = month.since.isoformat()
        given["until"] = (month.until - timedelta(days=1)).isoformat()
    return PeriodForm(given, units=units, on=at.date())


def _names(at: datetime) -> dict[str, str]:
    """How procedures are called, by their code, as they are called now."""
    language = get_language() or "vi"
    versions = procedures.in_force(at.date()).values_list("procedure__code", "pk")
    return {code: procedures.content_of(pk).name.of(language) for code, pk in versions}


def _lines(form: PeriodForm, found: Iterable[selectors.Line], at: datetime) -> list[Line]:
    groups: dict[tuple[str, str, str], list[selectors.Line]] = {}
    units = {one.pk: one for one in form.units}
    names = _names(at)
    for line in found:
        unit, code = units[line.unit_id], line.procedure
        key = (
            (unit.code, unit.name, "unit")
            if form.by_unit
            else (code, names.get(code, code), "procedure")
        )
        groups.setdefault(key, []).append(line)
    return [
        _line(form, name, code, selectors.summed(lines), {asked: code})
        for (code, name, asked), lines in sorted(groups.items())
    ]


def _line(
    form: PeriodForm, name: str, code: str, whole: selectors.Sum, asked: dict[str, str]
) -> Line:
    return Line(
        name=name,
        code=code,
        average=whole.average,
        cells=[
            Cell(
                count=whole.counts[figure],
                url=_behind_url(form, figure, **asked),
                tone="late" if figure in BAD and whole.counts[figure] else "",
            )
            for figure in COLUMNS
        ],
    )


def _behind_url(form: PeriodForm, figure: Figure, **more: str) -> str:
    return f"{reverse('cases:behind')}?{form.query(figure=figure.value, **more)}"


def _rates(form: PeriodForm, found: Iterable[selectors.Line], at: datetime) -> list[dict[str, Any]]:
    online, offered = selectors.offered_online(at.date())
    return [
        {
            "rate": rate,
            "url": _behind_url(form, rate.figure) if rate.figure else "",
            "rest": _behind_url(form, rate.figure, of=rate.of.value)
            if rate.figure and rate.of
            else "",
        }
        for rate in selectors.rates(found, online=online, offered=offered)
    ]


@staff_required
def behind(request: SignedInRequest) -> HttpResponse:
    """The dossiers that one number counts."""
    at = clock.now()
    form = _form(request, at)
    try:
        figure = Figure(request.GET.get("figure", ""))
        of = Figure(request.GET["of"]) if request.GET.get("of") else None
        before = int(request.GET.get("before") or 0)
    except ValueError as error:
        raise Http404 from error
    procedure = request.GET.get("procedure", "")
    page = selectors.behind(
        request.user, figure, form.period, at=at, of=of, unit=form.unit_code, procedure=procedure,
        before=before, limit=PAGE,
    )  # fmt: skip
    asked = {"figure": figure.value, "procedure": procedure}
    if of is not None:
        asked["of"] = of.value
    return render(
        request,
        "cases/desk/behind.html",
        {
            "title": _("Not: %(figure)s") % {"figure": figure.label} if of else figure.label,
            "rows": _shown(page.items),
            "back": f"{reverse('cases:figures')}?{form.query()}",
            "period": form.period,
            "last_day": form.period.until - timedelta(days=1),
            "next_url": f"?{form.query(before=page.next, **asked)}" if page.next else "",
            "first_url": f"?{form.query(**asked)}" if before else "",
        },
    )


def _shown(rows: Iterable[Dossier]) -> list[dict[str, Any]]:
    language = get_language() or "vi"
    return [
        {
            "dossier": row,
            "name": procedures.content_of(row.version_id).name.of(language),
            "url": services.desk_url(row.code),
        }
        for row in rows
    ]


@staff_required
def export(request: SignedInRequest, form: str) -> StreamingHttpResponse | FileResponse:
    """The table of figures as a file."""
    at = clock.now()
    asked = _form(request, at)
    if not permissions.may_export(request.user, on=at.date()):
        raise PermissionDenied
    found = selectors.lines_seen_by(request.user, asked.period, at=at, unit=asked.unit_code)
    record("cases.export", subject="cases.figures", by=request.user.actor, at=at, form=form)
    columns = [str(figure.label) for figure in COLUMNS]
    heads = [_("Code"), _("Procedure or unit"), *columns, _("Average days")]
    lines = [
        (line.code, line.name, *(cell.count for cell in line.cells), line.average)
        for line in [
            *_lines(asked, found, at), _line(asked, _("All"), "", selectors.summed(found), {})
        ]
    ]  # fmt: skip
    period = asked.period
    return _send(form, heads, lines, f"cases-{period.since:%Y%m%d}-{period.until:%Y%m%d}")


def _send(
    form: str, heads: list[str], lines: Iterable[Iterable[Any]], name: str
) -> StreamingHttpResponse | FileResponse:
    send = send_csv if form == "csv" else send_xlsx
    return send(heads, lines, f"{name}.{form}")


# --- The book: form 07 ---------------------------------------------------------------------------


@staff_required
def register(request: SignedInRequest) -> HttpResponse:
    """What was received in a period, in the order of receipt, without the people."""
    return _register(request, clock.now())


def _register(
    request: SignedInRequest, at: datetime, *, error: str = "", purpose: str = ""
) -> HttpResponse:
    form = _form(request, at)
    rows = selectors.register(request.user, form.period, at=at, unit=form.unit_code)
    after = request.GET.get("after", "")
    found, following = take(rows, field="received_at", newest_first=False, after=after, limit=PAGE)
    response = render(
        request,
        "cases/desk/register.html",
        {
            "form": form,
            "rows": _shown(found),
            "query": form.query(),
            "error": error,
            "purpose": purpose,
            "next_url": f"?{form.query(after=following)}" if following else "",
            "first_url": f"?{form.query()}" if after else "",
            "may_export": permissions.may_export(request.user, on=at.date()),
        },
        status=422 if error else 200,
    )
    response["Cache-Control"] = "private, no-store"
    return response


@staff_required
@require_POST
def take_register(
    request: SignedInRequest,
) -> HttpResponse | StreamingHttpResponse | FileResponse:
    """The book with the people in it: each dossier notes that its people were read."""
    at = clock.now()
    asked = _form(request, at)
    if not permissions.may_export(request.user, on=at.date()):
        raise PermissionDenied
    purpose = request.POST.get("purpose", "")
    try:
        if request.POST.get("form") == "pdf":
            return _register_paper(request, asked, purpose, at)
        ids = services.take_book(
            period=asked.period, by=request.user, purpose=purpose, at=at, unit=asked.unit_code
        )
    except Refused as error:
        return _register(request, at, error=error.message, purpose=purpose)
    form = "csv" if request.POST.get("form") == "csv" else "xlsx"
    name = f"so-theo-doi-{asked.period.since:%Y%m%d}-{asked.period.until:%Y%m%d}"
    return _send(form, _book_heads(), _book_lines(ids, get_language() or "vi"), name)


def _register_paper(
    request: SignedInRequest, asked: PeriodForm, purpose: str, at: datetime
) -> FileResponse:
    """Form 07 as a paper: of one unit, since its number and head are that unit's."""
    seen = permissions.units_seen(request.user, on=at.date())
    unit = next((one for one in seen if one.code == asked.unit_code), None)
    if unit is None:
        raise Refused(_("A paper is of one unit: please choose it above first."))
    paper = services.issue_register(
        period=asked.period, unit=unit, by=request.user, purpose=purpose, at=at
    )
    return issued(paper.subject, paper.code)


def _book_heads() -> list[str]:
    return [
        _("Number in order"), _("Dossier"), _("Procedure"), _("Applicant"), _("Address"),
        _("Telephone"), _("Copies"), _("Unit that decides"), _("Received"), _("Promised"),
        _("Finished"), _("Given back"), _("How the result is given"), _("Status"),
    ]  # fmt: skip


def _book_lines(ids: list[int], language: str) -> Iterator[tuple[Any, ...]]:
    with override(language):  # The file is written after the request.
        said: dict[Any, str] = {one.value: str(one.label) for one in (*Delivery, *Status)}
    for number, one in enumerate(services.book(ids), start=1):
        yield (
            number, one.code, procedures.content_of(one.version_id).name.of(language), one.name,
            one.address, one.phone, one.copies,
            (language == "en" and one.unit.name_en) or one.unit.name_vi,
            *(local(moment) if moment else None for moment in _times(one)),
            said[one.delivery], said[one.status],
        )  # fmt: skip


def _times(one: services.Line) -> tuple[datetime | None, ...]:
    return one.received_at, one.promised_at, one.done_at, one.returned_at
