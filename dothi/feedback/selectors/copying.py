"""What feedback holds about a person, for that person."""

from datetime import datetime
from typing import Any

from dothi.accounts.models import User
from dothi.core.access.models import Look
from dothi.feedback.models import Ticket
from dothi.feedback.selectors.own import AT_MOST, own, reporter_of
from dothi.feedback.selectors.tracking import looks_at, tickets_of_account


def as_data(ticket: Ticket) -> dict[str, Any]:
    """A report with its contact as plain values: for the person who made it."""
    reporter = reporter_of(ticket)
    return {
        "code": ticket.code,
        "category": ticket.category.code,
        "title": ticket.title,
        "text": ticket.text,
        "address": ticket.address,
        "lon": ticket.lon,
        "lat": ticket.lat,
        "state": ticket.state,
        "visibility": ticket.visibility,
        "received_at": ticket.received_at,
        "closed_at": ticket.closed_at,
        "answer": ticket.answer,
        "rating": ticket.rating,
        "attributes": ticket.attributes,
        "contact": {
            "name": reporter.name, "phone": reporter.phone, "email": reporter.email,
        } if reporter else None,
    }  # fmt: skip


def looks_about(user: User) -> list[Look]:
    """Who opened name or contact of the own reports, newest first."""
    tickets = list(tickets_of_account(user)[:AT_MOST])
    return list(looks_at(tickets)[:AT_MOST]) if tickets else []


def held_about(user: User, at: datetime) -> dict[str, Any]:
    """The own reports, and who looked at name and contact."""
    mine = own(user, at=at)
    return {
        "reports": [as_data(one.ticket) for one in mine.reports],
        "looks": [
            {"at": look.at, "report": mine.codes.get(look.record, ""), "who": look.post,
             "purpose": look.purpose, "fields": look.fields}
            for look in mine.looks
        ],
    }  # fmt: skip
