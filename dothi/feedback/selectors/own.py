"""What a person who signed in finds on the own page: reports, news of them, what is followed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from dothi.accounts.models import User
from dothi.core.access.models import Look
from dothi.core.clock import local
from dothi.core.clocks.selectors import ClockView
from dothi.core.clocks.selectors import views as clock_views
from dothi.core.crypto.services import keyed_hash
from dothi.feedback.choices import Act, Sender, State
from dothi.feedback.models import Follow, Message, Move, Reporter, Ticket
from dothi.feedback.selectors.public import PUBLIC_ACTS
from dothi.feedback.selectors.tracking import looks_at, tickets_of_account
from dothi.units import selectors as units

AT_MOST = 200
NEWS = 50


@dataclass(frozen=True, kw_only=True)
class Mine:
    """One own report for a list."""

    ticket: Ticket
    state: str
    clock: ClockView | None
    waits_for_me: bool


@dataclass(frozen=True, kw_only=True)
class News:
    """Something that happened to an own report: words of the office, or a step."""

    at: datetime
    ticket: Ticket
    title: str
    text: str
    from_office: bool


@dataclass(frozen=True, kw_only=True)
class Followed:
    """One thing that an address follows."""

    key: int
    subject: str
    area: str
    confirmed: bool
    asked_at: datetime


@dataclass(frozen=True, kw_only=True)
class Own:
    """Everything about the own reports of a person."""

    reports: list[Mine]
    news: list[News]
    looks: list[Look]
    codes: dict[str, str]  # Subject of the access log → public code.

    @property
    def tickets(self) -> list[Ticket]:
        return [mine.ticket for mine in self.reports]


def own(account: User, *, at: datetime) -> Own:
    """The reports that a person made while signed in or claimed, and what became of them."""
    tickets = list(tickets_of_account(account)[:AT_MOST])
    chips = clock_views([ticket.clock for ticket in tickets if ticket.clock], at=at)
    return Own(
        reports=[
            Mine(
                ticket=ticket,
                state=str(State(ticket.state).label),
                clock=chips.get(ticket.clock_id or 0) if ticket.closed_at is None else None,
                waits_for_me=ticket.state == State.NEEDS_INFO,
            )
            for ticket in tickets
        ],
        news=news_for(tickets),
        looks=list(looks_at(tickets)[:AT_MOST]) if tickets else [],
        codes={ticket.subject: ticket.code for ticket in tickets},
    )


def news_for(tickets: Sequence[Ticket], *, limit: int | None = NEWS) -> list[News]:
    """Words and steps of these reports, the newest first."""
    by_id = {ticket.pk: ticket for ticket in tickets}
    words = Message.objects.filter(ticket__in=by_id).order_by("-id")
    steps = Move.objects.filter(ticket__in=by_id, act__in=sorted(PUBLIC_ACTS)).order_by("-id")
    found = [
        News(
            at=message.at,
            ticket=by_id[message.ticket_id],
            title=str(Sender(message.sender).label),
            text=message.text,
            from_office=message.sender != Sender.CITIZEN,
        )
        for message in words[:limit]
    ] + [
        News(
            at=step.at,
            ticket=by_id[step.ticket_id],
            title=str(Act(step.act).label),
            text=step.reason if step.public else "",
            from_office=True,
        )
        for step in steps[:limit]
    ]
    return sorted(found, key=lambda news: news.at, reverse=True)[:limit]


def follows_of(emails: Collection[str], *, at: datetime) -> list[Followed]:
    """What these addresses follow; ask only with addresses that were proved."""
    hashes = [contact_mark(email) for email in emails]
    names = {unit.code: unit.name for unit in units.in_force(on=local(at).date())}
    rows = Follow.objects.filter(email_hash__in=hashes).select_related("category")
    return [
        Followed(
            key=row.pk,
            subject=row.category.name if row.category else "",
            area=names.get(row.unit_code, row.unit_code),
            confirmed=row.confirmed_at is not None,
            asked_at=row.asked_at,
        )
        for row in rows.order_by("id")
    ]


def contact_mark(email: str) -> str:
    return keyed_hash(email.strip().casefold(), purpose="feedback.contact")


def reporter_of(ticket: Ticket) -> Reporter | None:
    """What the house keeps of the reporter: for that person only, who opened it by the secret."""
    return Reporter.objects.filter(ticket=ticket).first()
