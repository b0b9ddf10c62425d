"""The desk of those who answer: requests in the order of their days, one matter, the answers."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from dothi.accounts.http import SignedInRequest, power_required
from dothi.core import clock
from dothi.core.access.services import opened
from dothi.datastore.rights import permissions, selectors, services
from dothi.datastore.rights.choices import Power, Right, State
from dothi.datastore.rights.models import RightsRequest
from dothi.datastore.rights.views import shared
from dothi.datastore.sharing import services as sharing

PAGE = 100


@power_required(Power.SEE)
def desk(request: SignedInRequest) -> HttpResponse:
    """What is open, the oldest first; then what was answered lately. No name, no words."""
    at = clock.now()
    seen = selectors.requests_seen_by(request.user, on=at.date())
    answered = seen.exclude(state=State.OPEN).order_by("-asked_at", "-id")
    return render(
        request,
        "rights/desk.html",
        {
            "open": [shared.shown(one, at=at) for one in seen.filter(state=State.OPEN)[:PAGE]],
            "answered": [shared.shown(one, at=at) for one in answered[:PAGE]],
        },
    )


def _found(request: SignedInRequest, code: str) -> RightsRequest:
    rows = selectors.requests_seen_by(request.user, on=clock.now().date())
    found = rows.filter(code=code).first()
    if found is None:
        raise Http404
    return found


@never_cache
@power_required(Power.HANDLE)
def matter(request: SignedInRequest, code: str) -> HttpResponse:
    """One request with its words: opening it is written down."""
    at = clock.now()
    found = _found(request, code)
    if not permissions.may_handle(request.user, found, on=at.date()):
        raise Http404
    opened(
        record=found.subject, by=request.user.actor, at=at, purpose="handle a request",
        fields=["person", "words"],
    )  # fmt: skip
    names = selectors.names_of(found.person) if found.state == State.OPEN else []
    return render(
        request,
        "rights/matter.html",
        {
            "shown": shared.shown(found, at=at, explained=True),
            "person": found.person.get_full_name(),
            "open": found.state == State.OPEN,
            "tables": [(one, column) for one, (column, _v) in sharing.datasets_with(names).items()],
            "erases": found.right == Right.ERASE,
            "extendable": found.state == State.OPEN,
        },
    )


def _done(request: SignedInRequest, found: RightsRequest) -> str:
    services.done(asked=found, answer=request.POST.get("text", ""), by=request.user, at=clock.now())
    return _("Done, and written to the person.")


def _refused(request: SignedInRequest, found: RightsRequest) -> str:
    services.refuse(
        asked=found, answer=request.POST.get("text", ""), by=request.user, at=clock.now()
    )
    return _("Refused, and written to the person.")


def _acknowledged(request: SignedInRequest, found: RightsRequest) -> str:
    services.acknowledge(
        asked=found, third_party=request.POST.get("third_party") == "1", by=request.user,
        at=clock.now(),
    )  # fmt: skip
    return _("Acknowledged, and written to the person.")


def _extended(request: SignedInRequest, found: RightsRequest) -> str:
    days = request.POST.get("days", "")
    services.extend(
        asked=found, days=int(days) if days.isascii() and days.isdigit() else 0, by=request.user,
        at=clock.now(), reason=request.POST.get("text", ""),
    )  # fmt: skip
    return _("The time is extended, and written to the person.")


def _erased(request: SignedInRequest, found: RightsRequest) -> str:
    if request.POST.get("sure") != "1":
        raise services.AnswerMissing
    count = services.erase_rows(asked=found, by=request.user, at=clock.now())
    return _("The rows are erased. Tables: %(count)d.") % {"count": count}


DEEDS: dict[str, Callable[[SignedInRequest, RightsRequest], str]] = {
    "acknowledge": _acknowledged, "extend": _extended, "done": _done, "refuse": _refused,
    "erase": _erased,
}  # fmt: skip


@require_POST
@power_required(Power.HANDLE)
def act(request: SignedInRequest, code: str, deed: str) -> HttpResponse:
    """Acknowledge, extend, erase rows, answer."""
    found = _found(request, code)
    if deed not in DEEDS or not permissions.may_handle(request.user, found, on=clock.now().date()):
        raise Http404
    try:
        messages.success(request, DEEDS[deed](request, found))
    except services.Refused as error:
        messages.error(request, error.message)
    return redirect("rights:matter", code=code)
