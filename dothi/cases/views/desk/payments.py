"""Reconcile: bank statements, what a person has to decide, online payments that do not fit."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.cases import permissions, selectors, services
from dothi.cases.choices import Doubt, Found
from dothi.cases.models import Dossier, Payment, Statement, StatementLine
from dothi.cases.selectors.fees import PAGE
from dothi.cases.services import BadText, ColumnsUnknown, Refused
from dothi.core import clock
from dothi.units import selectors as units
from dothi.units.models import Unit

COLUMNS = ("day", "amount", "purpose", "reference", "payer")
RECENT = 50


@staff_required
def payments(request: SignedInRequest) -> HttpResponse:
    """Send a statement; those that were taken in; online payments for a person."""
    at = clock.now()
    _check(request, at)
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            return _take(request, at)
        except ColumnsUnknown as unknown:
            context |= {"error": unknown.message, "heads": unknown.heads, "columns": _columns()}
        except Refused as refused:
            context["error"] = refused.message
    on = at.date()
    rows = selectors.payments_for_a_person(request.user, on=on)
    left = selectors.left_of(rows)
    context |= {
        "units": permissions.units_collected(request.user, on=on),
        "unit": request.POST.get("unit", ""),
        "statements": list(selectors.statements_seen_by(request.user, on=on)[:RECENT]),
        "online": [(row, left[row.pk]) for row in rows if left[row.pk]],
    }
    return render(
        request, "cases/desk/payments.html", context, status=422 if "error" in context else 200
    )


def _columns() -> list[tuple[str, str]]:
    names = (
        _("Day"), _("Amount that came in"), _("Purpose"), _("Number at the bank"), _("Who paid"),
    )  # fmt: skip
    return list(zip(COLUMNS, names, strict=True))


def _take(request: SignedInRequest, at: datetime) -> HttpResponse:
    upload = request.FILES.get("file")
    if upload is None:
        raise BadText(_("Please choose a file."))
    statement = services.take_statement(
        name=upload.name or "", content=upload.read(), unit=_unit(request, at), by=request.user,
        at=at, chosen={name: request.POST.get(name, "") for name in COLUMNS},
    )  # fmt: skip
    messages.success(request, _("The statement was taken in."))
    return redirect("cases:statement", pk=statement.pk)


def _unit(request: SignedInRequest, at: datetime) -> Unit:
    try:
        unit = units.unit_of(request.POST.get("unit", "")[:20].replace("\0", ""), on=at.date())
    except Unit.DoesNotExist as missing:
        raise BadText(_("Please choose a unit.")) from missing
    if not permissions.may_collect(request.user, on=at.date(), unit=unit):
        raise PermissionDenied
    return unit


@staff_required
def statement(request: SignedInRequest, pk: int) -> HttpResponse:
    """The lines of a statement; those for a person first, each with what it may be for."""
    at = clock.now()
    found = request.GET.get("found", "")
    row = _statement(request, pk, at)
    start = _start(request.GET.get("start", ""))
    lines = selectors.lines_of(row, found=found if found in Found.values else "", start=start)
    left = selectors.left_of(lines)
    offers = selectors.offers_for(lines, row.unit)
    context = {
        "statement": row,
        "found": found,
        "states": Found.choices,
        "lines": [
            {
                "row": line,
                "why": Doubt(line.why).label if line.why else "",
                "offers": offers.get(line.pk, []),
                "left": left[line.pk] if line.found == Found.MATCHED else 0,
            }
            for line in lines
        ],
        "left_out": row.columns["left_out"],
        "next": start + PAGE if len(lines) == PAGE else 0,
    }
    response = render(request, "cases/desk/statement.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _start(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


@staff_required
@require_POST
def line(request: SignedInRequest, pk: int) -> HttpResponse:
    """What a person decides about a line."""
    at = clock.now()
    _check(request, at)
    row = StatementLine.objects.select_related("statement").filter(pk=pk).first()
    if row is None:
        raise Http404
    _statement(request, row.statement_id, at)
    note, by = request.POST.get("note", ""), request.user
    acts: dict[str, Callable[[], object]] = {
        "match": lambda: services.match(line=row, dossier=_named(request, at), by=by, at=at),
        "unmatch": lambda: services.unmatch(line=row, reason=note, by=by, at=at),
        "aside": lambda: services.set_aside(line=row, note=note, by=by, at=at),
        "again": lambda: services.look_again(line=row, by=by, at=at),
        "refund": lambda: services.refund(
            amount=services.refundable(row), why=note, by=by, at=at, line=row
        ),
    }
    _do(request, acts)
    return redirect("cases:statement", pk=row.statement_id)


@staff_required
@require_POST
def online(request: SignedInRequest, pk: int) -> HttpResponse:
    """What a person decides about an online payment that does not fit."""
    at = clock.now()
    _check(request, at)
    rows = selectors.payments_for_a_person(request.user, on=at.date())
    row: Payment | None = next((one for one in rows if one.pk == pk), None)
    if row is None:
        raise Http404
    payment, by = row, request.user
    acts: dict[str, Callable[[], object]] = {
        "use": lambda: services.use_payment(payment=payment, by=by, at=at),
        "refund": lambda: services.refund(
            amount=services.refundable(payment), why=request.POST.get("note", ""), by=by, at=at,
            payment=payment,
        ),
    }  # fmt: skip
    _do(request, acts)
    return redirect("cases:payments")


def _do(request: SignedInRequest, acts: dict[str, Callable[[], object]]) -> None:
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    try:
        act()
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Done."))


def _check(request: SignedInRequest, at: datetime) -> None:
    if not permissions.may_collect(request.user, on=at.date()):
        raise PermissionDenied


def _statement(request: SignedInRequest, pk: int, at: datetime) -> Statement:
    _check(request, at)
    row = selectors.statements_seen_by(request.user, on=at.date()).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _named(request: SignedInRequest, at: datetime) -> Dossier:
    """The dossier that is meant, of a unit for which the person collects."""
    code = request.POST.get("dossier", "").strip().upper().replace("\0", "")
    found = selectors.loaded().filter(code=code).first()
    if found is None or not permissions.may_collect(
        request.user, on=at.date(), unit=found.receiving_unit_id
    ):
        raise BadText(_("There is no dossier %(code)s here.") % {"code": code[:60]})
    return found
