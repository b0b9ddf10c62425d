"""Numbers for those who come: the kiosk, the page of a number, and the screen of the hall."""

from datetime import timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from dothi.cases import live
from dothi.cases.choices import TurnState
from dothi.cases.selectors import counters as asked
from dothi.cases.services import Refused, counters
from dothi.core import clock
from dothi.core.limits.http import limited
from dothi.units.models import Unit

TEN_MINUTES = timedelta(minutes=10)
# Without a script a page loads itself anew after so many seconds.
SCREEN_RENEWED, TURN_RENEWED = 10, 30


def offices(request: HttpRequest) -> HttpResponse:
    """Where numbers are given out."""
    on = clock.now().date()
    return render(request, "cases/queue/offices.html", {"units": list(asked.offices(on=on))})


@never_cache
@limited("cases.take_turn", limit=60, per=TEN_MINUTES)  # One kiosk serves a whole hall.
def kiosk(request: HttpRequest, unit: str) -> HttpResponse:
    """Take a number: on the kiosk in the hall, or on a telephone by the code at the door."""
    at = clock.now()
    office = office_of(unit)
    groups = asked.groups_of(office, on=at.date())
    error = ""
    if request.method == "POST":
        chosen = next((one for one in groups if one.letter == request.POST.get("group")), None)
        if chosen is None:
            raise Http404
        try:
            taken = counters.take_turn(
                group=chosen, by="public", at=at, priority=request.POST.get("priority") == "1"
            )
        except Refused as refused:
            error = refused.message
        else:
            return redirect("cases:turn", taken.secret)
    opens_at = asked.opens_at(at)
    context = {
        "unit": office,
        "groups": groups,
        "lines": asked.screen(office, at=at).waiting,
        "closed_until": opens_at if opens_at > at else None,
        "error": error,
        "door": f"{settings.PUBLIC_URL}{reverse('cases:kiosk', args=[office.code])}",
    }
    return render(request, "cases/queue/kiosk.html", context, status=409 if error else 200)


@never_cache
@limited("cases.turn", limit=30, per=TEN_MINUTES)
def turn(request: HttpRequest, secret: str) -> HttpResponse:
    """The page of a number: how many are before it, and about how long that takes."""
    at = clock.now()
    found = asked.turn_by_secret(secret)
    if found is None:
        raise Http404
    if request.method == "POST":
        try:
            counters.give_back(turn=found, at=at)
        except Refused as refused:
            messages.error(request, refused.message)
        return redirect("cases:turn", secret)
    context = _of_turn(found, secret) | _renewed(request, TURN_RENEWED)
    return not_told_on(render(request, "cases/queue/turn.html", context))


@never_cache
def turn_now(request: HttpRequest, secret: str) -> HttpResponse:
    """How a number stands, as a piece of its page."""
    found = asked.turn_by_secret(secret)
    if found is None:
        raise Http404
    return not_told_on(render(request, "cases/queue/_turn.html", _of_turn(found, secret)))


def _of_turn(found: Any, secret: str) -> dict[str, Any]:
    return {
        "turn": found,
        "standing": asked.standing_of(found, at=clock.now()),
        "secret": secret,
        "open": found.state in {TurnState.WAITING, TurnState.CALLED},
        "link": f"{settings.PUBLIC_URL}{reverse('cases:turn', args=[secret])}",
    }


@never_cache
def screen(request: HttpRequest, unit: str) -> HttpResponse:
    """What hangs in the hall: who is called where, and how many wait."""
    context = _of_screen(office_of(unit)) | _renewed(request, SCREEN_RENEWED)
    return render(request, "cases/queue/screen.html", context)


def _renewed(request: HttpRequest, seconds: int) -> dict[str, Any]:
    """How often the page loads itself anew without a script, unless its reader stopped that."""
    return {"renewed": seconds, "still": "still" in request.GET}


@never_cache
def screen_now(request: HttpRequest, unit: str) -> HttpResponse:
    """The same as a piece of the page."""
    return render(request, "cases/queue/_screen.html", _of_screen(office_of(unit)))


def _of_screen(office: Unit) -> dict[str, Any]:
    at = clock.now()
    found = asked.screen(office, at=at)
    return {"unit": office, "screen": found, "at": at, "newest": found.calls[:1]}


async def stream(request: HttpRequest, unit: str) -> HttpResponseBase:
    """The stream of a hall: that something moved, and signs of life."""
    office = await sync_to_async(_office_or_none)(unit)
    if office is None:
        return HttpResponse(status=404)
    response = StreamingHttpResponse(live.frames(office.code), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


def office_of(code: str) -> Unit:
    """The unit with counters of that code. Raises Http404: there is none."""
    office = _office_or_none(code)
    if office is None:
        raise Http404(_("No numbers are given out here."))
    return office


def _office_or_none(code: str) -> Unit | None:
    if "\0" in code:
        return None
    return asked.offices(on=clock.now().date()).filter(code=code).first()


def not_told_on(response: HttpResponse) -> HttpResponse:
    """The address is the secret: it is not told on."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
