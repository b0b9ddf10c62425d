"""The desk of those who answer: requests in the order of their days, one matter, the answers."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
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
from dothi.datastore.rights.rules import LIFTED_BY_OFFICE
from dothi.datastore.rights.views import shared
from dothi.datastore.sharing import services as sharing
from dothi.datastore.tables.choices import PersonBy

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
    on = clock.now().date()
    found = selectors.requests_seen_by(request.user, on=on).filter(code=code).first()
    if found is None or not permissions.may_handle(request.user, found, on=on):
        raise Http404
    return found


@never_cache
@power_required(Power.HANDLE)
def matter(request: SignedInRequest, code: str) -> HttpResponse:
    """One request with its words: opening it is written down."""
    at = clock.now()
    found = _found(request, code)
    opened(
        record=found.subject, by=request.user.actor, at=at, purpose="handle a request",
        fields=["person", "words"],
    )  # fmt: skip
    return _page(request, found, at)


def _page(
    request: SignedInRequest, asked: RightsRequest, at: datetime, **more: Any
) -> HttpResponse:
    is_open = asked.state == State.OPEN
    names = selectors.names_of(asked.person) if is_open else []
    context = {
        "shown": shared.shown(asked, at=at, explained=True),
        "person": asked.person.get_full_name(),
        "open": is_open,
        "tables": [(one, column) for one, (column, _v) in sharing.datasets_with(names).items()],
        "erases": asked.right == Right.ERASE and is_open,
        "look": selectors.look_of(asked),
        "confirmed": shared.confirmed_of(asked.person) if is_open else [],
        "kinds": [(one.value, one.label) for one in (PersonBy.NUMBER, PersonBy.PHONE)],
        "may_lift": Right(asked.right) in LIFTED_BY_OFFICE and sharing.is_held_back(asked.subject),
        "papers": shared.papers_of(asked),
        **more,
    }
    return render(request, "rights/matter.html", context)


@never_cache
@require_POST
@power_required(Power.HANDLE)
def look(request: SignedInRequest, code: str) -> HttpResponse:
    """What an erasure would find, place by place. Nothing goes yet."""
    at = clock.now()
    found = _found(request, code)
    try:
        goes, mark = services.look_up(asked=found, by=request.user, at=at)
    except services.Refused as error:
        messages.error(request, error.message)
        return redirect("rights:matter", code=code)
    rows = [
        {
            "title": one.place.title, "code": one.place.table, "column": one.place.column,
            "standing": one.standing, "basis": one.basis,
            "held": sum(1 for count in one.standing.versions.values() if count),
        }
        for one in goes
    ]  # fmt: skip
    return _page(request, found, at, looked=True, found=rows, looked_at=mark)


@power_required(Power.HANDLE)
def paper(request: SignedInRequest, code: str, number: str) -> FileResponse:
    """The proof of erasure that the person was given."""
    return shared.paper(_found(request, code), number)


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
    said = request.POST
    came = services.erase_rows(
        asked=found, looked_at=said.get("looked_at", ""), by=request.user, at=clock.now(),
        stays={code: said.get(f"basis-{code}", "") for code in said.getlist("stays")},
    )  # fmt: skip
    if came.left:
        raise services.StillThere(came.left)
    return _("The person is erased. Tables: %(count)d.") % {"count": len(came.proofs)}


def _confirmed(request: SignedInRequest, found: RightsRequest) -> str:
    if request.POST.get("seen") != "1":
        raise services.AnswerMissing(found.code)
    named_by = request.POST.get("named_by", "")
    services.confirm(
        asked=found, value=request.POST.get("value", ""), by=request.user, at=clock.now(),
        named_by=PersonBy(named_by) if named_by in PersonBy.values else PersonBy.NUMBER,
    )  # fmt: skip
    return _("Confirmed. Rows are found by it now, and it is written to the person.")


def _taken_back(request: SignedInRequest, found: RightsRequest) -> str:
    one = selectors.confirmed_of(found.person).filter(pk=shared.number(request)).first()
    if one is None:
        raise services.NotAllowedNow(found.code)
    services.take_back(confirmed=one, by=request.user, at=clock.now())
    return _("Taken back. Nothing is found by it any more.")


def _lifted(request: SignedInRequest, found: RightsRequest) -> str:
    services.lift(
        asked=found, reason=request.POST.get("text", ""), by=request.user, at=clock.now()
    )  # fmt: skip
    return _("Lifted, and written to the person.")


DEEDS: dict[str, Callable[[SignedInRequest, RightsRequest], str]] = {
    "acknowledge": _acknowledged, "extend": _extended, "done": _done, "refuse": _refused,
    "erase": _erased, "confirm": _confirmed, "take-back": _taken_back, "lift": _lifted,
}  # fmt: skip


@require_POST
@power_required(Power.HANDLE)
def act(request: SignedInRequest, code: str, deed: str) -> HttpResponse:
    """Acknowledge, extend, erase rows, answer."""
    found = _found(request, code)
    if deed not in DEEDS:
        raise Http404
    try:
        messages.success(request, DEEDS[deed](request, found))
    except services.Refused as error:
        messages.error(request, error.message)
    return redirect("rights:matter", code=code)
