"""Write down what a caller or visitor tells: half a minute, by keyboard alone."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.core import clock
from dothi.feedback import permissions, selectors, services
from dothi.feedback.choices import Channel, Danger, Urgency, Visibility
from dothi.feedback.models import Ticket
from dothi.feedback.selectors.likeness import Similar
from dothi.feedback.services import BadAnswer, Contact, Refused
from dothi.feedback.views.desk.forms import EntryForm
from dothi.feedback.views.shared import unit_of
from dothi.lib.geo import Point
from dothi.units import selectors as units
from dothi.units.models import Unit

KEPT = "feedback_entered"  # In the session: the receipt of the last one, until the next one.
CHANNEL = "feedback_channel"  # Whoever sits at the telephone writes down calls all day.


@dataclass(frozen=True, kw_only=True)
class Where:
    point: Point | None
    unit: Unit | None


def _check(request: SignedInRequest, at: datetime) -> None:
    if not permissions.may_enter(request.user, on=at.date()):
        raise PermissionDenied


@staff_required
def enter(request: SignedInRequest) -> HttpResponse:
    """The form; once, what was reported near there already; then the receipt."""
    at = clock.now()
    _check(request, at)
    channel = request.session.get(CHANNEL, Channel.PHONE.value)
    form = EntryForm(request.POST or None, on=at.date(), initial={"channel": channel})
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        request.session[CHANNEL] = data["channel"]
        where = _where(data, at)
        if same := request.POST.get("same"):
            return _same(request, same, data, at)
        looks = {} if data["seen"] else _looks(form, where, at)
        if looks:
            return render(request, "feedback/desk/enter.html", context | looks)
        if where.point is None and where.unit is None:
            form.add_error("unit", _("The place is not known here. Please choose the ward."))
        else:
            try:
                return _keep(request, form, where, at)
            except BadAnswer as error:
                form.add_error(form.name_of(error.question), error.why)
            except Refused as error:
                form.add_error(None, error.message)
    status = 422 if form.errors else 200
    return render(request, "feedback/desk/enter.html", context, status=status)


def _where(data: dict[str, Any], at: datetime) -> Where:
    """The ward that was chosen, and the point where the address lies in it."""
    on = at.date()
    guessed = selectors.guess(data["address"], on=on)
    chosen = unit_of(data["unit"], at=at)
    if chosen is None:
        return Where(point=guessed.point, unit=guessed.unit)
    inside = guessed.point is not None and units.unit_at(guessed.point, on=on) == chosen
    return Where(point=guessed.point if inside else None, unit=chosen)


def _looks(form: EntryForm, where: Where, at: datetime) -> dict[str, Any]:
    """What the officer should see once: likely doubles, and questions that no script brought."""
    similar = _similar(form.cleaned_data, where, at)
    looks: dict[str, Any] = {"similar": similar} if similar else {}
    return looks if form.was_asked else looks | {"questions": True}


def _similar(data: dict[str, Any], where: Where, at: datetime) -> list[Similar]:
    return selectors.similar_for_entry(
        point=where.point, unit=where.unit, category=data["category"], text=data["text"], at=at
    )


def _keep(request: SignedInRequest, form: EntryForm, where: Where, at: datetime) -> HttpResponse:
    data = form.cleaned_data
    contact = Contact(name=data["name"], phone=data["phone"], email=data["email"])
    submitted = services.submit(
        text=data["text"],
        category=data["category"],
        place=where.point,
        unit=None if where.point else where.unit,
        address=data["address"],
        contact=None if contact.is_empty else contact,
        answers=form.answers,
        channel=Channel(data["channel"]),
        urgency=Urgency.URGENT if data["danger"] else Urgency.NORMAL,
        by=request.user,
        language="vi",
        at=at,
    )
    if data["danger"]:
        services.mark_danger(
            ticket=submitted.ticket, number=Danger(data["danger"]), by=request.user, at=at
        )
    request.session[KEPT] = [submitted.ticket.code, submitted.secret]
    return redirect("feedback:entered")


def _same(request: SignedInRequest, code: str, data: dict[str, Any], at: datetime) -> HttpResponse:
    """The caller saw what somebody reported already: one more who saw it."""
    found = Ticket.objects.filter(code=code).exclude(visibility=Visibility.HELD).first()
    if found is None:
        messages.error(request, _("There is no report %(code)s.") % {"code": code})
        return redirect("feedback:enter")
    # A caller who leaves no number is counted each time.
    services.me_too(ticket=found, person=f"caller:{data['phone'] or secrets.token_hex(8)}", at=at)
    messages.success(
        request,
        _("Counted: one more who saw %(code)s. The caller may quote this number.")
        % {"code": found.code},
    )
    return redirect("feedback:enter")


@staff_required
def entered(request: SignedInRequest) -> HttpResponse:
    """The receipt: the number, the secret code once, and when to expect an answer."""
    at = clock.now()
    _check(request, at)
    kept = request.session.get(KEPT)
    found = kept and Ticket.objects.filter(code=kept[0]).first()
    if not kept or found is None:
        return redirect("feedback:enter")
    response = render(
        request,
        "feedback/desk/entered.html",
        {
            "ticket": found,
            "secret": kept[1],
            "follow": selectors.page_url("feedback/track", get_language() or "vi"),
            "visible": permissions.may_see(request.user, found, on=at.date()),
        },
    )
    response["Cache-Control"] = "private, no-store"
    return response


@staff_required
def places(request: SignedInRequest) -> HttpResponse:
    """Suggestions while the address is typed."""
    _check(request, clock.now())
    found = selectors.places_like(request.GET.get("q", "")[:100])
    return render(request, "feedback/desk/_places.html", {"places": found})


@staff_required
def similar(request: SignedInRequest) -> HttpResponse:
    """What was reported there already, while the officer still writes."""
    at = clock.now()
    _check(request, at)
    data = {name: request.GET.get(name, "")[:2000] for name in ("text", "category", "address")}
    where = _where({**data, "unit": ""}, at)
    found = _similar(data, where, at) if data["text"] and data["category"] else []
    context = {"similar": found, "where": where, "named": bool(data["address"])}
    return render(request, "feedback/desk/_similar.html", context)
