"""The worklist: what to do first, narrowed, kept under a name, and taken out as a file."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from dothi.accounts import selectors as accounts
from dothi.accounts.http import SignedInRequest, staff_required
from dothi.accounts.models import User
from dothi.core import clock
from dothi.core.clocks.models import Clock
from dothi.core.clocks.selectors import ClockView
from dothi.core.clocks.selectors import views as clock_views
from dothi.feedback import permissions, rules, selectors, services
from dothi.feedback.choices import Act, Power, State
from dothi.feedback.models import Ticket
from dothi.feedback.selectors.desk import Load, QueueFilters
from dothi.feedback.services import Refused
from dothi.feedback.views.desk.forms import Choices, QueueForm

PAGE = 50
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
    answer: ClockView | None
    forward: ClockView | None  # Its minutes at the intake, while it waits there.
    tone: str


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A worklist that many need, one tap away, with how much is in it."""

    title: str
    query: str
    count: int | None
    tone: str
    current: bool


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
    asked = asked_for(request.GET)
    return render(
        request,
        "feedback/desk/queue.html",
        {
            "form": form,
            "rows": rows_of(page.items, at),
            "load": load,
            "tabs": tabs(load, asked),
            "cols": urlencode({"cols": ticked(request.GET)}, doseq=True),
            "narrowed": any(asked.get(name) for name in ("q", "state", "unit", "category",
                                                         "channel", "whose")),
            "saved": selectors.filters_of(request.user),
            "next_url": _with(request.GET, after=page.next) if page.next else "",
            "first_url": _with(request.GET, after="") if after else "",
            "may_export": permissions.may_export(request.user, on=on),
            "may_enter": permissions.may_enter(request.user, on=on),
            "may_import": permissions.may_import(request.user, on=on),
            "may_lead": permissions.may_lead(request.user, on=on),
            "query": asked.urlencode(),
            "columns": columns(request.GET),
            "acts": batch_acts(request.user, at),
            "at": at,
        },
    )  # fmt: skip


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
        categories=_one(data.get("category")),
        channels=_one(data.get("channel")),
        unit_codes=_one(data.get("unit")),
        mine=data.get("whose") == "mine",
        nobody=data.get("whose") == "nobody",
        overdue_at=at if show == "late" else None,
        unread=show == "unread",
        to_publish=show == "publish",
        closed=show == "done" or (bool(states) and states <= CLOSED),
    )


COLUMNS: dict[str, Any] = {
    "state": gettext_lazy("State"),
    "time": gettext_lazy("Time"),
    "with": gettext_lazy("With"),
    "received": gettext_lazy("Received"),
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column that can be left out; the address says which are shown, so a filter keeps them."""

    name: str
    title: str
    shown: bool


def ticked(data: QueryDict) -> list[str]:
    return [name for name in COLUMNS if name in data.getlist("cols")]


def columns(data: QueryDict) -> dict[str, Column]:
    """The columns of the worklist: those that were ticked, or all."""
    shown = ticked(data) or list(COLUMNS)
    return {
        name: Column(name=name, title=str(title), shown=name in shown)
        for name, title in COLUMNS.items()
    }


CLOSED = {state.value for state in rules.CLOSED}


def _one(value: str | None) -> frozenset[str]:
    return frozenset({value} if value else ())


def rows_of(tickets: list[Ticket], at: datetime) -> list[Row]:
    """Lines with their chips; the minutes of the intake are asked for once."""
    waiting = {row.forward_clock_id for row in tickets if row.forward_clock_id}
    forwards = Clock.objects.in_bulk(waiting) if waiting else {}
    chips = clock_views([*(row.clock for row in tickets if row.clock), *forwards.values()], at=at)
    return [
        Row(
            ticket=row,
            answer=chips.get(row.clock_id or 0),
            forward=chips.get(row.forward_clock_id or 0),
            tone=TONES.get(State(row.state), "neutral"),
        )
        for row in tickets
    ]


def tabs(load: Load, asked: QueryDict) -> list[Tab]:
    """The worklists that every post looks at."""
    here = (asked.get("show", ""), asked.get("whose", ""))
    found = [
        (_("Open"), "", "", load.open, ""),
        (_("To be sent on"), "forward", "", load.to_forward, "late" if load.late_forward else ""),
        (_("Overdue"), "late", "", load.overdue, "late"),
        (_("Mine"), "", "mine", load.mine, ""),
        (_("Unread messages"), "unread", "", load.unread, "near"),
        (_("To be published"), "publish", "", load.to_publish, ""),
        (_("Closed"), "done", "", None, ""),
    ]
    return [
        Tab(
            title=title,
            query="&".join(f"{k}={v}" for k, v in (("show", show), ("whose", whose)) if v),
            count=count,
            tone=tone if count else "",
            current=here == (show, whose),
        )
        for title, show, whose, count, tone in found
        if count is None or count or not show or show == "late"
    ]


def asked_for(data: QueryDict) -> QueryDict:
    """The address without the page: what is saved, exported, and led back to."""
    kept = data.copy()
    kept.pop("after", None)
    for name in [name for name, value in kept.items() if not value]:
        kept.pop(name)
    return kept


def _with(data: QueryDict, *, after: str) -> str:
    kept = asked_for(data)
    if after:
        kept["after"] = after
    return f"?{kept.urlencode()}"


# --- Filters under a name ------------------------------------------------------------------------


@staff_required
@require_POST
def save_filter(request: SignedInRequest) -> HttpResponse:
    """Keep the worklist as it is narrowed now."""
    query = asked_for(QueryDict(request.POST.get("query", "")[:500])).urlencode()
    try:
        services.save_filter(user=request.user, name=request.POST.get("name", ""), query=query)
    except Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The filter is kept. You find it above the list."))
    return redirect(f"{reverse('feedback:queue')}?{query}")


@staff_required
@require_POST
def forget_filter(request: SignedInRequest, pk: int) -> HttpResponse:
    services.forget_filter(user=request.user, pk=pk)
    messages.success(request, _("The filter is removed."))
    return redirect("feedback:queue")


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


def chosen(request: SignedInRequest, at: datetime) -> list[Ticket]:
    """The reports that were ticked and that this person sees, in the order of the list."""
    codes = request.POST.getlist("codes")[:200]
    if not codes:
        return []
    rows = selectors.tickets_seen_by(request.user, on=at.date()).filter(code__in=codes)
    found = {row.code: row for row in rows}
    return [found[code] for code in dict.fromkeys(codes) if code in found]


def back_to(request: SignedInRequest) -> str:
    query = asked_for(QueryDict(request.POST.get("query", "")[:500])).urlencode()
    return f"{reverse('feedback:queue')}?{query}" if query else reverse("feedback:queue")


def act_of(request: SignedInRequest) -> Act:
    try:
        return Act(request.POST.get("act", ""))
    except ValueError as error:
        raise PermissionDenied from error
