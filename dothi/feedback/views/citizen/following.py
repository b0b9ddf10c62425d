"""News of an area or subject by mail: asked for, confirmed, stopped."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dothi.core import clock
from dothi.core.limits.http import limited
from dothi.feedback import forms, services
from dothi.feedback.services import Refused
from dothi.feedback.views.shared import unit_of

HOUR = timedelta(hours=1)


@limited("feedback.subscribe", limit=10, per=HOUR)
def subscribe(request: HttpRequest) -> HttpResponse:
    """News of an area or subject by mail; the address is confirmed first."""
    at = clock.now()
    initial = {name: request.GET.get(name, "") for name in ("unit", "category")}
    form = forms.FollowForm(request.POST or None, on=at.date(), initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if form.is_from_a_program:
            return redirect("feedback:list")
        services.follow(
            email=data["email"],
            unit=unit_of(data["unit"], at=at),
            category=data["category"],
            language=get_language() or "vi",
            at=at,
        )
        return render(request, "feedback/subscribe.html", {"sent": data["email"]})
    status = 422 if form.errors else 200
    return render(request, "feedback/subscribe.html", {"form": form}, status=status)


def confirm_follow(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the mail that proves the address."""
    words = {
        "title": _("Get news by e-mail"),
        "text": _("Please confirm that we may write to this address."),
        "verb": _("Yes, write to me"),
        "said": _("Done. We write from now on."),
    }
    return _by_link(request, token, services.confirm_follow, words)


def stop_follow(request: HttpRequest, token: str) -> HttpResponse:
    """The link in every such mail."""
    words = {
        "title": _("Stop the news"),
        "text": _("We write no more about this, and forget the address."),
        "verb": _("Stop"),
        "said": _("Done. We write no more about this."),
    }
    return _by_link(request, token, services.unfollow, words)


def _by_link(
    request: HttpRequest, token: str, verb: Callable[..., Any], words: dict[str, str]
) -> HttpResponse:
    if request.method != "POST":  # A mail program that looks ahead must not decide.
        return render(request, "feedback/confirm.html", words)
    try:
        verb(token=token, at=clock.now())
    except Refused as error:
        return render(
            request, "feedback/confirm.html", words | {"broken": error.message}, status=404
        )
    messages.success(request, words["said"])
    return redirect("feedback:list")
