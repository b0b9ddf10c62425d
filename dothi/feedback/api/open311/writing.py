"""What programs send: reports, and words to the reports that they brought."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dothi.core import clock
from dothi.feedback import rules, selectors, services
from dothi.feedback.api.open311 import asking
from dothi.feedback.api.open311.answers import Wrong, listed
from dothi.feedback.api.open311.reading import CLOSED, OPEN
from dothi.feedback.choices import Channel
from dothi.feedback.models import ApiKey, Ticket
from dothi.feedback.services import Contact, Refused

# What the standard lets a program send. `device_id` and `account_id` are read past: we keep no
# mark of a device, and accounts of other systems mean nothing here.
MEDIA_NOT_FETCHED = "media_url was not fetched: please send the picture itself (multipart)."


def submit(request: HttpRequest, form: str) -> HttpResponse:
    """POST requests: report something."""
    data, at = request.POST, clock.now()
    asking.jurisdiction(data)
    who = asking.program(request)
    asking.within_limits(request, who)
    for name in ("service_code", "description"):
        if not data.get(name, "").strip():
            raise Wrong(400, f"{name} is required.")
    place = asking.place(data)
    if len(_files(request)) > rules.PHOTOS_AT_MOST:
        raise Wrong(400, f"At most {rules.PHOTOS_AT_MOST} pictures.")
    taken, from_photo, refused = services.take_photos(_files(request), by=_actor(who), at=at)
    if refused:
        raise Wrong(400, " ".join(refused))
    address = " ".join(filter(None, (data.get("address_string"), data.get("zipcode"))))
    point, unit = selectors.located(place or from_photo, address=address, at=at)
    try:
        submitted = services.submit(
            text=data["description"],
            category=data["service_code"],
            place=point,
            unit=unit,
            address=address,
            contact=_contact(data),
            channel=Channel.OPEN311,
            photos=taken,
            answers=_answers(data),
            language=get_language() or "vi",
            source=who.source if who else "",
            by=_actor(who),
            at=at,
        )
    except Refused as error:
        raise Wrong(400, error.message) from error
    return listed(form, "service_requests", "request", [_receipt(data, submitted)], status=201)


def _receipt(data: Mapping[str, str], submitted: services.Submitted) -> dict[str, Any]:
    """The number, and how to follow it: the secret is shown here once."""
    notice = _("Follow it with the code %(secret)s at %(url)s") % {
        "secret": submitted.secret,
        "url": f"{settings.PUBLIC_URL}/feedback/t/{submitted.secret}",
    }
    if data.get("media_url"):
        notice = f"{notice} {MEDIA_NOT_FETCHED}"
    return {
        "service_request_id": submitted.ticket.code,
        "service_notice": notice,
        "account_id": None,
    }


def _files(request: HttpRequest) -> list[Any]:
    """All files of the form, whatever they are named: apps differ."""
    return [file for name in request.FILES for file in request.FILES.getlist(name)]


def _actor(who: ApiKey | None) -> str:
    return f"program:{who.code}" if who else "public"


def _answers(data: Any) -> dict[str, list[str]]:
    """`attribute[CODE]=…`, and `attribute[CODE][]=…` for several."""
    found: dict[str, list[str]] = {}
    for name in data:
        if not name.startswith("attribute["):
            continue
        code = name.removeprefix("attribute[").removesuffix("[]").removesuffix("]")
        found.setdefault(code[:40].replace("\0", ""), []).extend(data.getlist(name))
    return found


def _contact(data: Any) -> Contact | None:
    # A Vietnamese name is said with the family name first.
    name = " ".join(filter(None, (data.get("last_name"), data.get("first_name"))))
    contact = Contact(
        name=name.replace("\0", ""),
        phone=data.get("phone", "").replace("\0", ""),
        email=data.get("email", "").replace("\0", ""),
    )
    return None if contact.is_empty else contact


def update(request: HttpRequest, form: str) -> HttpResponse:
    """POST servicerequestupdates: words to a report that the same program brought.

    With `status=open` on a closed report it says that the matter is not settled.
    """
    data, at = request.POST, clock.now()
    asking.jurisdiction(data)
    who = asking.program(request)
    if who is None:
        raise Wrong(403, "An api_key is needed to post updates.")
    asking.within_limits(request, who)
    text = data.get("description", "").strip()
    if not text:
        raise Wrong(400, "description is required.")
    status = data.get("status", OPEN).strip().lower()
    if status not in {OPEN, CLOSED}:
        raise Wrong(400, "status is open or closed.")
    ticket = _brought(who, data.get("service_request_id", ""))
    photos, _place, refused = services.take_photos(_files(request), by=_actor(who), at=at)
    if refused:
        raise Wrong(400, " ".join(refused))
    try:
        if ticket.closed_at is not None and status == OPEN:
            services.reopen(ticket=ticket, reason=text, at=at)
        else:
            services.citizen_says(ticket=ticket, text=text, photos=photos, at=at)
    except Refused as error:
        raise Wrong(400, error.message) from error
    row = {"update_id": selectors.last_update(ticket), "service_request_id": ticket.code}
    return listed(form, "service_request_updates", "request_update", [row], status=201)


def _brought(who: ApiKey, code: str) -> Ticket:
    ticket = selectors.ticket_of_program(who, code.strip().upper().replace("\0", ""))
    if ticket is None:
        raise Wrong(404, "Your program brought no request of this service_request_id.")
    return ticket
