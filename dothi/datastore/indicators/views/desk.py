"""The steward's desk: indicators put together on a page."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, power_required
from dothi.core import clock
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.choices import State as DatasetState
from dothi.datastore.indicators import forms, selectors, services, wording
from dothi.datastore.indicators.choices import Power, State
from dothi.datastore.indicators.forms.making import initial_of
from dothi.datastore.indicators.models import Made

PREFIX = "made."
TONES = {State.DRAFT: "stopped", State.PUBLISHED: "good", State.RETIRED: "paused"}


@power_required(Power.DEFINE)
def made(request: SignedInRequest) -> HttpResponse:
    """What the stewards of these units put together, and over what something can be made."""
    at = clock.now()
    rows = [
        {"code": one.code, "title": wording.title(one), "state": one.get_state_display(),
         "tone": TONES[State(one.state)], "dataset": one.dataset, "changed_at": one.changed_at}
        for one in selectors.made_kept_by(request.user, on=at.date())
    ]  # fmt: skip
    choose = forms.ChooseForm(datasets=_datasets(request, at))
    return render(request, "indicators/made.html", {"rows": rows, "choose": choose})


def _datasets(request: SignedInRequest, at: datetime) -> list[Any]:
    kept = catalogue.datasets_kept_by(request.user, on=at.date())
    return [one for one in kept.exclude(state=DatasetState.RETIRED) if one.agreed is not None]


def _dataset(request: SignedInRequest, code: str, at: datetime) -> Any:
    found = next((one for one in _datasets(request, at) if one.code == code), None)
    if found is None:
        raise Http404
    return found


def _found(request: SignedInRequest, code: str, at: datetime) -> Made:
    one = selectors.made_kept_by(request.user, on=at.date()).filter(code=code).first()
    if one is None:
        raise Http404
    return one


@power_required(Power.DEFINE)
def new(request: SignedInRequest) -> HttpResponse:
    """Begin an indicator over a dataset."""
    at = clock.now()
    dataset = _dataset(request, request.GET.get("dataset", ""), at)
    assert dataset.agreed is not None
    form = forms.MakeForm(
        request.POST or None, dataset=dataset.code, columns=dataset.agreed.fields, is_new=True
    )
    if request.method == "POST" and form.is_valid():
        try:
            one = services.create(
                code=f"{PREFIX}{form.cleaned_data['slug']}", content=form.content,
                by=request.user, at=at,
            )  # fmt: skip
        except services.Refused as error:
            form.add_error("slug" if isinstance(error, services.CodeTaken) else None,
                           wording.refusal(error))  # fmt: skip
        else:
            messages.success(request, _("Saved as a draft. Try it out below, then publish it."))
            return redirect("indicators:edit", code=one.code)
    return _page(request, form, dataset, None, [])


@power_required(Power.DEFINE)
def edit(request: SignedInRequest, code: str) -> HttpResponse:
    """Change the working copy, and see what its tests say."""
    at = clock.now()
    one = _found(request, code, at)
    dataset = _dataset(request, one.dataset, at)
    assert dataset.agreed is not None
    content = services.content_of(one)
    form = forms.MakeForm(
        request.POST or None, dataset=dataset.code, columns=dataset.agreed.fields, is_new=False,
        initial=initial_of(content, one.revision),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            services.change(
                made=one, content=form.content, revision=form.cleaned_data["revision"] or 0,
                by=request.user, at=at,
            )  # fmt: skip
        except services.Refused as error:
            form.add_error(None, wording.refusal(error))
        else:
            messages.success(request, _("Saved. What is in force stays until you publish."))
            return redirect("indicators:edit", code=one.code)
        content = form.content
    flaws = services.flaws_of(content, by=request.user, at=at)
    results = [] if flaws else services.try_out(content, by=request.user, at=at)
    said = [wording.flaw(part, flaw) for part, flaw in flaws]
    return _page(request, form, dataset, one, said, results)


def _page(
    request: HttpRequest,
    form: forms.MakeForm,
    dataset: Any,
    one: Made | None,
    flaws: list[str],
    results: list[services.Result] | None = None,
) -> HttpResponse:
    return render(
        request,
        "indicators/make.html",
        {
            "form": form,
            "dataset": dataset.title,
            "is_open": dataset.share == "open",
            "one": None if one is None else {
                "code": one.code, "title": wording.title(one), "state": one.get_state_display(),
                "tone": TONES[State(one.state)], "revision": one.revision,
                "is_published": one.state == State.PUBLISHED,
            },
            "conditions": form.condition_rows(),
            "samples": form.test_rows(),
            "flaws": flaws,
            "results": [wording.result(result) for result in results or ()],
            "may_publish": bool(results) and not flaws
            and all(result.passed for result in results or ()),
        },
    )  # fmt: skip


@require_POST
@power_required(Power.DEFINE)
def publish(request: SignedInRequest, code: str) -> HttpResponse:
    """Put the working copy in force."""
    return _done(request, code, services.publish, _("Published. It is measured from now on."))


@require_POST
@power_required(Power.DEFINE)
def retire(request: SignedInRequest, code: str) -> HttpResponse:
    """Measure it no longer."""
    return _done(request, code, services.retire, _("It is measured no longer; its readings stay."))


def _done(request: SignedInRequest, code: str, verb: Any, words: str) -> HttpResponse:
    at = clock.now()
    one = _found(request, code, at)
    said = request.POST.get("revision", "")
    if not said.isdecimal() or len(said) > 9:
        raise PermissionDenied
    try:
        verb(made=one, revision=int(said), by=request.user, at=at)
    except services.Refused as error:
        messages.error(request, wording.refusal(error))
    else:
        messages.success(request, words)
    return redirect("indicators:edit", code=code)
