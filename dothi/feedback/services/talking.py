"""Words between the office and the reporter."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from dothi.core.audit.services import record
from dothi.core.clocks import services as clocks
from dothi.core.events.services import publish as tell
from dothi.feedback import events, rules
from dothi.feedback.choices import Act, Sender, State
from dothi.feedback.models import Message, Ticket
from dothi.feedback.services import files, moving
from dothi.feedback.services.moving import Actor, actor_of
from dothi.feedback.services.refusals import NotAllowedNow


@moving.verb
def ask_reporter(*, ticket: Ticket, question: str, by: Actor, at: datetime) -> None:
    """Ask what only the reporter knows. The clock stands still until the answer comes."""
    text = moving.words(question, most=rules.TEXT_LENGTH)
    moving.check(ticket, Act.ASK)
    changes: dict[str, Any] = moving.forward_done(ticket, at=at)
    if ticket.clock is not None:
        clocks.pause(ticket.clock, at=at, reason=WAITS)
    changes |= {"asked_at": at, "paused": ticket.clock is not None}
    write(ticket, Sender.STAFF, text, by=by, at=at, act=Act.ASK)
    moving.move(ticket, Act.ASK, by=by, at=at, changes=changes)
    moving.put_duty(ticket, at=at)


# Shown in the explanation of the clock, in the language of the reader.
WAITS = "waiting for the reporter's answer"


@moving.verb
def answer_from_reporter(
    *, ticket: Ticket, text: str, at: datetime, by: Actor = "public", photos: Sequence[str] = ()
) -> None:
    """The reporter answered: the report goes back to where it was, and the clock goes on."""
    words = moving.words(text, most=rules.TEXT_LENGTH)
    moving.check(ticket, Act.INFORM)
    changes: dict[str, Any] = {"asked_at": None, "paused": False, "unread_since": at}
    if ticket.clock is not None:
        clocks.resume(ticket.clock, at=at)
        changes["due_at"] = ticket.clock.due_at
    write(ticket, Sender.CITIZEN, words, by=by, at=at, act=Act.INFORM)
    files.add(ticket, photos)
    moving.move(ticket, Act.INFORM, by=by, at=at, changes=changes)
    moving.put_duty(ticket, at=at)


@moving.verb
def lapse(*, ticket: Ticket, at: datetime, by: Actor = "system") -> None:
    """No answer came in the days that we wait: the report is closed, and may be reopened."""
    moving.check(ticket, Act.LAPSE)
    moving.stop_answer(ticket, at=at, reason=LAPSED)
    moving.move(ticket, Act.LAPSE, by=by, at=at, changes={"asked_at": None})
    moving.end_task(ticket, at=at)
    moving.close_duty(ticket)


LAPSED = "no answer came"


@moving.verb
def say(*, ticket: Ticket, text: str, by: Actor, at: datetime, public: bool = False) -> Message:
    """Write to the reporter; a public message may be read by everybody who sees the report."""
    words = moving.words(text, most=rules.TEXT_LENGTH)
    message = write(ticket, Sender.STAFF, words, by=by, at=at, public=public)
    _unread(ticket, since=None)
    _spoken(ticket, message, at=at)
    return message


def citizen_says(*, ticket: Ticket, text: str, at: datetime, photos: Sequence[str] = ()) -> None:
    """The reporter writes: an answer where one was asked for, else a message.

    Raises:
        NotAllowedNow: another law has the matter now.
    """
    if ticket.state == State.NEEDS_INFO:
        answer_from_reporter(ticket=ticket, text=text, at=at, photos=photos)
        return
    with transaction.atomic():
        if ticket.state in rules.FINAL:
            raise NotAllowedNow(ticket.code, State(ticket.state))
        words = moving.words(text, most=rules.TEXT_LENGTH)
        files.add(ticket, photos)
        _unread(ticket, since=ticket.unread_since or at)
        _spoken(ticket, write(ticket, Sender.CITIZEN, words, by="public", at=at), at=at)


@moving.verb
def mark_read(*, ticket: Ticket, by: Actor, at: datetime) -> None:
    """Somebody of the office has read what the reporter or the partner wrote."""
    _unread(ticket, since=None)
    record("feedback.mark_read", subject=ticket.subject, by=actor_of(by), at=at)


def _unread(ticket: Ticket, *, since: datetime | None) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(unread_since=since)
    ticket.unread_since = since


def write(
    ticket: Ticket,
    sender: Sender,
    text: str,
    *,
    by: Actor,
    at: datetime,
    act: Act | None = None,
    public: bool = False,
) -> Message:
    message = Message(
        ticket=ticket,
        sender=sender,
        actor=actor_of(by),
        act=act.value if act else "",
        text=text,
        public=public,
        at=at,
    )
    message.save(force_insert=True)
    return message


def _spoken(ticket: Ticket, message: Message, *, at: datetime) -> None:
    record("feedback.say", subject=ticket.subject, by=message.actor, at=at, public=message.public)
    tell(
        events.FeedbackSpoken(
            code=ticket.code,
            unit_code=ticket.unit.code,
            category=ticket.category.code,
            sender=message.sender,
            public=message.public,
            reachable=ticket.reachable,
        ),
        at=at,
    )
