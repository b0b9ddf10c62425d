"""Lines that were put aside: read why, correct one or all alike, leave out for good."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.ingestion import forms, permissions, selectors, services, wording
from dothi.datastore.ingestion.choices import AsideState
from dothi.datastore.ingestion.models import Aside
from dothi.datastore.ingestion.rules.ledger import Fault
from dothi.datastore.ingestion.views.shared import Seen, bringing_in, seen

PAGE = 100
MOST_SHOWN = 8000


@staff_required
def lines(request: SignedInRequest, code: str) -> HttpResponse:
    """The lines, and what is wrong with each. What they say is opened one by one."""
    return _list(request, seen(request, code))


def _list(
    request: SignedInRequest, found: Seen, *, put_form: forms.PutForm | None = None
) -> HttpResponse:
    form = forms.LinesForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    chosen = wanted.get("fault", "")
    rows = selectors.lines_aside(found.run, fault=chosen, state=wanted.get("state", ""))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    if page.has_next():
        query["page"] = str(page.next_page_number())
    one = Fault.of(chosen) if chosen else None
    context = {
        "run": found.run,
        "title": found.title,
        "form": form,
        "rows": [{"aside": row, "why": _why(row, found.contract)} for row in page.object_list],
        "count": page.paginator.count,
        "fault": chosen,
        "why": wording.fault(one, found.contract) if one else "",
        "may_put": bool(one and one.column in found.contract.by_name()),
        "put_form": put_form or forms.PutForm(),
        "leave_form": forms.ReasonForm(prefix="leave"),
        "next_url": f"?{query.urlencode()}" if page.has_next() else "",
    }
    status = 422 if put_form is not None else 200
    return render(request, "ingestion/lines.html", context, status=status)


def _why(row: Aside, contract: Contract) -> list[str]:
    return [wording.fault(Fault.of(code), contract) for code in row.faults]


@staff_required
def line(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """One line: as it came, what is wrong with it, and its cells to be corrected."""
    found = bringing_in(request, code)
    if not permissions.may_open_lines(request.user, found.unit, on=found.at.date()):
        raise PermissionDenied
    try:
        aside = selectors.line_aside(found.run, number)
    except Aside.DoesNotExist as error:
        raise Http404 from error
    raw, cells = services.open_line(aside, by=request.user, at=found.at)
    form = forms.CellsForm(request.POST or None, contract=found.contract, cells=cells)
    if request.method == "POST" and form.is_valid():
        try:
            services.correct(
                aside, found.contract, cells=form.cells, by=request.user.actor, at=found.at
            )
        except services.StillFaulty as error:
            _show(form, error, found.contract)
        except services.NotHere:
            messages.error(request, _("This line was settled by somebody else meanwhile."))
            return redirect("ingestion:line", code=code, number=number)
        else:
            return _next(request, found, number)
    response = render(
        request,
        "ingestion/line.html",
        {
            "run": found.run,
            "title": found.title,
            "aside": aside,
            "why": _why(aside, found.contract),
            "raw": _shown(raw, found.run.shape.get("encoding", "")),
            "form": form,
            "waits": aside.state == AsideState.WAITING,
            "leave_form": forms.ReasonForm(prefix="leave"),
        },
        status=422 if form.errors else 200,
    )
    response["Cache-Control"] = "private, no-store"
    return response


def _show(form: forms.CellsForm, error: services.StillFaulty, contract: Contract) -> None:
    for fault in error.faults:
        column = fault.column if fault.column in form.fields else None
        form.add_error(column, wording.fault(fault, contract))


def _next(request: SignedInRequest, found: Seen, number: int) -> HttpResponse:
    """On to the next line that waits; back to the delivery when there is none."""
    following = selectors.next_waiting(found.run, after=number)
    if following is None:
        messages.success(request, _("All lines are corrected. Take them in now."))
        return redirect("ingestion:run", code=found.run.code)
    messages.success(request, _("Line %(number)s is corrected.") % {"number": number})
    return redirect("ingestion:line", code=found.run.code, number=following)


def _shown(raw: bytes, encoding: str) -> str:
    """Bytes for the eye: what cannot be shown stands as its number."""
    head = raw[:MOST_SHOWN]
    try:
        return head.decode(encoding or "utf-8", "backslashreplace")
    except LookupError:
        return head.decode("utf-8", "backslashreplace")


@staff_required
@require_POST
def put(request: SignedInRequest, code: str) -> HttpResponse:
    """Put one text for another in every line with a fault."""
    found = bringing_in(request, code)
    fault = Fault.of(request.POST.get("fault", ""))
    if fault.column not in found.contract.by_name():
        raise Http404
    form = forms.PutForm(request.POST)
    if not form.is_valid():
        return _list(request, found, put_form=form)
    done, left = services.correct_all(
        found.run, found.contract, fault=fault,
        put={form.cleaned_data["was"]: form.cleaned_data["becomes"]},
        by=request.user.actor, at=found.at,
    )  # fmt: skip
    said = ngettext("%(n)s line is corrected.", "%(n)s lines are corrected.", done) % {"n": done}
    messages.success(request, said) if done else messages.info(request, said)
    if left:
        messages.warning(request, _("%(n)s lines have other faults, too.") % {"n": left})
    return redirect(f"{reverse('ingestion:lines', args=(code,))}?fault={fault.code}")


@staff_required
@require_POST
def leave(request: SignedInRequest, code: str) -> HttpResponse:
    """Leave one line out, or all with a fault."""
    found = bringing_in(request, code)
    form = forms.ReasonForm(request.POST, prefix="leave")
    number, fault = request.POST.get("line", ""), request.POST.get("fault", "")
    if not form.is_valid() or not (number.isdigit() or fault):
        messages.error(request, _("Please say why; nothing was left out."))
        return redirect("ingestion:lines", code=code)
    count = services.leave_out(
        found.run, lines=[int(number)] if number.isdigit() else None, fault=fault,
        by=request.user.actor, at=found.at, reason=form.cleaned_data["reason"],
    )  # fmt: skip
    messages.success(
        request,
        ngettext("%(n)s line is left out.", "%(n)s lines are left out.", count) % {"n": count},
    )
    return redirect("ingestion:lines", code=code)
