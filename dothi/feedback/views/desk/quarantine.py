"""Rows of files that could not be taken over: read the reason, correct, release, or leave out."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.core import clock
from dothi.feedback import forms, permissions, selectors, services
from dothi.feedback.choices import Aside
from dothi.feedback.models import Quarantined
from dothi.feedback.services import Refused, SettledBefore

PAGE = 50


def _check(request: SignedInRequest) -> None:
    if not permissions.may_import(request.user, on=clock.now().date()):
        raise PermissionDenied


@staff_required
def quarantine(request: SignedInRequest) -> HttpResponse:
    """The rows that wait, and why. What they say is opened one by one."""
    _check(request)
    form = forms.AsideForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = selectors.rows_aside(
        kind=wanted.get("kind", ""),
        fault=wanted.get("fault", ""),
        state=wanted.get("state") or Aside.WAITING,
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    if page.has_next():
        query["page"] = str(page.next_page_number())
    return render(
        request,
        "feedback/desk/quarantine.html",
        {
            "form": form,
            "rows": page.object_list,
            "count": page.paginator.count,
            "faults": selectors.faults(),
            "runs": selectors.runs(),
            "next_url": f"?{query.urlencode()}" if page.has_next() else "",
        },
    )


@staff_required
def quarantined(request: SignedInRequest, pk: int) -> HttpResponse:
    """One row: what it says, and what is wrong with it. The look is logged."""
    _check(request)
    at = clock.now()
    try:
        row = selectors.row_aside(pk)
    except Quarantined.DoesNotExist as error:
        raise Http404 from error
    fields = services.open_row(row=row, by=request.user, at=at)
    form = forms.CorrectForm(request.POST or None, fields=fields)
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("do") == "drop":
                services.drop_row(row=row, reason=form.reason, by=request.user, at=at)
                messages.success(request, _("Left out for good; the row stays readable here."))
                return redirect("feedback:quarantine")
            ticket = services.release_row(row=row, fields=form.row, by=request.user, at=at)
            messages.success(request, _("Taken over as %(code)s.") % {"code": ticket.code})
            return redirect("feedback:quarantine")
        except SettledBefore as error:
            messages.error(request, error.message)
            return redirect("feedback:quarantined", pk=pk)
        except Refused as error:
            form.add_error(None, error.message)
    response = render(
        request,
        "feedback/desk/quarantined.html",
        {"row": row, "form": form, "original": row.original, "waits": row.state == Aside.WAITING},
        status=422 if form.errors else 200,
    )
    response["Cache-Control"] = "private, no-store"
    return response
