"""A person's own page: who read data about them, what they ask for, and how it stands."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest
from dothi.core import clock
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.rights import selectors, services
from dothi.datastore.rights.choices import Right, State
from dothi.datastore.rights.forms import AskForm
from dothi.datastore.rights.models import RightsRequest
from dothi.datastore.rights.rules import SHOWS
from dothi.datastore.rights.views import shared
from dothi.datastore.sharing import services as sharing


@never_cache
@login_required
def page(request: SignedInRequest) -> HttpResponse:
    """Ask, follow, and see who read."""
    at = clock.now()
    form = AskForm(request.POST or None)
    if form.is_valid():
        try:
            made = services.ask(
                right=Right(form.cleaned_data["right"]), person=request.user,
                words=form.cleaned_data["words"], at=at,
            )  # fmt: skip
        except services.Refused as error:
            form.add_error("words", error.message)
        else:
            messages.success(request, _("Your request is with us. We acknowledge it in two days."))
            return redirect("rights:mine", code=made.code)
    objected = selectors.objected(request.user)
    context: dict[str, Any] = {
        "form": form,
        "confirmed": shared.confirmed_of(request.user),
        "requests": [shared.shown(one, at=at) for one in selectors.requests_of(request.user)[:100]],
        "reads": [
            {"read": one, "objected": one.look.pk in objected}
            for one in services.reads_of(request.user)
        ],
    }
    status = 422 if form.is_bound else 200
    return render(request, "rights/page.html", context, status=status)


@require_POST
@login_required
def object_to(request: SignedInRequest, look: int) -> HttpResponse:
    """Object to one reading: the clock of the law begins."""
    at = clock.now()
    found = next(((one, of) for one, of in services.looks_of(request.user) if one.pk == look), None)
    if found is None:
        raise Http404
    dataset = catalogue.every_dataset().filter(code=found[1]).first() if found[1] else None
    try:
        made = services.ask(
            right=Right.OBJECT, person=request.user, words=request.POST.get("words", ""), at=at,
            dataset=dataset, look=found[0],
        )  # fmt: skip
    except services.Refused as error:
        messages.error(request, error.message)
        return redirect("rights:page")
    messages.success(request, _("Your objection is with those who answer for the data."))
    return redirect("rights:mine", code=made.code)


def _own(request: SignedInRequest, code: str) -> RightsRequest:
    found = selectors.requests_of(request.user).filter(code=code).first()
    if found is None:
        raise Http404
    return found


@never_cache
@login_required
def mine(request: SignedInRequest, code: str) -> HttpResponse:
    """One request: how it stands, and the answer."""
    found = _own(request, code)
    context = {
        "shown": shared.shown(found, at=clock.now(), explained=True),
        "papers": shared.papers_of(found),
        "may_lift": sharing.is_held_back(found.subject),
        "has_copy": found.state == State.DONE and Right(found.right) in SHOWS,
    }
    return render(request, "rights/mine.html", context)


@never_cache
@login_required
def paper(request: SignedInRequest, code: str, number: str) -> FileResponse:
    """The proof that one was erased."""
    return shared.paper(_own(request, code), number)


@require_POST
@login_required
def withdraw(request: SignedInRequest, code: str) -> HttpResponse:
    try:
        services.withdraw(asked=_own(request, code), at=clock.now())
    except services.Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Your request is withdrawn."))
    return redirect("rights:mine", code=code)


@require_POST
@login_required
def lift(request: SignedInRequest, code: str) -> HttpResponse:
    """Let the own rows be used again."""
    try:
        services.lift(asked=_own(request, code), reason="", by=request.user, at=clock.now())
    except services.Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Your rows may be used again."))
    return redirect("rights:mine", code=code)


@require_POST
@login_required
def take_back(request: SignedInRequest) -> HttpResponse:
    """Have nothing found any more by a number that an officer confirmed."""
    one = selectors.confirmed_of(request.user).filter(pk=shared.number(request)).first()
    if one is None:
        raise Http404
    services.take_back(confirmed=one, by=request.user, at=clock.now())
    messages.success(request, _("Taken back. Nothing is found by it any more."))
    return redirect("rights:page")


@never_cache
@login_required
def copy(request: SignedInRequest, code: str, form: str) -> HttpResponse:
    """Everything that the house holds about this person, as JSON or PDF."""
    at = clock.now()
    found = _own(request, code)
    if found.state != State.DONE or Right(found.right) not in SHOWS or form not in ("json", "pdf"):
        raise Http404
    made = services.copy_for(request.user, at=at)
    response: HttpResponse
    if form == "json":
        response = JsonResponse(made, json_dumps_params={"ensure_ascii": False, "indent": 1})
    else:
        content = services.pdf(found, made, at=at)
        response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{code}.{form}"'
    response["Cache-Control"] = "private, no-store"
    return response
