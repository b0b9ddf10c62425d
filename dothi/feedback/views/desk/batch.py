"""One act on many reports: choose, say what is needed once, and read what was done and what not."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.core import clock
from dothi.core.worklists import services as worklists
from dothi.core.worklists.http import Shown, said, ticked
from dothi.core.worklists.services import BatchReport
from dothi.feedback import permissions, rules, selectors, services
from dothi.feedback.choices import Act, State, Visibility
from dothi.feedback.models import Ticket
from dothi.feedback.services import NotYours
from dothi.feedback.views.desk import deeds
from dothi.feedback.views.desk.forms import FORMS, ActChoices, Words
from dothi.feedback.views.desk.queue import ACT_NAMES, BATCH, QUEUE, act_of

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
    tickets = ticked(request, selectors.tickets_seen_by(request.user, on=at.date()))

    def do(told: Mapping[str, Any]) -> BatchReport:
        return _do(request, act, tickets, dict(told), at)

    form = None if act in AT_ONCE else _form(request, act, at)
    named = (act.value, ACT_NAMES[act]())
    return QUEUE.batch(request, named, [_shown(one) for one in tickets], form=form, do=do)


def _shown(one: Ticket) -> Shown:
    return Shown(
        code=one.code, title=one.title, state=one.get_state_display(),
        url=reverse("feedback:ticket", args=[one.code]),
    )  # fmt: skip


def _form(request: SignedInRequest, act: Act, at: datetime) -> Words:
    on = at.date()
    choices = ActChoices(
        user=request.user,
        on=on,
        desks=selectors.desks(on=on) if act == Act.FORWARD else [],
        templates=selectors.templates_for(act=act, category_id=None),
        may_publish=True,
    )
    return FORMS[act](said(request), ticket=None, choices=choices)


def _do(
    request: SignedInRequest, act: Act, tickets: list[Ticket], data: dict[str, Any], at: datetime
) -> BatchReport:
    if act == Act.ASSIGN:
        data = {"person": request.user.pk}

    def one(ticket: Ticket) -> None:
        if not permissions.may(request.user, act, ticket, on=at.date()):
            refuse_now(ticket, act)
        if data.get("publish"):
            data["publish"] = permissions.may_publish(request.user, ticket, on=at.date())
        deeds.do(act, user=request.user, ticket=ticket, data=dict(data), photos=[], at=at)

    return worklists.batch(one, tickets)


def refuse_now(ticket: Ticket, act: Act) -> None:
    """Say why: either the state is wrong, or the post is."""
    offered = rules.acts_from(State(ticket.state), visibility=Visibility(ticket.visibility))
    if act not in offered:
        raise services.NotAllowedNow(ticket.code, State(ticket.state))
    raise NotYours
