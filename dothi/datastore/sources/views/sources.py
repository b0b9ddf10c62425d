"""Sources: which there are, what came of them, start, stop, try, fetch now, fetch again."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.core import clock
from dothi.datastore.sources import forms, permissions, selectors, services
from dothi.datastore.sources.choices import Fault, Outcome, State
from dothi.datastore.sources.models import Fetch, Source
from dothi.datastore.sources.ports import kinds
from dothi.datastore.sources.services import wording
from dothi.datastore.sources.views.shared import Seen, managed, seen

PAGE = 50
TONES = {State.PAUSED: "paused", State.RUNNING: "good", State.HELD: "late"}
OUTCOMES = {
    Outcome.UNDER_WAY: "paused", Outcome.DELIVERED: "good", Outcome.NOTHING: "",
    Outcome.SAME: "", Outcome.STOPPED: "late", Outcome.FAULT: "late", Outcome.BROKEN_OFF: "near",
}  # fmt: skip


@staff_required
def all_sources(request: SignedInRequest) -> HttpResponse:
    """Every source of the datasets one looks after, with its state and last success."""
    at = clock.now()
    if not permissions.may_manage(request.user, on=at.date()):
        raise PermissionDenied
    page = Paginator(selectors.sources_seen_by(request.user, on=at.date()), PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "rows": [_line(one) for one in page.object_list],
        "next_url": f"?page={page.next_page_number()}" if page.has_next() else "",
    }
    return render(request, "sources/sources.html", context)


def _line(source: Source) -> dict[str, Any]:
    kind = kinds.get(source.kind)
    return {
        "source": source,
        "dataset": source.dataset.title,
        "kind": kind.title if kind else source.kind,
        "tone": TONES[State(source.state)],
        "fault": wording.fault(source.fault, source.facts) if source.fault else "",
    }


@staff_required
def source(request: SignedInRequest, code: str) -> HttpResponse:
    """One source: its settings without secrets, its state, what came of every try."""
    return _page(request, seen(request, code))


def _page(request: SignedInRequest, found: Seen, *, status: int = 200, **more: Any) -> HttpResponse:
    source, kind = found.source, kinds.get(found.source.kind)
    page = Paginator(selectors.fetches_of(source), PAGE).get_page(request.GET.get("page"))
    secrets = selectors.names_of_secrets(source)
    context = {
        **_line(source),
        "settings": [
            (one.label, _kept() if one.widget.is_secret else one.shown(value))
            for one in (kind.settings if kind else ())
            if (value := source.settings.get(one.name, "")) or one.name in secrets
        ],
        "contact": wording.masked(source.contact),
        "schedule": wording.schedule(source.every_minutes, source.daily_at),
        "fetches": [_try(one) for one in page.object_list],
        "may_manage": permissions.may_manage(
            request.user, source.dataset.unit_id, on=found.at.date()
        ),
        "may_backfill": bool(kind and kind.is_incremental(source.settings)) and not source.run,
        "backfill_form": forms.BackfillForm(),
        "next_url": f"?page={page.next_page_number()}" if page.has_next() else "",
        **more,
    }
    response = render(request, "sources/source.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _kept() -> str:
    return _("kept, not shown")


def _try(row: Fetch) -> dict[str, Any]:
    return {
        "row": row,
        "tone": OUTCOMES[Outcome(row.outcome)],
        "seconds": row.took_ms / 1000,
        "fault": wording.fault(row.fault, row.facts) if row.fault else "",
    }


@staff_required
@require_POST
def sample(request: SignedInRequest, code: str) -> HttpResponse:
    """The first rows as they come now, and whether they fit the contract."""
    found = managed(request, code)
    on = found.at.date()
    if not permissions.may_open_rows(request.user, found.source.dataset.unit_id, on=on):
        raise PermissionDenied
    made = services.sample(found.source, by=request.user.actor, at=found.at)
    said: list[str] = []
    if made.fault:
        said = [wording.fault(made.fault, made.facts)]
    elif made.unreadable:
        said = [wording.unreadable(made.unreadable)]
    elif made.departures:
        said = wording.misfit(made.departures)
    found_key = str(made.facts.get("found", "")) if made.fault == Fault.HOST_KEY else ""
    return _page(request, found, first=made, said=said, found_key=found_key)


def _done(
    request: SignedInRequest, code: str, verb: Callable[..., Source], said: str, **more: Any
) -> HttpResponse:
    found = managed(request, code)
    try:
        verb(found.source, by=request.user.actor, at=found.at, **more)
    except services.NotAllowedNow:
        messages.error(request, _("That is not possible now: the source is in another state."))
    except services.NotSound as error:
        for fault in error.faults.values():
            messages.error(request, wording.fault(fault, {}))
    else:
        messages.success(request, said)
    return redirect("sources:source", code=code)


@staff_required
@require_POST
def pause(request: SignedInRequest, code: str) -> HttpResponse:
    return _done(request, code, services.pause, _("Paused. Nothing more is fetched."))


@staff_required
@require_POST
def resume(request: SignedInRequest, code: str) -> HttpResponse:
    return _done(request, code, services.resume, _("Started. It is fetched in a moment."))


@staff_required
@require_POST
def fetch_now(request: SignedInRequest, code: str) -> HttpResponse:
    return _done(request, code, services.fetch_now, _("It is fetched in a moment."))


@staff_required
@require_POST
def backfill(request: SignedInRequest, code: str) -> HttpResponse:
    found = managed(request, code)
    form = forms.BackfillForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, backfill_form=form)
    return _done(
        request, code, services.backfill, _("It is fetched again from there."),
        since=form.cleaned_data["since"],
    )  # fmt: skip
