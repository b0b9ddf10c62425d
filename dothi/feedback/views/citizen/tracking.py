"""Follow one's own report with the secret code, or by the link in a mail."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from dothi.accounts.models import User
from dothi.core import clock
from dothi.core.clocks.selectors import view as clock_view
from dothi.core.limits.http import limited
from dothi.core.secret_pages import kept_private
from dothi.datastore.rights import selectors as rights
from dothi.feedback import forms, permissions, selectors, services
from dothi.feedback.choices import State
from dothi.feedback.models import Ticket
from dothi.feedback.selectors.files import PROGRESS, REPORT, RESULT, photos_by_part
from dothi.feedback.services import Refused
from dothi.feedback.views.shared import take_photos

HOUR = timedelta(hours=1)
SECRET = "feedback_secret"


@never_cache
@limited("feedback.thanks", limit=20, per=HOUR)
def thanks(request: HttpRequest) -> HttpResponse:
    """The code, once: it is kept here only as a hash."""
    kept = request.session.get(SECRET)
    if kept is None:
        return redirect("feedback:follow")
    code, secret = kept
    remember(request, code)
    at = clock.now()
    ticket = selectors.ticket_by_tracking(secret, at=at)
    if ticket is None:
        raise Http404
    form = forms.AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.leave_address(ticket=ticket, email=form.cleaned_data["email"], at=at)
            services.tell_link(code=ticket.code, at=at)
        except Refused as error:
            form.add_error("email", error.message)
        else:
            messages.success(request, _("The link is on its way to you."))
            return redirect("feedback:thanks")
    context = {
        "ticket": ticket,
        "code": code,
        "secret": secret,
        "link": selectors.page_url(f"feedback/t/{secret}", get_language() or "vi"),
        "clock": clock_view(ticket.clock, at=at) if ticket.clock else None,
        "form": form,
        "signed_in": isinstance(request.user, User),
    }
    return kept_private(
        render(request, "feedback/thanks.html", context, status=422 if form.errors else 200)
    )


@limited("feedback.find", limit=60, per=HOUR)
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for the secret code."""
    form = forms.CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["code"].strip()
        if selectors.ticket_by_tracking(text, at=clock.now()):
            return redirect("feedback:track", text=text.replace(" ", ""))
        if selectors.public_ticket(text.upper(), at=clock.now()):
            return redirect("feedback:public", code=text.upper())
        form.add_error("code", _("No report has this code. Please check each letter."))
    return render(
        request, "feedback/follow.html", {"form": form}, status=422 if form.errors else 200
    )


@limited("feedback.recover", limit=10, per=HOUR)
def recover(request: HttpRequest) -> HttpResponse:
    """Send links to all reports of an address to that address. The page says the same always."""
    form = forms.AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.recover(
            contact=form.cleaned_data["email"], at=clock.now(), language=get_language() or "vi"
        )
        return render(request, "feedback/recover.html", {"sent": True})
    return render(
        request, "feedback/recover.html", {"form": form}, status=422 if form.errors else 200
    )


@limited("feedback.track", limit=240, per=HOUR, methods=("GET", "POST"))
def track(request: HttpRequest, text: str) -> HttpResponse:
    """Everything about one's own report."""
    at = clock.now()
    ticket = selectors.ticket_by_tracking(text, at=at)
    if ticket is None:
        return kept_private(render(request, "feedback/track_closed.html", status=404))
    remember(request, ticket.code)
    forms_shown = _forms()
    if request.method == "POST":
        answer = _do(request, ticket, forms_shown, at)
        if answer:
            return kept_private(redirect("feedback:track", text=text))
    context = _tracked(request, ticket, at) | forms_shown | {"text": text}
    wrong = any(form.errors for form in forms_shown.values())
    return kept_private(
        render(request, "feedback/track.html", context, status=422 if wrong else 200)
    )


def _forms() -> dict[str, Any]:
    return {
        "words_form": forms.WordsForm(),
        "rate_form": forms.RateForm(),
        "reason_form": forms.ReasonForm(),
        "address_form": forms.AddressForm(),
    }


def _tracked(request: HttpRequest, ticket: Ticket, at: datetime) -> dict[str, Any]:
    files = photos_by_part(ticket.code)
    reporter = selectors.reporter_of(ticket)
    answered = ticket.state in {State.RESOLVED, State.PUBLISHED}
    mine = isinstance(request.user, User) and permissions.is_of_account(request.user, reporter)
    return {
        "ticket": ticket,
        "tone": _tone(ticket, at),
        "place": {"lon": ticket.lon, "lat": ticket.lat} if ticket.lon is not None else None,
        "clock": clock_view(ticket.clock, at=at) if ticket.clock else None,
        "tasks": [
            {"task": task, "clock": clock_view(task.clock, at=at) if task.clock else None}
            for task in selectors.partner_tasks(ticket)
        ],
        "steps": list(reversed(selectors.public_timeline(ticket))),
        "words": selectors.messages_of(ticket),
        "answers": selectors.answers_of(ticket),
        "photos": files[REPORT],
        "progress_photos": files[PROGRESS],
        "result_photos": files[RESULT] if answered else [],
        "answered": answered,
        "may_rate": answered or ticket.state == State.REJECTED,
        "may_reopen": permissions.may_reopen(ticket, at=at),
        "may_write": ticket.state != State.TRANSFERRED,
        "looks": list(selectors.looks_at([ticket])[:20]),
        # Who is signed in objects with one button; by the secret code alone nobody claims a right.
        "objected": rights.objected(request.user) if mine and isinstance(request.user, User)
        else set(),
        "has_contact": reporter is not None and bool(
            reporter.name or reporter.phone or reporter.email
        ),
        "wants_news": ticket.reachable,
        "may_claim": isinstance(request.user, User) and not mine,
        "mine": mine,
        "public_url": f"{settings.PUBLIC_URL}/feedback/r/{ticket.code}",
    }  # fmt: skip


def _tone(ticket: Ticket, at: datetime) -> str:
    if ticket.closed_at is not None:
        return "met"
    if ticket.paused:
        return "paused"
    return "overdue" if ticket.due_at and ticket.due_at < at else "good"


def _do(request: HttpRequest, ticket: Ticket, shown: dict[str, Any], at: datetime) -> bool:
    """One of the things a reporter does. False: the page is shown again with what was wrong."""
    act = request.POST.get("act", "")
    deed = DEEDS.get(act)
    if deed is None:
        return True
    try:
        return deed(request, ticket, shown, at)
    except Refused as error:
        form, box = BOXES.get(act, ("", ""))
        if not form:
            messages.error(request, error.message)
            return True
        shown[form].add_error(box, error.message)
        return False


# Where it is said what was wrong: beside what was written, so that nothing is lost.
BOXES = {
    "say": ("words_form", "text"), "reopen": ("reason_form", "reason"),
    "rate": ("rate_form", "stars"), "address": ("address_form", "email"),
}  # fmt: skip


def _say(request: HttpRequest, ticket: Ticket, shown: dict[str, Any], at: datetime) -> bool:
    form = shown["words_form"] = forms.WordsForm(request.POST, request.FILES)
    if not form.is_valid():
        return False
    photos, _place, refused = take_photos(form.cleaned_data["photos"] or [], by="public", at=at)
    for sentence in refused:
        form.add_error("photos", sentence)
    if refused:
        return False
    services.citizen_says(ticket=ticket, text=form.cleaned_data["text"], photos=photos, at=at)
    messages.success(request, _("Your message was sent."))
    return True


def _rate(request: HttpRequest, ticket: Ticket, shown: dict[str, Any], at: datetime) -> bool:
    form = shown["rate_form"] = forms.RateForm(request.POST)
    if not form.is_valid():
        return False
    services.rate(ticket=ticket, at=at, **form.cleaned_data)
    messages.success(request, _("Thank you for your rating."))
    return True


def _reopen(request: HttpRequest, ticket: Ticket, shown: dict[str, Any], at: datetime) -> bool:
    form = shown["reason_form"] = forms.ReasonForm(request.POST)
    if not form.is_valid():
        return False
    if not form.is_from_a_program:
        services.reopen(ticket=ticket, reason=form.cleaned_data["reason"], at=at)
        messages.success(request, _("The report was reopened; its clock runs again."))
    return True


def _address(request: HttpRequest, ticket: Ticket, shown: dict[str, Any], at: datetime) -> bool:
    form = shown["address_form"] = forms.AddressForm(request.POST)
    if not form.is_valid():
        return False
    services.leave_address(ticket=ticket, email=form.cleaned_data["email"], at=at)
    services.tell_link(code=ticket.code, at=at)
    messages.success(request, _("The link is on its way to you."))
    return True


def _stop(request: HttpRequest, ticket: Ticket, shown: dict[str, Any], at: datetime) -> bool:
    services.stop_news(ticket=ticket, at=at)
    messages.success(request, _("We write no more about this report."))
    return True


def _forget(request: HttpRequest, ticket: Ticket, shown: dict[str, Any], at: datetime) -> bool:
    if request.POST.get("sure") != "1":
        messages.error(request, _("Please tick the box first."))
        return True
    services.forget_reporter(ticket=ticket, by="public", at=at)
    messages.success(request, _("Your name and contact were erased. The report stays."))
    return True


def _claim(request: HttpRequest, ticket: Ticket, shown: dict[str, Any], at: datetime) -> bool:
    if isinstance(request.user, User):
        services.claim(ticket=ticket, account=request.user, at=at)
        messages.success(request, _("The report is on your page now."))
    return True


DEEDS = {
    "say": _say, "rate": _rate, "reopen": _reopen, "address": _address, "stop": _stop,
    "forget": _forget, "claim": _claim,
}  # fmt: skip


def remember(request: HttpRequest, code: str) -> None:
    """Whoever opened a report with its secret may see its photos for this session."""
    opened = request.session.get(permissions.OPENED, [])
    if code not in opened:
        request.session[permissions.OPENED] = [*opened, code][-20:]
