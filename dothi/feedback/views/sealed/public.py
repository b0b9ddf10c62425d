"""The citizen's door of the protected channel.

No cookie, no script, no account, nothing in an address: the code travels in the body of a form
and what it opens is in the answer alone. There is no token against forged forms, because there is
no cookie that a forged form could misuse; forms of other sites are refused by what browsers say
of themselves (Sec-Fetch-Site).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import NONE
from csp.decorators import csp_replace
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from dothi.core import clock
from dothi.core.limits.fleeting import limited_in_memory
from dothi.feedback import selectors, services
from dothi.feedback.choices import Conduct
from dothi.feedback.services import Refused
from dothi.feedback.views.sealed import forms

OTHER_SITES = {"cross-site", "same-site"}
View = Callable[[HttpRequest], HttpResponse]


def discreet(view: View) -> Callable[[HttpRequest], HttpResponseBase]:
    """Keep the visit to itself: nothing cached, nothing told to the next site, no script."""

    @csrf_exempt
    @csp_replace({"script-src": [NONE], "connect-src": [NONE]})
    @sensitive_post_parameters()
    @sensitive_variables()
    @wraps(view)
    def door(request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and request.headers.get("Sec-Fetch-Site") in OTHER_SITES:
            raise PermissionDenied
        response = view(request)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noarchive"
        return response

    return door


@discreet
@limited_in_memory(each=20, together=200)
def protected(request: HttpRequest) -> HttpResponse:
    """What the channel is and is not; write a report; the code, shown once."""
    at = clock.now()
    seats = selectors.sealed.seats(on=at.date())
    form = forms.SealedForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            code = services.submit_sealed(
                text=form.cleaned_data["text"],
                conduct=Conduct(form.cleaned_data["conduct"]),
                at=at,
            )
        except Refused as error:
            form.add_error(None, error.message)
        else:
            return render(request, "feedback/sealed/code.html", {"code": code})
    return render(
        request,
        "feedback/sealed/write.html",
        {"form": form, "seats": seats, "is_open": all(place.is_open for place in seats)},
        status=422 if form.errors else 200,
    )


@discreet
@limited_in_memory(each=60, together=600)
def protected_open(request: HttpRequest) -> HttpResponse:
    """Come back with the code: read the exchange, add to it."""
    if request.method != "POST":
        return render(request, "feedback/sealed/ask.html", {"form": forms.SealedCodeForm()})
    form = forms.SealedCodeForm(request.POST)
    if not form.is_valid():
        return render(request, "feedback/sealed/ask.html", {"form": form}, status=422)
    code = form.cleaned_data["code"]
    context: dict[str, Any] = {"code": code, "form": forms.SealedWordsForm()}
    try:
        if "text" in request.POST:
            context |= _add(request, code)
        context["thread"] = services.citizen_sealed_thread(code=code)
    except services.LinkDoesNotOpen:
        form.add_error("code", _("No report has this code. Please check each letter."))
        return render(request, "feedback/sealed/ask.html", {"form": form}, status=422)
    except Refused as error:
        form.add_error(None, error.message)
        return render(request, "feedback/sealed/ask.html", {"form": form}, status=422)
    status = 422 if context["form"].errors else 200
    return render(request, "feedback/sealed/thread.html", context, status=status)


def _add(request: HttpRequest, code: str) -> dict[str, Any]:
    """One more message. A form that is not right keeps what was written."""
    form = forms.SealedWordsForm(request.POST)
    if not form.is_valid():
        return {"form": form}
    text = form.cleaned_data["text"]
    services.citizen_adds_sealed(code=code, text=text, at=clock.now())
    return {"added": True}
