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
from dothi.cases import permissions, registry, rules, selectors
from dothi.cases.choices import Delivery, Power, Status
from dothi.cases.models import Dossier
from dothi.cases.selectors import QueueFilters
from dothi.cases.selectors.tables import Load
from dothi.cases.views.desk import showing
from dothi.cases.views.desk.forms import Choices, QueueForm
from dothi.core import clock
from dothi.core.audit.services import record
from dothi.core.clock import local, local_or_none
from dothi.core.clocks.models import Clock
from dothi.core.clocks.selectors import ClockView
from dothi.core.clocks.selectors import views as clock_views
from dothi.core.downloads import Sent, lines_of, send
from dothi.core.worklists.http import Named, Worklist, one_of
from dothi.lib import names_vi
from dothi.procedures import selectors as procedures
from dothi.procedures import wording
from dothi.procedures.choices import Way
from dothi.procedures.rules import steps

PAGE = 50
QUEUE = Worklist(
    code="cases",
    title=gettext_lazy("Dossiers"),
    many=lambda n: ngettext("%(n)s dossier", "%(n)s dossiers", n) % {"n": n},
    columns={
        "state": gettext_lazy("State"),
        "time": gettext_lazy("Time"),
        "step": gettext_lazy("Step"),
        "with": gettext_lazy("With"),
        "submitted": gettext_lazy("Submitted"),
    },
    narrowing=("q", "status", "unit", "procedure", "way", "whose", "since", "until"),
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the worklist, with everything that is shown of it."""

    dossier: Dossier
    code: str
    title: str
    step: str
    applicant: str
    clock: ClockView | None  # Of the result; of the reply before it is received.
    step_clock: ClockView | None
    tone: str
    alarm: bool
    by_post: bool  # Finished, and to be sent by post.


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
        "cases/desk/queue.html",
        frame
        | {
            "form": form,
            "rows": rows_of(page.items, at),
            "may_export": permissions.may_export(request.user, on=on),
            "may_receive": permissions.may_receive(request.user, on=on),
            "may_lead": permissions.may_lead(request.user, on=on),
            "receipt_kind": registry.RECEIVED.code,
            "acts": batch_acts(request.user, at),
        },
    )


# --- What it is narrowed to ----------------------------------------------------------------------


def queue_form(user: User, data: QueryDict, at: datetime) -> QueueForm:
    on = at.date()
    return QueueForm(
        data or None,
        statuses=[(str(one.value), one.label) for one in Status],
        procedures=[
            (code, wording.said(procedures.content_of(pk).name))
            for pk, code in procedures.in_force(on)
            .order_by("procedure__code")
            .values_list("pk", "procedure__code")
        ],
        units=_units(user, at),
        ways=[(str(one.value), one.label) for one in Way],
    )


def _units(user: User, at: datetime) -> Choices:
    """The units whose dossiers this person sees: those of today only."""
    found = [
        unit
        for unit in permissions.units_seen(user, on=at.date())
        if unit.valid_to is None or unit.valid_to > at.date()
    ]
    return [(unit.code, unit.name) for unit in sorted(found, key=lambda unit: unit.name_vi)]


def filters_of(form: QueueForm, at: datetime) -> QueueFilters:
    """What the form asks for; one that cannot be read narrows nothing."""
    data = form.cleaned_data if form.is_valid() else {}
    show, search = data.get("show", ""), data.get("q", "")
    statuses = {int(data["status"])} if data.get("status") else set()
    statuses |= {
        "new": {Status.NEW.value},
        "waiting": {one.value for one in rules.WAITING},
        "give": {Status.DONE.value},
    }.get(show, set())
    final = {one.value for one in rules.FINAL}
    return QueueFilters(
        search=search,
        statuses=frozenset(statuses),
        procedures=one_of(data.get("procedure")),
        unit_codes=one_of(data.get("unit")),
        ways=frozenset({int(data["way"])} if data.get("way") else ()),
        mine=data.get("whose") == "mine",
        nobody=data.get("whose") == "nobody",
        overdue_at=at if show == "late" else None,
        step_overdue_at=at if show == "step" else None,
        since=data.get("since"),
        until=data.get("until"),
        closed=show == "done" or (bool(statuses) and statuses <= final),
        elsewhere=show == "elsewhere",
        anywhere=bool(search) and not show,
    )


# --- What it shows -------------------------------------------------------------------------------


def rows_of(dossiers: list[Dossier], at: datetime) -> list[Row]:
    """Lines with their chips; what the procedures are called is read once a process."""
    applicants = selectors.applicants_of(dossiers) if dossiers else {}
    named = (one for row in dossiers for one in (row.clock, row.step_clock, row.reply_clock))
    chips = clock_views([one for one in named if isinstance(one, Clock)], at=at)
    return [
        Row(
            dossier=row,
            code=row.code,
            title=title_of(row),
            step=step_name(row),
            applicant=names_vi.masked(applicants[row.pk].name) if row.pk in applicants else "",
            clock=chips.get(row.reply_clock_id or row.clock_id or 0),
            step_clock=chips.get(row.step_clock_id or 0),
            tone=showing.TONES.get(Status(row.status), "neutral"),
            alarm=showing.is_late(row, at),
            by_post=row.delivery == Delivery.POST and row.status == Status.DONE,
        )
        for row in dossiers
    ]


def title_of(row: Dossier) -> str:
    return wording.said(procedures.content_of(row.version_id).name)


def step_name(row: Dossier) -> str:
    if not row.step:
        return ""
    definition = procedures.content_of(row.version_id)
    return wording.said(steps.step_of(definition.steps, row.step).name)


def tabs(load: Load) -> Iterable[Named]:
    """The worklists that every post looks at."""
    return (
        (_("Open"), "", "", load.open, ""),
        (_("To be looked at"), "new", "", load.new, "near"),
        (_("Overdue"), "late", "", load.overdue, "late"),
        (_("Step overdue"), "step", "", load.step_overdue, "late"),
        (_("Mine"), "", "mine", load.mine, ""),
        (_("Nobody's"), "", "nobody", load.nobody, ""),
        (_("Waiting for the applicant"), "waiting", "", load.waiting, ""),
        (_("To be given back"), "give", "", load.to_give, ""),
        (_("Handled elsewhere"), "elsewhere", "", None, ""),
        (_("Closed"), "done", "", None, ""),
    )


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


def batch_acts(user: User, at: datetime) -> list[tuple[str, str]]:
    """What this person's posts may do to many dossiers at once."""
    standing = accounts.standing(user, on=at.date())
    found = []
    if standing.may(Power.RECEIVE):
        found += [("receive", _("Receive")), ("give", _("Give back"))]
    if standing.may(Power.HANDLE):
        found += [("begin", _("Take on")), ("hand_over", _("End the step"))]
    if standing.may(Power.LEAD):
        found.append(("assign", _("Give to an officer")))
    return found


# --- As a file -----------------------------------------------------------------------------------


def heads() -> list[str]:
    """The head line, in the reader's language."""
    return [
        _("Number"), _("Procedure"), _("Code of the procedure"), _("State"), _("Step"),
        _("Came in by"), _("Submitted"), _("Received"), _("Promised"), _("Due"), _("Finished"),
        _("Given back"), _("Received at"), _("Decides"), _("With"), _("Officer"),
    ]  # fmt: skip


@staff_required
def export(request: SignedInRequest, form: str) -> Sent:
    """The filtered worklist, row by row. Who applied is not in it."""
    at = clock.now()
    if not permissions.may_export(request.user, on=at.date()):
        raise PermissionDenied
    filters = filters_of(queue_form(request.user, request.GET, at), at)
    rows = selectors.queue_rows(request.user, on=at.date(), filters=filters)
    record("cases.export", subject="cases.queue", by=request.user.actor, at=at, form=form)
    return send(form, heads(), lines_of(rows.order_by("id"), _values), f"cases-{at:%Y%m%d-%H%M}")


def _values(row: Dossier) -> tuple[Any, ...]:
    person = row.handling_person
    times = (row.received_at, row.promised_at, row.due_at, row.done_at, row.returned_at)
    return (
        row.code, title_of(row), row.procedure, row.get_status_display(), step_name(row),
        row.get_way_display(), local(row.submitted_at), *map(local_or_none, times),
        row.receiving_unit.name, row.unit.name, row.handling_unit.name,
        person.get_full_name() if person else "",
    )  # fmt: skip
