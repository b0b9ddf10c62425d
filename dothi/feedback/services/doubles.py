"""Reports that are about one thing, and matters that are no feedback at all."""

from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.core.clock import local
from dothi.core.events.services import publish as tell
from dothi.core.papers.models import Paper
from dothi.core.papers.services import Agency, issue
from dothi.feedback import events, rules
from dothi.feedback.choices import Act, Duty, Law, Parameter, State, Urgency, Visibility
from dothi.feedback.models import Ticket
from dothi.feedback.selectors import catalogue
from dothi.feedback.services import files, moving
from dothi.feedback.services.moving import Actor, actor_of
from dothi.feedback.services.refusals import NotTheSameThing
from dothi.lib.geo import Point, distance_m


@moving.verb
def merge(*, ticket: Ticket, into: Ticket, by: Actor, at: datetime, reason: str = "") -> None:
    """Say that a report is about the same thing as another one, which goes on for both.

    Raises:
        NotTheSameThing: itself, a merged or passed-on report, or one too far away.
    """
    why = moving.reason_of(reason, needed=False)
    moving.check(ticket, Act.MERGE)
    into.refresh_from_db()
    _check_target(ticket, into, at=at)
    changes: dict[str, Any] = moving.forward_done(ticket, at=at, stopped=MERGED)
    moving.stop_answer(ticket, at=at, reason=MERGED)
    changes |= {"merged_into": into, "asked_at": None}
    moving.move(ticket, Act.MERGE, by=by, at=at, reason=why, changes=changes)
    moving.end_task(ticket, at=at)
    # What was merged into the double before follows it.
    Ticket.objects.filter(merged_into=ticket).update(merged_into=into)
    Ticket.objects.filter(pk=into.pk).update(me_too=F("me_too") + 1 + ticket.me_too)
    into.refresh_from_db(fields=["me_too"])
    moving.close_duty(ticket)
    tell(
        events.FeedbackMerged(
            code=ticket.code,
            into=into.code,
            unit_code=ticket.unit.code,
            category=ticket.category.code,
        ),
        at=at,
    )


MERGED = "merged with another report"


def _check_target(ticket: Ticket, into: Ticket, *, at: datetime) -> None:
    if into.pk == ticket.pk or into.state in rules.FINAL | {State.DUPLICATE}:
        raise NotTheSameThing(_("It cannot be merged into this report."))
    metres = catalogue.current().parameter(Parameter.MERGE_METRES, on=local(at).date())
    if None in (ticket.lon, ticket.lat, into.lon, into.lat):
        return
    one, other = (Point(row.lon or 0.0, row.lat or 0.0) for row in (ticket, into))
    if distance_m(one, other) > metres:
        raise NotTheSameThing(
            _("The reports lie more than %(metres)d m apart.") % {"metres": metres}
        )


@moving.verb
def unmerge(*, ticket: Ticket, reason: str, by: Actor, at: datetime) -> None:
    """It was something else after all: the report goes on where it was, with its first due time."""
    why = moving.reason_of(reason, needed=True)
    target = moving.check(ticket, Act.UNMERGE)
    into = ticket.merged_into
    assert into is not None
    if target == State.NEEDS_INFO:  # Nobody was reminded meanwhile: the post decides anew.
        target = State.FORWARDED
    clock = moving.start_clock(
        subject=ticket.subject,
        duty=Duty.ANSWER,
        category_id=ticket.category_id,
        urgency=Urgency(ticket.urgency),
        unit_code=ticket.handling_unit.code,
        at=ticket.received_at,
        on=local(ticket.received_at).date(),
    )
    moving.move(
        ticket,
        Act.UNMERGE,
        by=by,
        at=at,
        reason=why,
        to=target,
        changes={
            "merged_into": None,
            "closed_at": None,
            "clock": clock,
            "due_at": clock.due_at if clock else None,
        },
    )
    Ticket.objects.filter(pk=into.pk).update(me_too=F("me_too") - 1 - ticket.me_too)
    moving.put_duty(ticket, at=at)


@moving.verb
def transfer_as_complaint(
    *,
    ticket: Ticket,
    law: Law,
    receiver: str,
    reason: str,
    by: Actor,
    at: datetime,
    signer_title: str = "Người chuyển đơn",
) -> Paper:
    """It is a complaint or denunciation: hand it on by its own paper, and close it for good.

    Luật Khiếu nại 02/2011/QH13, Luật Tố cáo 25/2018/QH14: feedback does not decide such matters.
    Nothing of it is shown to the public any more.
    """
    why = moving.reason_of(reason, needed=True)
    to_whom = moving.words(receiver, most=200)
    moving.check(ticket, Act.TRANSFER)
    was = ticket.visibility
    changes: dict[str, Any] = moving.forward_done(ticket, at=at, stopped=PASSED_ON)
    moving.stop_answer(ticket, at=at, reason=PASSED_ON)
    changes |= {"visibility": Visibility.HELD.value, "asked_at": None}
    moving.move(ticket, Act.TRANSFER, by=by, at=at, reason=why, changes=changes)
    moving.end_task(ticket, at=at)
    files.tell_shown(ticket, was, at=at)
    moving.close_duty(ticket)
    signer = by.get_full_name() if isinstance(by, User) else ""
    return issue(
        kind="transfer",
        subject=ticket.subject,
        unit_code=ticket.handling_unit.code,
        agency=_agency(ticket, signer, signer_title, at=at),
        context=_paper_words(ticket, law, to_whom, why),
        at=at,
        by=actor_of(by),
    )


def _agency(ticket: Ticket, signer: str, signer_title: str, *, at: datetime) -> Agency:
    root = catalogue.current().root(on=local(at).date())
    above = root.name_vi if root and root.pk != ticket.handling_unit_id else ""
    name = ticket.handling_unit.name_vi
    return Agency(
        name=f"Ủy ban nhân dân {name}" if above else name,
        above=above,
        place=name,
        signer_title=signer_title,
        signer=signer,
    )


def _paper_words(ticket: Ticket, law: Law, receiver: str, reason: str) -> dict[str, str]:
    return {
        "feedback_code": ticket.code,
        "law_name": LAW_NAMES[Law(law)],
        "receiver": receiver,
        "reason": reason,
        "received_on": f"{local(ticket.received_at):%d/%m/%Y}",
        "category": ticket.category.name_vi,
        "heading": ticket.title,
        "words": ticket.text,
    }


# As the paper says it: official papers are in Vietnamese.
LAW_NAMES = {
    Law.COMPLAINT: "khiếu nại (Luật Khiếu nại số 02/2011/QH13)",
    Law.DENUNCIATION: "tố cáo (Luật Tố cáo số 25/2018/QH14)",
}
PASSED_ON = "passed on under another law"
