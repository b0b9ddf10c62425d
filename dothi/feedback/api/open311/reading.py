"""What can be reported here, and what was."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse

from dothi.core import clock
from dothi.feedback import selectors
from dothi.feedback.api.open311 import asking
from dothi.feedback.api.open311.answers import Row, Wrong, listed, one_of
from dothi.feedback.choices import AnswerKind
from dothi.feedback.models import Category, Question
from dothi.feedback.selectors.public import PublicFilters, PublicTicket

SPAN = timedelta(days=90)  # The standard's default: the last 90 days.
LONG_SPAN = timedelta(days=365)  # For `updated_after`, which asks by another time.
PER_PAGE, MOST = 100, 500
DEEPEST = 20_000  # Rows: who wants more asks by dates.
CLOSED, OPEN = "closed", "open"
CHANGED = "2026-11-27T00:00:00+07:00"


def discovery(request: HttpRequest, form: str) -> HttpResponse:
    """Where the endpoints are (https://wiki.open311.org/Service_Discovery)."""
    row: Row = {
        "changeset": CHANGED,
        "contact": "1022",
        "key_service": "No key is needed. With one the limit is higher; ask the office.",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": request.build_absolute_uri("/open311/v2"),
                "changeset": CHANGED,
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    names = {"endpoints": "endpoint", "formats": "format"}
    return one_of(form or "json", "discovery", row, names)


def services_list(request: HttpRequest, form: str) -> HttpResponse:
    """GET services: what can be reported."""
    asking.jurisdiction(request.GET)
    known, on = selectors.catalogue.current(), clock.now().date()
    rows = [
        _service(category, known.questions(category.pk, on=on))
        for category in known.categories(on=on)
    ]
    return listed(form, "services", "service", rows)


def _service(category: Category, questions: list[Question]) -> Row:
    return {
        "service_code": category.code,
        "service_name": category.name,
        "description": category.help,
        "metadata": bool(questions),
        "type": "realtime",
        "keywords": category.group,
        "group": category.group_name,
    }


def definition(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """GET services/{code}: what a report of that subject is asked."""
    asking.jurisdiction(request.GET)
    known, on = selectors.catalogue.current(), clock.now().date()
    category = known.category(code, on=on)
    if category is None:
        raise Wrong(404, "There is no such service_code.")
    attributes = [_attribute(question) for question in known.questions(category.pk, on=on)]
    row = {"service_code": code, "attributes": attributes}
    return one_of(form, "service_definition", row, {"attributes": "attribute"})


def _attribute(question: Question) -> Row:
    row: Row = {
        "variable": True,
        "code": question.code,
        "datatype": question.kind,
        "required": question.required,
        "datatype_description": question.help or None,
        "order": question.order,
        "description": question.label,
    }
    if question.kind in {AnswerKind.ONE, AnswerKind.SEVERAL}:
        row["values"] = [{"key": key, "name": name} for key, name in question.choices]
    return row


def found(request: HttpRequest, form: str) -> HttpResponse:
    """GET requests: what was reported, newest first."""
    get = request.GET
    asking.jurisdiction(get)
    asking.within_limits(request, asking.program(request))
    size = asking.number(get.get("page_size"), "page_size", default=PER_PAGE, most=MOST)
    page = asking.number(get.get("page"), "page", default=1, most=10**9)
    if page * size > DEEPEST:
        raise Wrong(400, "That is too far back; please ask by start_date and end_date.")
    tickets = selectors.public_batch(at=clock.now(), filters=_filters(get), page=page, size=size)
    extended = asking.flag(get.get("extensions"))
    rows = [row_of(request, ticket, extended=extended) for ticket in tickets]
    return listed(form, "service_requests", "request", rows)


def _filters(get: Any) -> PublicFilters:
    """As the standard says: an id stands above everything else."""
    if ids := asking.words(get.get("service_request_id")):
        if len(ids) > MOST:
            raise Wrong(400, f"At most {MOST} service_request_id at once.")
        return PublicFilters(codes=ids)
    status = asking.words(get.get("status", "").lower())
    if status - {OPEN, CLOSED}:
        raise Wrong(400, "status is open, closed, or both with a comma.")
    since = asking.moment(get.get("start_date"), "start_date")
    until = asking.moment(get.get("end_date"), "end_date")
    changed = asking.moment(get.get("updated_after"), "updated_after")
    changed_until = asking.moment(get.get("updated_before"), "updated_before")
    if since and until and since > until:
        raise Wrong(400, "start_date is after end_date.")
    span = LONG_SPAN if changed or changed_until else SPAN
    return PublicFilters(
        categories=asking.words(get.get("service_code")),
        open_only=status == {OPEN},
        closed_only=status == {CLOSED},
        since=since or (until or clock.now()) - span,
        until=until,
        changed_since=changed,
        changed_until=changed_until,
        search=get.get("q", "")[:100].replace("\0", ""),
    )


def one(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """GET requests/{id}."""
    asking.jurisdiction(request.GET)
    ticket = selectors.public_ticket(code.strip().upper(), at=clock.now())
    if ticket is None:
        raise Wrong(404, "There is no such service_request_id.")
    extended = asking.flag(request.GET.get("extensions"))
    rows = [row_of(request, ticket, extended=extended)]
    return listed(form, "service_requests", "request", rows)


def token(request: HttpRequest, form: str, text: str) -> HttpResponse:
    """GET tokens/{id}: the number of a request. The token is the secret that a POST returned."""
    asking.jurisdiction(request.GET)
    ticket = selectors.ticket_by_tracking(text, at=clock.now())
    if ticket is None:
        raise Wrong(404, "There is no such token.")
    row = {"service_request_id": ticket.code, "token": text}
    return listed(form, "service_requests", "request", [row])


def row_of(request: HttpRequest, ticket: PublicTicket, *, extended: bool = False) -> Row:
    """A report in the words of the standard; more of it with `extensions=true`."""
    photos = [request.build_absolute_uri(f"/files/{photo}/960") for photo in ticket.photos]
    row: Row = {
        "service_request_id": ticket.code,
        "status": OPEN if ticket.is_open else CLOSED,
        "status_notes": ticket.answer or ticket.state_label,
        "service_name": ticket.category_name,
        "service_code": ticket.category,
        "description": ticket.text or ticket.category_name,
        "agency_responsible": ticket.partner_name or ticket.handling_unit_name,
        "service_notice": None,
        "requested_datetime": clock.local(ticket.received_at).isoformat(),
        "updated_datetime": clock.local(ticket.changed_at).isoformat(),
        "expected_datetime": clock.local(ticket.due_at).isoformat() if ticket.due_at else None,
        "address": ticket.address or None,
        "address_id": None,
        "zipcode": None,
        "lat": ticket.lat,
        "long": ticket.lon,
        "media_url": photos[0] if photos else None,
    }
    if extended:
        row["extended_attributes"] = {
            "state": ticket.state.value,
            "state_name": ticket.state_label,
            "ward_code": ticket.unit_code,
            "ward_name": ticket.unit_name,
            "overdue": ticket.is_overdue,
            "paused": ticket.paused,
            "me_too": ticket.me_too,
            "reopened": ticket.reopened,
            "url": request.build_absolute_uri(f"/feedback/r/{ticket.code}"),
            "photos": photos,
            "attributes": [
                {"code": said.code, "name": said.label, "value": said.words}
                for said in ticket.answers
            ],
        }
    return row


def updates(request: HttpRequest, form: str) -> HttpResponse:
    """GET servicerequestupdates: each step of public requests (the updates extension)."""
    get = request.GET
    asking.jurisdiction(get)
    asking.within_limits(request, asking.program(request))
    ids = asking.words(get.get("service_request_id"))
    since = asking.moment(get.get("start_date"), "start_date")
    until = asking.moment(get.get("end_date"), "end_date")
    size = asking.number(get.get("page_size"), "page_size", default=PER_PAGE, most=MOST)
    at = clock.now()
    steps = selectors.public_steps(
        filters=PublicFilters(codes=ids) if ids else PublicFilters(),
        since=since or (None if ids else (until or at) - SPAN),
        until=until,
        limit=size,
        at=at,
    )
    rows = [
        {
            "update_id": str(step.key),
            "service_request_id": step.code,
            "status": OPEN if step.was_open else CLOSED,
            "updated_datetime": clock.local(step.at).isoformat(),
            "description": step.words,
            "media_url": None,
        }
        for step in steps
    ]
    return listed(form, "service_request_updates", "request_update", rows)
