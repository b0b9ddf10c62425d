"""Fees at the desk: of one dossier, and what was collected on a day."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from dothi.accounts import selectors as accounts
from dothi.accounts.http import SignedInRequest, staff_required
from dothi.accounts.models import User
from dothi.cases import permissions, selectors, services
from dothi.cases.choices import FeeType, Paid
from dothi.cases.models import Dossier, Receipt
from dothi.cases.services import NotYours, Refused
from dothi.core import clock
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.downloads import send_csv
from dothi.core.papers.http import issued

HOW = (Paid.CASH, Paid.TRANSFER)  # What a counter takes; online money comes by itself.


def fee_block(user: User, dossier: Dossier, *, at: datetime) -> dict[str, Any]:
    """What `cases/desk/_fees.html` shows of a dossier, and what the person may do there."""
    found = selectors.fees_of(dossier)
    names = accounts.names_of(row.taken_by for row in found.receipts)
    return {
        "code": dossier.code,
        "fees": found,
        "account": selectors.account_for(dossier, found.open, on=at.date()),
        "receipts": [
            {
                "row": row,
                "who": names.get(row.taken_by, ""),
                "refundable": services.refundable(row) if row.voided_at else 0,
            }
            for row in found.receipts
        ],
        "how": [(one.value, one.label) for one in HOW],
        "may_collect": permissions.may_collect(user, on=at.date(), unit=dossier.receiving_unit_id),
        "copies": dossier.copies,
        "pages": dossier.pages,
        "open": dossier.closed_at is None and dossier.done_at is None,
    }


@staff_required
def fees(request: SignedInRequest, code: str) -> HttpResponse:
    """The fees of a dossier on a page of their own."""
    at = clock.now()
    dossier = _seen(request, code, at)
    context = {"code": code, "fee_block": fee_block(request.user, dossier, at=at)}
    response = render(request, "cases/desk/fees.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@staff_required
@require_POST
def collect(request: SignedInRequest, code: str) -> HttpResponse:
    """Take money at the counter: the ticked lines, or everything that is open."""
    at = clock.now()
    dossier = _collected(request, code, at)
    how = request.POST.get("how", "")
    if how not in {one.value for one in HOW}:
        messages.error(request, _("Please say how it was paid."))
        return redirect("cases:fees", code=code)
    ticked = request.POST.getlist("line")
    lines = [int(key) for key in ticked if key.isdecimal()]

    def do() -> None:
        made = services.collect(
            dossier=dossier,
            by=request.user,
            at=at,
            how=Paid(how),
            # Lines that are none of this dossier are not "everything".
            lines=lines if ticked else None,
        )
        codes = ", ".join(row.code for row in made)
        messages.success(request, _("Collected. Receipt: %(codes)s") % {"codes": codes})

    return _done(request, code, do)


@staff_required
@require_POST
def copies(request: SignedInRequest, code: str) -> HttpResponse:
    """Another number of copies or pages: what is open is counted anew."""
    at = clock.now()
    dossier = _collected(request, code, at)
    form = CopiesForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please write whole numbers from 1 on."))
        return redirect("cases:fees", code=code)

    def do() -> None:
        services.set_copies(dossier=dossier, by=request.user, at=at, **form.cleaned_data)

    return _done(request, code, do)


@staff_required
@require_POST
def take_receipt(request: SignedInRequest, code: str, pk: int) -> HttpResponseBase:
    """The paper of a receipt, as a file."""
    at = clock.now()
    row = _receipt(_seen(request, code, at), pk)
    try:
        paper = services.receipt_paper(receipt=row, by=request.user, at=at)
    except NotYours as refused:
        raise PermissionDenied from refused
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("cases:fees", code=code)
    return issued(row.subject, paper.code)


@staff_required
@require_POST
def void(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Declare a receipt void, with a reason."""
    at = clock.now()
    row = _receipt(_collected(request, code, at), pk)

    def do() -> None:
        reason = request.POST.get("reason", "")
        services.void(receipt=row, reason=reason, by=request.user, at=at)
        messages.success(request, _("The receipt is void; what it stood for is open again."))

    return _done(request, code, do)


@staff_required
@require_POST
def refund(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """Note that the money of a voided receipt was given back."""
    at = clock.now()
    row = _receipt(_collected(request, code, at), pk)

    def do() -> None:
        services.refund(
            amount=services.refundable(row), why=request.POST.get("reason", ""),
            by=request.user, at=at, receipt=row,
        )  # fmt: skip
        messages.success(request, _("Noted that the money was given back."))

    return _done(request, code, do)


class CopiesForm(forms.Form):
    copies = forms.IntegerField(min_value=1, max_value=1000)
    pages = forms.IntegerField(min_value=1, max_value=10_000)


def _seen(request: SignedInRequest, code: str, at: datetime) -> Dossier:
    try:
        return selectors.dossier_seen_by(request.user, code, on=at.date())
    except Dossier.DoesNotExist as missing:
        raise Http404 from missing


def _collected(request: SignedInRequest, code: str, at: datetime) -> Dossier:
    """A dossier for which the person may take money."""
    dossier = _seen(request, code, at)
    unit = dossier.receiving_unit_id
    if not permissions.may_collect(request.user, on=at.date(), unit=unit):
        raise PermissionDenied
    return dossier


def _receipt(dossier: Dossier, pk: int) -> Receipt:
    try:
        return selectors.receipt_of(dossier, pk)
    except Receipt.DoesNotExist as missing:
        raise Http404 from missing


def _done(request: SignedInRequest, code: str, do: Callable[[], None]) -> HttpResponse:
    try:
        do()
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect("cases:fees", code=code)


# --- The day's list -------------------------------------------------------------------------------


class DayForm(forms.Form):
    """Which day, and which way of paying; without a day, today."""

    day = forms.DateField(
        label=gettext_lazy("Day"), required=False, widget=forms.DateInput({"type": "date"})
    )
    how = forms.ChoiceField(
        label=gettext_lazy("Paid"),
        required=False,
        choices=[("", gettext_lazy("In any way")), *Paid.choices],
    )
    mine = forms.BooleanField(label=gettext_lazy("Only what I collected"), required=False)


@staff_required
def cash(request: SignedInRequest) -> HttpResponse:
    """What was collected on a day: each receipt, and the sum of each collector."""
    at = clock.now()
    form, day, rows = _day(request, at)
    totals = selectors.totals(rows)
    names = accounts.names_of(row.taken_by for row in rows)
    context = {
        "form": form,
        "day": day,
        "rows": [(row, names.get(row.taken_by, "")) for row in rows],
        "totals": [(one, names.get(one.taken_by, _("Online"))) for one in totals],
        "sum": sum(one.amount for one in totals),
        "query": request.GET.urlencode(),
    }
    return render(request, "cases/desk/cash.html", context)


@staff_required
def cash_file(request: SignedInRequest) -> StreamingHttpResponse:
    """The day's list as a file. It names no applicant."""
    at = clock.now()
    _form, day, rows = _day(request, at)
    names = accounts.names_of(row.taken_by for row in rows)
    record("cases.export_cash", subject="cases.cash", by=request.user.actor, at=at, day=str(day))
    head = [
        _("Receipt"), _("Dossier"), _("Kind"), _("Amount"), _("Paid"), _("When"),
        _("Collected by"), _("Voided"),
    ]  # fmt: skip
    lines = [
        (
            row.code, row.dossier.code, str(FeeType(row.kind).label), row.amount,
            row.get_how_display(), local(row.taken_at), names.get(row.taken_by, ""),
            local(row.voided_at) if row.voided_at else "",
        )
        for row in rows
    ]  # fmt: skip
    return send_csv(head, lines, f"receipts-{day:%Y%m%d}.csv")


def _day(request: SignedInRequest, at: datetime) -> tuple[DayForm, date, list[Receipt]]:
    if not permissions.may_see_receipts(request.user, on=at.date()):
        raise PermissionDenied
    form = DayForm(request.GET or None)
    given = form.cleaned_data if form.is_valid() else {}
    day = given.get("day") or at.date()
    rows = selectors.day_list(
        request.user, day=day, on=at.date(), how=given.get("how", ""),
        whose=request.user.actor if given.get("mine") else "",
    )  # fmt: skip
    return form, day, rows
