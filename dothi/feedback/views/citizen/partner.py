"""The door of a partner without an account: a signed link that expires."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dothi.core import clock
from dothi.core.clocks.selectors import view as clock_view
from dothi.core.limits.http import limited
from dothi.core.secret_pages import kept_private
from dothi.feedback import forms, selectors, services
from dothi.feedback.models import PartnerTask
from dothi.feedback.selectors.files import REPORT, photos_by_part
from dothi.feedback.services import Refused
from dothi.feedback.views.citizen.tracking import remember
from dothi.feedback.views.shared import marker_of, take_photos
from dothi.units import selectors as units

HOUR = timedelta(hours=1)
DONE, PROGRESS, NOT_OURS = "done", "progress", "not_ours"


@limited("feedback.partner", limit=240, per=HOUR, methods=("GET", "POST"))
def partner(request: HttpRequest, token: str) -> HttpResponse:
    """See the task, its clock and its place; answer, tell how far it is, or give it back."""
    at = clock.now()
    try:
        task = services.read_partner_link(token=token, at=at)
    except Refused as error:
        return _broken(request, token, error, at)
    form = forms.PartnerForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said = _answer(request, token, task, form, at)
        if said and form.cleaned_data["kind"] == PROGRESS:
            return kept_private(redirect("feedback:partner", token=token))
        if said:
            return kept_private(render(request, "feedback/partner.html", {"done": said}))
    return _page(request, task, form, at)


def _answer(
    request: HttpRequest, token: str, task: PartnerTask, form: forms.PartnerForm, at: datetime
) -> str:
    """Do it, and say what was done; empty: the form tells what was wrong."""
    data = form.cleaned_data
    by = f"partner:{task.partner.code}"
    photos, _place, refused = take_photos(data["photos"] or [], by=by, at=at)
    for sentence in refused:
        form.add_error("photos", sentence)
    if refused:
        return ""
    try:
        if data["kind"] == NOT_OURS:
            services.partner_gives_back(token=token, reason=data["text"], at=at)
            return _("Thank you. The office has it back and looks for whose it is.")
        services.partner_answer(
            token=token, text=data["text"], photos=photos, done=data["kind"] == DONE, at=at
        )
    except Refused as error:
        form.add_error(None, error.message)
        return ""
    return _("Thank you. Your answer has arrived.")


def _page(
    request: HttpRequest, task: PartnerTask, form: forms.PartnerForm, at: datetime
) -> HttpResponse:
    ticket = task.ticket
    # The pictures of the report may be opened from this page.
    remember(request, ticket.code)
    context = {
        "task": task,
        "ticket": ticket,
        "form": form,
        "photos": photos_by_part(ticket.code)[REPORT],
        "answers": selectors.answers_of(ticket),
        "areas": units.ward_areas(at.date()),
        "markers": marker_of(ticket),
        "clock": clock_view(task.clock, at=at) if task.clock else None,
    }
    status = 422 if form.errors else 200
    return kept_private(render(request, "feedback/partner.html", context, status=status))


def _broken(request: HttpRequest, token: str, error: Refused, at: datetime) -> HttpResponse:
    """Say what to do; a link that was ours and is only too old can be asked for anew."""
    sent = request.method == "POST"
    if sent:
        services.renew_partner_link(token=token, at=at)
    context = {"broken": error.message, "sent": sent}
    return kept_private(render(request, "feedback/partner.html", context, status=404))
