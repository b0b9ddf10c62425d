"""What a record becomes: a report, the steps of its history, its duty and its events."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from dothi.accounts.choices import Role
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.events.registry import Event
from dothi.core.events.services import publish_all
from dothi.feedback import events, rules
from dothi.feedback.choices import Act, Channel, State, Visibility
from dothi.feedback.models import ImportRun, Move, Ticket
from dothi.feedback.services import moving
from dothi.feedback.services.intake import PREFIX
from dothi.feedback.services.moving import Actor, actor_of
from dothi.feedback.services.open311.placing import Plan, Taken
from dothi.lib import codes, text_vi
from dothi.lib.georeport import Request


def write_all(
    taken: list[Taken], *, run: ImportRun | None, plan: Plan, by: Actor, at: datetime
) -> list[Ticket]:
    tickets = [_ticket(one, plan, at=at) for one in taken]
    Ticket.objects.bulk_create(tickets)
    Move.objects.bulk_create(
        [step for one, ticket in zip(taken, tickets, strict=True) for step in _steps(one, ticket)]
    )
    moving.put_duties([ticket for ticket in tickets if ticket.closed_at is None], at=at)
    publish_all([event for ticket in tickets for event in _events(ticket)], at=at)
    subject = f"feedback.import:{run.pk}" if run else tickets[0].subject
    record("feedback.take_over", subject=subject, by=actor_of(by), at=at, rows=len(tickets),
           source=plan.source, first=tickets[0].code, last=tickets[-1].code)  # fmt: skip
    return tickets


def _ticket(taken: Taken, plan: Plan, *, at: datetime) -> Ticket:
    request, closed = taken.request, taken.request.closed_at
    service = text_vi.tidy(request.service_name.replace("_", " ")) or taken.category.name_vi
    text = text_vi.nfc(request.description)[: rules.TEXT_LENGTH] or service
    title = rules.title_of(text)[: rules.TITLE_LENGTH]
    address = text_vi.tidy(request.address)[: rules.ADDRESS_LENGTH]
    shown = plan.words_are_public and not taken.category.conduct
    hidden = Visibility.HELD if taken.category.conduct else Visibility.FACTS
    state = State.RECEIVED
    if closed is not None:
        state = State.PUBLISHED if shown else State.RESOLVED
    return Ticket(
        code=codes.public_code(PREFIX, local(request.requested_at)),
        secret_hash=codes.hash_secret(codes.secret()),
        title=title,
        text=text,
        folded=moving.folded((title, text, address)),
        language=plan.language,
        category=taken.category,
        channel=Channel.IMPORT,
        entered_by="system",
        lon=taken.place.lon if taken.place else None,
        lat=taken.place.lat if taken.place else None,
        address=address,
        unit=taken.unit,
        state=state,
        state_before=State.RECEIVED if closed else "",
        visibility=Visibility.PUBLIC if shown else hidden,
        handling_unit=taken.handling,
        handling_role=Role.DISPATCHER,
        received_at=request.requested_at,
        resolved_at=closed,
        closed_at=closed,
        changed_at=closed or request.requested_at,
        answer=(text_vi.nfc(request.notes) or _("Closed there; no result was told."))
        if closed
        else "",
        source=plan.source,
        source_ref=request.id[:120],
        attributes=_attributes(request),
    )


def _attributes(request: Request) -> dict[str, str]:
    told = {
        "service_code": request.service_code,
        "service_name": request.service_name,
        "expected_datetime": request.expected,
        "agency_responsible": request.agency,
    }
    return {name: value for name, value in told.items() if value}


def _steps(taken: Taken, ticket: Ticket) -> list[Move]:
    """Its history as far as it is known, and that no clock of ours runs."""
    actor = f"machine:{ticket.source}"[:80]
    where = {"to_unit": ticket.handling_unit.code, "to_role": ticket.handling_role}
    steps = [
        Move(
            ticket=ticket, act=Act.SUBMIT, now=State.RECEIVED, at=ticket.received_at, actor=actor,
            public=True, reason=_("Taken over from another system. No time limit of ours runs."),
            **where,
        )
    ]  # fmt: skip
    if ticket.closed_at is not None:
        steps.append(
            Move(
                ticket=ticket, act=Act.RESOLVE, was=State.RECEIVED, now=State.RESOLVED,
                at=ticket.closed_at, actor=actor, **where,
            )
        )  # fmt: skip
        if ticket.state == State.PUBLISHED:
            steps.append(
                Move(
                    ticket=ticket, act=Act.PUBLISH, was=State.RESOLVED, now=State.PUBLISHED,
                    at=ticket.closed_at, actor=actor, **where,
                )
            )  # fmt: skip
    return steps


def _events(ticket: Ticket) -> Iterator[Event]:
    facts: dict[str, Any] = {
        "code": ticket.code,
        "unit_code": ticket.unit.code,
        "category": ticket.category.code,
        "handling_unit": ticket.handling_unit.code,
        "received_at": ticket.received_at,
        "due_at": None,
    }
    yield events.FeedbackSubmitted(
        **facts,
        channel=ticket.channel,
        urgency=ticket.urgency,
        state=ticket.state,
        handling_role=ticket.handling_role,
        partner="",
        visibility=ticket.visibility,
        reachable=False,
    )
    if ticket.resolved_at is not None:
        yield events.FeedbackAnswered(
            **facts, resolved_at=ticket.resolved_at, on_time=True, reopened=0
        )
