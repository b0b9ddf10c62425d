"""Doors of notices: out of a topic, and for services that report."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from dothi.core import clock
from dothi.core.crypto.rules import Unreadable
from dothi.core.limits.http import limited
from dothi.core.notices import ports, services


@csrf_exempt
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST does it (RFC 8058: mail programs post without a session; the token proves)."""
    done = False
    if request.method == "POST":
        try:
            services.unsubscribe(token=token, at=clock.now())
        except Unreadable:
            return render(request, "notices/unsubscribe.html", {"broken": True}, status=400)
        done = True
    return render(request, "notices/unsubscribe.html", {"done": done})


@csrf_exempt
@require_POST
@limited("notices.heard", limit=20_000, per=timedelta(hours=1))
def heard(request: HttpRequest, carrier: str) -> HttpResponse:
    """The door for services that report: only what they signed is believed, and once."""
    try:
        services.heard(carrier=carrier, body=request.body, headers=request.headers, at=clock.now())
    except KeyError as missing:
        raise Http404 from missing
    except ports.NotGenuine:
        return HttpResponse(status=401)
    except services.Repeated:
        return HttpResponse(status=409)
    return HttpResponse(status=204)
