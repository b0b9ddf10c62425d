"""Deliveries: send a file, watch it being read, see what would change, publish or give up."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.core import clock
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.ingestion import forms, permissions, selectors, services, wording
from dothi.datastore.ingestion.choices import Refusal, RunState
from dothi.datastore.ingestion.models import Run
from dothi.datastore.ingestion.rules import shapes
from dothi.datastore.ingestion.views.shared import Seen, bringing_in, seen
from dothi.datastore.tables import selectors as tables
from dothi.datastore.tables.services import SchemaRefused

PAGE = 50
ON_ITS_WAY = (RunState.WAITING, RunState.READING)
ENDED = (RunState.REFUSED, RunState.DROPPED, RunState.FAILED)
TONES = {
    RunState.WAITING: "paused", RunState.READING: "paused", RunState.CHECKED: "near",
    RunState.PUBLISHED: "good", RunState.REFUSED: "late", RunState.FAILED: "late",
    RunState.DROPPED: "",
}  # fmt: skip


@staff_required
def deliveries(request: SignedInRequest) -> HttpResponse:
    """All deliveries of the datasets one looks after; send another one."""
    at = clock.now()
    on = at.date()
    if not permissions.may_bring_in(request.user, on=on):
        raise PermissionDenied
    kept = {
        row.code: row
        for row in catalogue.datasets_kept_by(request.user, on=on)
        if permissions.may_bring_in(request.user, row.unit_id, on=on)
    }
    chosen = request.GET.get("dataset", "")
    by_hand = [(code, row.title) for code, row in kept.items() if not row.registered]
    form = forms.SendForm(request.POST or None, request.FILES or None, datasets=by_hand,
                          initial={"dataset": chosen})  # fmt: skip
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        dataset = kept[form.cleaned_data["dataset"]]
        try:
            delivery = services.receive(
                dataset=dataset.code, chunks=upload.chunks(), name=upload.name or "",
                by=request.user.actor, at=at,
            )  # fmt: skip
        except services.HeldErased:
            for sentence in wording.refusal(Refusal.ERASED, {}):
                messages.error(request, sentence)
            return redirect("ingestion:deliveries")
        if dataset.agreed is None:
            return redirect("ingestion:proposal", code=delivery.code)
        try:
            run = services.begin(delivery, dataset.agreed, by=request.user.actor, at=at)
        except services.OnItsWay as error:
            messages.info(request, _("This very file came before; here is how far it is."))
            return redirect("ingestion:run", code=error.run)
        return redirect("ingestion:run", code=run.code)
    runs = selectors.runs_seen_by(request.user, on=on)
    page = Paginator(runs.filter(dataset=chosen) if chosen else runs, PAGE).get_page(
        request.GET.get("page")
    )
    rows = [
        {"run": run, "title": kept[run.dataset].title if run.dataset in kept else run.dataset,
         "tone": TONES[RunState(run.state)]}
        for run in page.object_list
    ]  # fmt: skip
    context = {
        "form": form,
        "rows": rows,
        "may_send": bool(by_hand),
        "chosen": kept.get(chosen),
        "feeds": [
            {"fed": fed, "title": kept[fed.dataset].title}
            for fed in selectors.feeds()
            if fed.dataset in kept and chosen in ("", fed.dataset)
        ],
        "next_url": _next_url(chosen, page.next_page_number()) if page.has_next() else "",
    }
    return render(request, "ingestion/deliveries.html", context, status=422 if form.errors else 200)


def _next_url(chosen: str, page: int) -> str:
    return "?" + urlencode({"dataset": chosen, "page": page} if chosen else {"page": page})


@staff_required
def run(request: SignedInRequest, code: str) -> HttpResponse:
    """One delivery: how far it is, its ledger, what is wrong, what publishing would change."""
    return _page(request, seen(request, code))


def _page(request: SignedInRequest, found: Seen, **more: Any) -> HttpResponse:
    run = found.run
    on = found.at.date()
    faults = [
        {"count": one, "text": wording.fault(one.fault, found.contract)}
        for one in selectors.faults_of(run)
    ]
    context = {
        **_state(found),
        "faults": faults,
        "corrected": sum(row["count"].corrected for row in faults),  # type: ignore[attr-defined]
        "refusal": wording.refusal(run.refusal, run.facts) if run.refusal else [],
        "since": _since(run),
        "may_propose": run.refusal == Refusal.SHAPE
        and permissions.may_propose(request.user, found.unit, on=on),
        "newer": found.newest if run.state in ENDED and found.newest != run.contract else None,
        "changes": _changes(found),
        "mends": list(run.mends.order_by("id")),
        "may_bring_in": permissions.may_bring_in(request.user, found.unit, on=on),
        "may_publish": permissions.may_publish(request.user, found.unit, on=on),
        "give_up_form": forms.ReasonForm(),
        **more,
    }
    return render(request, "ingestion/run.html", context, status=422 if more else 200)


def _since(run: Run) -> dict[str, Any] | None:
    """Of a refused file: what is different from the last one that was accepted."""
    last = selectors.last_accepted(run) if run.refusal and run.shape else None
    if last is None:
        return None
    return {"run": last, "sentences": wording.since(shapes.since(last.shape, run.shape))}


def _state(found: Seen) -> dict[str, Any]:
    run = found.run
    size = run.delivery.size or 1
    return {
        "run": run,
        "title": found.title,
        "tone": TONES[RunState(run.state)],
        "on_its_way": run.state in ON_ITS_WAY,
        "percent": min(99, int(100 * run.position / size)),
        "ledger": run.ledger,
    }


def _changes(found: Seen) -> dict[str, Any] | None:
    """What publishing would change, or why it would be refused."""
    if found.run.state != RunState.CHECKED:
        return None
    try:
        return {"made": services.preview(found.run, found.contract)}
    except tables.KeyNotUnique:
        return {
            "refused": [_("Two rows have the same key. Please tell who looks after the house.")]
        }
    except SchemaRefused as error:
        return {"refused": wording.schema_refused(error)}


@staff_required
def state(request: SignedInRequest, code: str) -> HttpResponse:
    """The part of the page that moves while a delivery is read."""
    found = seen(request, code)
    response = render(request, "ingestion/_state.html", _state(found))
    if found.run.state not in ON_ITS_WAY:
        response["HX-Refresh"] = "true"
    return response


@staff_required
@require_POST
def publish(request: SignedInRequest, code: str) -> HttpResponse:
    found = seen(request, code)
    if not permissions.may_publish(request.user, found.unit, on=found.at.date()):
        raise PermissionDenied
    try:
        done = services.publish(
            found.run, found.contract, by=request.user.actor, at=found.at,
            comment=request.POST.get("comment", "")[:300],
        )  # fmt: skip
    except found.run.DoesNotExist:
        messages.error(request, _("It is not ready to be published."))
    except SchemaRefused as error:
        for sentence in wording.schema_refused(error):
            messages.error(request, sentence)
    else:
        messages.success(
            request, _("Published as version %(number)s.") % {"number": done.published}
        )
    return redirect("ingestion:run", code=code)


@staff_required
@require_POST
def take_corrected(request: SignedInRequest, code: str) -> HttpResponse:
    found = bringing_in(request, code)
    try:
        count = services.take_corrected(
            found.run, found.contract, by=request.user.actor, at=found.at
        )
    except services.NotHere:
        messages.error(request, _("Nothing can be taken into this delivery any more."))
    else:
        messages.success(request, _("Taken: %(count)s corrected lines.") % {"count": count})
    return redirect("ingestion:run", code=code)


@staff_required
@require_POST
def give_up(request: SignedInRequest, code: str) -> HttpResponse:
    found = bringing_in(request, code)
    form = forms.ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, found, give_up_form=form)
    try:
        services.give_up(
            found.run, by=request.user.actor, at=found.at, reason=form.cleaned_data["reason"]
        )
    except found.run.DoesNotExist:
        messages.error(request, _("It is published or left already."))
    else:
        messages.success(request, _("Given up. The file can be sent again."))
    return redirect("ingestion:run", code=code)
