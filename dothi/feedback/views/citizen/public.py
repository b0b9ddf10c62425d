"""What everybody may see: the list, the map, one report; and what anybody may say to it."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dothi.accounts.models import User
from dothi.core import clock
from dothi.core.clocks.selectors import view as clock_view
from dothi.core.limits.http import caller_of, limited
from dothi.core.limits.services import hit
from dothi.feedback import forms, permissions, selectors, services
from dothi.feedback.models import Ticket
from dothi.feedback.selectors.public import PublicFilters
from dothi.feedback.services import Refused
from dothi.feedback.views.shared import markers, unit_of
from dothi.units import selectors as units

HOUR = timedelta(hours=1)
PAGE = 30
PERSON = "feedback_person"
YEAR = 365 * 24 * 3600
FROM_ONE_NETWORK = 10  # "Me too" to one report a day: a family, not a crowd of one.


def public_list(request: HttpRequest) -> HttpResponse:
    """What was reported, newest first: as a list and on the map, which say the same."""
    at = clock.now()
    form = forms.ListForm(request.GET or None, on=at.date())
    page = selectors.public_list(
        at=at,
        filters=_filters(form, at),
        after=request.GET.get("after", "").replace("\0", ""),
        limit=PAGE,
        with_photos=True,
    )
    query = request.GET.copy()
    query.pop("after", None)
    first = f"?{query.urlencode()}"
    narrowed = query.urlencode()
    query["after"] = page.next
    context = {
        "form": form,
        "tickets": page.items,
        "areas": units.ward_areas(at.date()),
        "markers": markers(page.items),
        "query": narrowed,
        "feed_query": _feed_query(form),
        "next_url": f"?{query.urlencode()}" if page.next else "",
        "first_url": first if request.GET.get("after") else "",
        "narrowed": bool(narrowed),
    }
    return render(request, "feedback/list.html", context)


def _feed_query(form: forms.ListForm) -> str:
    """The part of the choice that feeds and mails know, too: area and subject."""
    data = form.cleaned_data if form.is_valid() else {}
    parts = [f"{name}={data[name]}" for name in ("unit", "category") if data.get(name)]
    return "&".join(parts)


def _filters(form: forms.ListForm, at: datetime) -> PublicFilters:
    data = form.cleaned_data if form.is_valid() else {}
    show = data.get("show")
    return PublicFilters(
        search=data.get("q", ""),
        category=data.get("category", ""),
        unit=unit_of(data.get("unit", ""), at=at),
        open_only=show == "open",
        closed_only=show == "done",
        overdue_at=at if show == "late" else None,
    )


def public(request: HttpRequest, code: str) -> HttpResponse:
    """One report as everybody sees it."""
    return _public(request, code, forms.ReasonForm())


def _public(request: HttpRequest, code: str, form: forms.ReasonForm) -> HttpResponse:
    at = clock.now()
    row = selectors.public_row(code)
    if row is None:
        raise Http404
    ticket = selectors.face_of(row, at=at)
    steps = selectors.public_timeline(row)
    # Only what was sent to a partner once has tasks to ask for.
    tasks = selectors.partner_tasks(row) if any(step.partner for step in steps) else []
    context = {
        "ticket": ticket,
        "clock": clock_view(row.clock, at=at) if row.clock else None,
        "tasks": [
            {"task": task, "clock": clock_view(task.clock, at=at) if task.clock else None}
            for task in tasks
        ],
        "steps": list(reversed(steps)),
        "words": selectors.public_messages(row),
        "areas": units.ward_areas(at.date()),
        "markers": markers([ticket]),
        "reason_form": form,
        "may_reopen": permissions.may_reopen(row, at=at),
        "is_mine": code in request.session.get(permissions.OPENED, ()),
    }
    return render(request, "feedback/public.html", context, status=422 if form.errors else 200)


@require_POST
@limited("feedback.me_too", limit=60, per=HOUR)
def me_too(request: HttpRequest, code: str) -> HttpResponse:
    """ "I see it, too": counted once a person, and only a few times a day from one network."""
    at = clock.now()
    ticket = _seen(code)
    if code in request.session.get(permissions.OPENED, ()):
        messages.info(request, _("This is your own report: it counts already."))
        return redirect("feedback:public", code=code)
    person, cookie = _person(request)
    near = f"me_too\0{code}\0{caller_of(request)}"
    if not hit(key=near, limit=FROM_ONE_NETWORK, per=timedelta(days=1), at=at):
        messages.info(request, _("Several people of your network were counted today already."))
        return redirect("feedback:public", code=code)
    counted = services.me_too(ticket=ticket, person=person, at=at)
    said = _("Thank you, you were counted.") if counted else _("You were counted before.")
    messages.success(request, said)
    response = redirect("feedback:public", code=code)
    if cookie:
        response.set_cookie(
            PERSON, cookie, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return response


def _person(request: HttpRequest) -> tuple[str, str]:
    """Who it is, as far as it matters: the account, else a mark of chance in this browser.

    The mark is set only here, and kept with us only as a hash together with the report.
    """
    if isinstance(request.user, User):
        return request.user.actor, ""
    known = request.COOKIES.get(PERSON, "")
    if len(known) == 32 and known.isalnum():
        return f"browser:{known}", ""
    mark = secrets.token_hex(16)
    return f"browser:{mark}", mark


def _seen(code: str) -> Ticket:
    ticket = None if "\0" in code else selectors.public_tickets().filter(code=code).first()
    if ticket is None:
        raise Http404
    return ticket


@require_POST
@limited("feedback.reopen", limit=10, per=HOUR)
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    """Anybody may say why something is not settled."""
    ticket = _seen(code)
    form = forms.ReasonForm(request.POST)
    if not form.is_valid():
        return _public(request, code, form)
    try:
        if not form.is_from_a_program:
            services.reopen(ticket=ticket, reason=form.cleaned_data["reason"], at=clock.now())
            messages.success(request, _("The report was reopened; its clock runs again."))
    except Refused as error:
        messages.error(request, error.message)
    return redirect("feedback:public", code=code)


def points(request: HttpRequest) -> JsonResponse:
    """What the map shows, as GeoJSON (RFC 7946)."""
    at = clock.now()
    form = forms.ListForm(request.GET or None, on=at.date())
    features: dict[str, Any] = selectors.public_features(at=at, filters=_filters(form, at))
    return JsonResponse(features, content_type="application/geo+json")
