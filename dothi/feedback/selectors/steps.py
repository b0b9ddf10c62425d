"""Steps of many public reports, as programs follow them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from dothi.feedback import rules
from dothi.feedback.choices import Act, State, Visibility
from dothi.feedback.models import ApiKey, Message, Move, Ticket
from dothi.feedback.selectors.public import PUBLIC_ACTS, PublicFilters, narrowed
from dothi.feedback.selectors.tracking import loaded

WORDS_OF_REPORTERS = frozenset({Act.INFORM, Act.REOPEN})


@dataclass(frozen=True, kw_only=True)
class PublicUpdate:
    """One step of one report."""

    key: int
    code: str
    at: datetime
    was_open: bool  # Whether the report was open after it.
    words: str


def public_steps(
    *,
    filters: PublicFilters,
    at: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 100,
) -> list[PublicUpdate]:
    """The newest steps that everybody may follow, the oldest of them first."""
    seen: QuerySet[Ticket] = narrowed(filters, on=at.date())
    rows = Move.objects.filter(act__in=sorted(PUBLIC_ACTS))
    if filters.codes:
        rows = rows.filter(ticket__in=[ticket.pk for ticket in seen])
    else:
        rows = rows.exclude(ticket__visibility=Visibility.HELD)
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lte=until)
    newest = list(rows.select_related("ticket").order_by("-id")[:limit])
    return [
        PublicUpdate(
            key=move.pk,
            code=move.ticket.code,
            at=move.at,
            was_open=State(move.now) in rules.OPEN,
            words=_words(move),
        )
        for move in reversed(newest)
    ]


def _words(move: Move) -> str:
    shown = move.public and move.ticket.visibility == Visibility.PUBLIC
    return (move.reason if shown else "") or str(Act(move.act).label)


def ticket_of_program(who: ApiKey, code: str) -> Ticket | None:
    """A report by its number, if that program brought it."""
    return loaded().filter(code=code, source=who.source).first()


def last_update(ticket: Ticket) -> str:
    """The number of the last word that a reporter added: a step, or a message."""
    step = Move.objects.filter(ticket=ticket).order_by("-id").first()
    if step is not None and step.act in WORDS_OF_REPORTERS and step.at == ticket.changed_at:
        return str(step.pk)
    message = Message.objects.filter(ticket=ticket).order_by("-id").first()
    return f"m{message.pk}" if message else ""
