"""The book of what was received (form 07 of TT 03/2025/TT-VPCP): a page, a file, a paper."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.cases import permissions, selectors, services
from dothi.cases.choices import Delivery, Status
from dothi.cases.services import Refused
from dothi.cases.views.desk.period import FiguresForm, figures_form, shown
from dothi.core import clock
from dothi.core.clock import local_or_none
from dothi.core.downloads import Sent, send
from dothi.core.paging import take
from dothi.core.papers.http import issued
from dothi.procedures import selectors as procedures

PAGE = 50


@staff_required
def register(request: SignedInRequest) -> HttpResponse:
    """What was received in a period, in the order of receipt, without the people."""
    return _register(request, clock.now())


def _register(
    request: SignedInRequest, at: datetime, *, error: str = "", purpose: str = ""
) -> HttpResponse:
    form = figures_form(request, at)
    rows = selectors.register(request.user, form.period, at=at, unit=form.unit_code)
    after = request.GET.get("after", "")
    found, following = take(rows, field="received_at", newest_first=False, after=after, limit=PAGE)
    response = render(
        request,
        "cases/desk/register.html",
        {
            "form": form,
            "rows": shown(found),
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
) -> HttpResponse | Sent:
    """The book with the people in it: each dossier notes that its people were read."""
    at = clock.now()
    asked = figures_form(request, at)
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
    return send(form, _book_heads(), _book_lines(ids, get_language() or "vi"), name)


def _register_paper(
    request: SignedInRequest, asked: FiguresForm, purpose: str, at: datetime
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
            *map(local_or_none, (one.received_at, one.promised_at, one.done_at, one.returned_at)),
            said[one.delivery], said[one.status],
        )  # fmt: skip
