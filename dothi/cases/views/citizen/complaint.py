"""Complain about how a dossier was handled."""

from datetime import timedelta

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy

from dothi.cases import ports, selectors, services
from dothi.cases.services import Refused
from dothi.cases.views.citizen.fees import private
from dothi.core import clock
from dothi.core.limits.http import limited

HOUR = timedelta(hours=1)


class ComplaintForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What went wrong?"),
        help_text=gettext_lazy("The code of the dossier is sent along; your name is not."),
        max_length=2000,
        widget=forms.Textarea({"rows": 6}),
    )


@limited("cases.complain", limit=20, per=HOUR)
def complain(request: HttpRequest, text: str) -> HttpResponse:
    """Write a complaint; then its code, and the secret to follow it, once."""
    dossier = selectors.by_tracking(text, at=clock.now())
    if dossier is None or ports.complaints() is None:
        raise Http404
    form = ComplaintForm(request.POST or None)
    context = {"form": form, "code": dossier.code, "text": text, "filed": None}
    if request.method == "POST" and form.is_valid():
        try:
            context["filed"] = services.complain(
                dossier=dossier, text=form.cleaned_data["text"], language=get_language() or "vi",
                at=clock.now(),
            )  # fmt: skip
        except Refused as refused:
            form.add_error("text", refused.message)
    context["earlier"] = selectors.complaints_about(dossier)
    status = 422 if form.errors else 200
    return private(render(request, "cases/complain.html", context, status=status))
