"""Complain about how a dossier was handled."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from dothi.cases import ports, rules, selectors, services
from dothi.cases.services import Refused
from dothi.core import clock
from dothi.core.limits.http import limited
from dothi.core.secret_pages import kept_private

HOUR = timedelta(hours=1)


SUGGEST = "suggestion"


class ComplaintForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What went wrong?"),
        help_text=gettext_lazy("The code of the dossier is sent along; your name is not."),
        max_length=2000,
        widget=forms.Textarea({"rows": 6}),
    )

    def __init__(self, *args: Any, suggestion: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if suggestion:
            self.fields["text"].label = _("What should we do better?")


@limited("cases.complain", limit=20, per=HOUR)
def complain(request: HttpRequest, text: str) -> HttpResponse:
    """Write a complaint or a suggestion; then its code, and the secret to follow it, once.

    What was said with a low rating stands in the form already: nobody has to write it twice.
    """
    dossier = selectors.by_tracking(text, at=clock.now())
    if dossier is None or ports.complaints() is None:
        raise Http404
    suggestion = request.GET.get("kind") == SUGGEST
    said = dossier.rating_note if rules.is_low(dossier.rating) else ""
    form = ComplaintForm(request.POST or None, initial={"text": said}, suggestion=suggestion)
    context = {
        "form": form, "code": dossier.code, "text": text, "filed": None, "suggestion": suggestion
    }  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            context["filed"] = services.complain(
                dossier=dossier, text=form.cleaned_data["text"], language=get_language() or "vi",
                at=clock.now(), suggestion=suggestion,
            )  # fmt: skip
        except Refused as refused:
            form.add_error("text", refused.message)
    context["earlier"] = selectors.complaints_about(dossier)
    status = 422 if form.errors else 200
    return kept_private(render(request, "cases/complain.html", context, status=status))
