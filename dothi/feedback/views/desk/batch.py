"""One act on many reports: choose, say what is needed once, and read what was done and what not."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.core import clock
from dothi.feedback import permissions, rules, selectors, services
from dothi.feedback.choices import Act, State, Visibility
from dothi.feedback.models import Ticket
from dothi.feedback.services import BatchReport, NotYours
from dothi.feedback.views.desk import deeds
from dothi.feedback.views.desk.forms import FORMS, ActChoices, Words
from dothi.feedback.views.desk.queue import ACT_NAMES, BATCH, act_of, back_to, chosen

# These need nothing said.
AT_ONCE = frozenset({Act.ASSIGN, Act.PUBLISH})


@staff_required
@require_POST
def batch(request: SignedInRequest) -> HttpResponse:
    """First the reports that were ticked and what the act needs; then what became of each."""
    at = clock.now()
    act = act_of(request)
    if act not in BATCH:
        raise PermissionDenied
    tickets = chosen(request, at)
    if not tickets:
        messages.warning(request, _("Please tick at least one report."))
        return redirect(back_to(request))
    said = request.POST.get("said") == "1"
    form = _form(request, act, at, bound=said)
    if act in AT_ONCE or (said and form.is_valid()):
        report = _do(request, act, tickets, form, at)
        context = {"report": _named(report, tickets)}
        return render(request, "feedback/desk/batch_done.html", context | _context(request, act))
    return render(
        request,
        "feedback/desk/batch.html",
        {"form": form, "tickets": tickets} | _context(request, act),
        status=422 if said else 200,
    )


def _context(request: SignedInRequest, act: Act) -> dict[str, Any]:
    return {
        "act": act.value,
        "act_name": ACT_NAMES[act](),
        "back": back_to(request),
        "query": request.POST.get("query", ""),
    }


def _form(request: SignedInRequest, act: Act, at: datetime, *, bound: bool) -> Words:
    on = at.date()
    choices = ActChoices(
        user=request.user,
        on=on,
        desks=selectors.desks(on=on) if act == Act.FORWARD else [],
        templates=selectors.templates_for(act=act, category_id=None),
        may_publish=True,
    )
    kind = Words if act in AT_ONCE else FORMS[act]
    return kind(request.POST if bound else None, ticket=None, choices=choices)


def _do(
    request: SignedInRequest, act: Act, tickets: list[Ticket], form: Words, at: datetime
) -> BatchReport:
    data = form.cleaned_data if form.is_bound and form.is_valid() else {}
    if act == Act.ASSIGN:
        data = {"person": request.user.pk}

    def one(*, ticket: Ticket) -> None:
        if not permissions.may(request.user, act, ticket, on=at.date()):
            refuse_now(ticket, act)
        if data.get("publish"):
            data["publish"] = permissions.may_publish(request.user, ticket, on=at.date())
        deeds.do(act, user=request.user, ticket=ticket, data=dict(data), photos=[], at=at)

    return services.batch(one, tickets)


def refuse_now(ticket: Ticket, act: Act) -> None:
    """Say why: either the state is wrong, or the post is."""
    offered = rules.acts_from(State(ticket.state), visibility=Visibility(ticket.visibility))
    if act not in offered:
        raise services.NotAllowedNow(ticket.code, ticket.state)
    raise NotYours


def _named(report: BatchReport, tickets: list[Ticket]) -> dict[str, Any]:
    by_code = {ticket.code: ticket for ticket in tickets}
    return {
        "done": [by_code[code] for code in report.done],
        "failed": [(by_code[code], why) for code, why in report.failed],
    }
