"""Limits for pages and programs: who asks too often is told when to come back (RFC 6585)."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from dothi.core import clock
from dothi.core.limits.rules import caller, stretch_of
from dothi.core.limits.services import hit

View = Callable[..., HttpResponse]


def address_of(request: HttpRequest) -> str:
    """The client's address. Forwarded headers count only from as many proxies as we run."""
    proxies: int = settings.TRUSTED_PROXIES
    forwarded = request.headers.get("X-Forwarded-For", "")
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    if proxies and len(hops) >= proxies:
        return hops[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def caller_of(request: HttpRequest) -> str:
    """Whom to count: the client's address, or its network where one person has a whole one."""
    return caller(address_of(request))


def limited(
    name: str, *, limit: int, per: timedelta, methods: tuple[str, ...] = ("POST",),
    key: Callable[[HttpRequest], str] = caller_of,
) -> Callable[[View], View]:  # fmt: skip
    """Answer 429 with Retry-After to a `key` that does this more than `limit` times a `per`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in methods:
                counted = f"{name}\0{key(request)}"
                if not hit(key=counted, limit=limit, per=per, at=clock.now()):
                    return too_many(request, per)
            return view(request, *args, **kwargs)

        return checked

    return decorate


def body_limit(get_response: Callable[[HttpRequest], HttpResponse]) -> View:
    """Middleware: what is larger in all than `settings.BODY_AT_MOST` is not even read.

    Servers of ours read no more than the length that a request states (a request without one has
    no body), so that the stated length decides.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        stated = request.META.get("CONTENT_LENGTH") or "0"
        if not stated.isdecimal() or int(stated) > settings.BODY_AT_MOST:
            return too_large(request)
        return get_response(request)

    return middleware


def plain_address(get_response: Callable[[HttpRequest], HttpResponse]) -> View:
    """Middleware: nothing has an address with a NUL in it, which no text of the database can hold.

    Raises:
        Http404: it has one.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        return get_response(request)

    return middleware


def too_large(request: HttpRequest) -> HttpResponse:
    """The answer to who sends too much at once (RFC 9110, 413)."""
    most = settings.BODY_AT_MOST // 1024 // 1024
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse(
            {
                "type": "about:blank",
                "title": _("Too large"),
                "status": 413,
                "detail": _("At most %(most)d MB can be sent at once.") % {"most": most},
            },
            status=413,
            content_type="application/problem+json",
        )
    return render(request, "413.html", {"most": most}, status=413)


def too_many(request: HttpRequest, per: timedelta) -> HttpResponse:
    """The answer to who asks too often: a page, or a problem (RFC 9457) to who reads JSON."""
    at = clock.now()
    seconds = stretch_of(at, per).seconds_left(at)
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        response: HttpResponse = JsonResponse(
            {
                "type": "about:blank",
                "title": _("Too many requests"),
                "status": 429,
                "detail": _("Please come back in %(seconds)d seconds.") % {"seconds": seconds},
            },
            status=429,
            content_type="application/problem+json",
        )
    else:
        response = render(request, "429.html", {"minutes": -(-seconds // 60)}, status=429)
    response["Retry-After"] = str(seconds)
    return response
