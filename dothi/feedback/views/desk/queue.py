"""The worklist: what to do first, narrowed, kept under a name, and taken out as a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from dothi.accounts import selectors as accounts
from dothi.accounts.http import SignedInRequest, staff_required
from dothi.accounts.models import User
from dothi.core import clock
from dothi.core.clocks.models import Clock
from dothi.core.clocks.selectors import ClockView
from dothi.core.clocks.selectors import views as clock_views
from dothi.core.worklists.http import Named, Worklist, one_of
from dothi.feedback import permissions, rules, selectors
from dothi.feedback.choices import Act, Power, State
from dothi.feedback.models import Ticket
from dothi.feedback.selectors.desk import CAP, Load, QueueFilters
from dothi.feedback.views.desk.forms import Choices, QueueForm

PAGE = 50
QUEUE = Worklist(
    code="feedback",
    title=gettext_lazy("Reports"),
    many=lambda n: ngettext("%(n)s report", "%(n)s reports", n) % {"n": n},
    columns={
        "state": gettext_lazy("State"),
        "time": gettext_lazy("Time"),
        "with": gettext_lazy("With"),
        "received": gettext_lazy("Received"),
    },
    narrowing=("q", "state", "unit", "category", "channel", "whose"),
)
CLOSED = {state.value for state in rules.CLOSED}
TONES = {
    State.RECEIVED: "near",
    State.REOPENED: "near",
    State.NEEDS_INFO: "paused",
    State.RESOLVED: "met",
    State.PUBLISHED: "met",
    State.IN_PROGRESS: "good",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the worklist, with everything that is shown of it."""

    ticket: Ticket
    code: str
    answer: ClockView | None
    forward: ClockView | None  # Its minutes at the intake, while it waits there.
    tone: str
    alarm: bool


@staff_required
def queue(request: SignedInRequest) -> HttpResponse:
    """The worklist of one's posts, most urgent first."""
    at = clock.now()
    on = at.date()
    form = queue_form(request.user, request.GET, at)
    filters = filters_of(form, at)
    after = request.GET.get("after", "")
    page = selectors.queue(request.user, on=on, filters=filters, after=after, limit=PAGE)
    load = selectors.load_of(request.user, on=on, at=at)
    frame = QUEUE.context(request, tabs=tabs(load), following=page.next)
    return render(
        request,
        "feedback/desk/queue.html",
        frame
        | {
            "form": form,
            "rows": rows_of(page.items, at),
            "load": load,
            "cap": CAP,
            "may_export": permissions.may_export(request.user, on=on),
            "may_enter": permissions.may_enter(request.user, on=on),
            "may_import": permissions.may_import(request.user, on=on),
            "may_lead": permissions.may_lead(request.user, on=on),
            "acts": batch_acts(request.user, at),
        },
    )


def queue_form(user: User, data: QueryDict, at: datetime) -> QueueForm:
    return QueueForm(data or None, on=at.date(), units_seen=units_seen_by(user, at))


def units_seen_by(user: User, at: datetime) -> Choices:
    """The units whose reports this person sees: those of today only."""
    where = accounts.standing(user, on=at.date()).units_for(Power.SEE)
    known = selectors.catalogue.current().units
    found = [known[key] for key in where if key in known]
    in_force = [unit for unit in found if unit.valid_to is None or unit.valid_to > at.date()]
    return [(unit.code, unit.name) for unit in sorted(in_force, key=lambda unit: unit.name_vi)]


def filters_of(form: QueueForm, at: datetime) -> QueueFilters:
    """What the form asks for; one that cannot be read narrows nothing."""
    data = form.cleaned_data if form.is_valid() else {}
    show = data.get("show", "")
    states = {data["state"]} if data.get("state") else set()
    if show == "forward":
        states = {State.RECEIVED.value}
    return QueueFilters(
        search=data.get("q", ""),
        states=frozenset(states),
        categories=one_of(data.get("category")),
        channels=one_of(data.get("channel")),
        unit_codes=one_of(data.get("unit")),
        mine=data.get("whose") == "mine",
        nobody=data.get("whose") == "nobody",
        overdue_at=at if show == "late" else None,
        unread=show == "unread",
        to_publish=show == "publish",
        closed=show == "done" or (bool(states) and states <= CLOSED),
    )


def rows_of(tickets: list[Ticket], at: datetime) -> list[Row]:
    """Lines with their chips; the minutes of the intake are asked for once."""
    waiting = {row.forward_clock_id for row in tickets if row.forward_clock_id}
    forwards = Clock.objects.in_bulk(waiting) if waiting else {}
    chips = clock_views([*(row.clock for row in tickets if row.clock), *forwards.values()], at=at)
    return [
        Row(
            ticket=row,
            code=row.code,
            answer=chips.get(row.clock_id or 0),
            forward=chips.get(row.forward_clock_id or 0),
            tone=TONES.get(State(row.state), "neutral"),
            alarm=bool(row.danger),
        )
        for row in tickets
    ]


def tabs(load: Load) -> Iterable[Named]:
    """The worklists that every post looks at; some only while there is something in them."""
    found: tuple[Named, ...] = (
        (_("Open"), "", "", load.open, ""),
        (_("To be sent on"), "forward", "", load.to_forward, "late" if load.late_forward else ""),
        (_("Overdue"), "late", "", load.overdue, "late"),
        (_("Mine"), "", "mine", load.mine, ""),
        (_("Unread messages"), "unread", "", load.unread, "near"),
        (_("To be published"), "publish", "", load.to_publish, ""),
        (_("Closed"), "done", "", None, ""),
    )
    return (one for one in found if one[3] != 0 or one[1] in ("", "late"))


# --- Filters under a name ------------------------------------------------------------------------


@staff_required
@require_POST
def save_filter(request: SignedInRequest) -> HttpResponse:
    return QUEUE.save_filter(request)


@staff_required
@require_POST
def forget_filter(request: SignedInRequest, pk: int) -> HttpResponse:
    return QUEUE.forget_filter(request, pk)


# --- Acts on many --------------------------------------------------------------------------------

BATCH: tuple[Act, ...] = (
    Act.ACCEPT, Act.FORWARD, Act.ASSIGN, Act.PUBLISH, Act.HOLD_BACK, Act.REJECT,
)  # fmt: skip


def batch_acts(user: User, at: datetime) -> list[tuple[str, str]]:
    """What this person's posts may do to many reports at once."""
    standing = accounts.standing(user, on=at.date())
    return [
        (act.value, ACT_NAMES[act]())
        for act in BATCH
        if any(standing.may(power) for power in rules.powers_for(act))
    ]


ACT_NAMES: dict[Act, Any] = {
    Act.ACCEPT: lambda: _("Accept"),
    Act.FORWARD: lambda: _("Send on"),
    Act.ASSIGN: lambda: _("Take it"),
    Act.PUBLISH: lambda: _("Publish"),
    Act.HOLD_BACK: lambda: _("Hold back"),
    Act.REJECT: lambda: _("Do not accept"),
}


def act_of(request: SignedInRequest) -> Act:
    try:
        return Act(request.POST.get("act", ""))
    except ValueError as error:
        raise PermissionDenied from error
