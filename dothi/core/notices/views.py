"""The door out of a topic: one click for a mail program, one button for a person."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from dothi.core import clock
from dothi.core.crypto.rules import Unreadable
from dothi.core.notices import services


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
