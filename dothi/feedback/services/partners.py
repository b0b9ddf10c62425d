"""Partners outside the house: they answer by a signed link that expires, without an account."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from dothi.core.clock import local
from dothi.core.clocks import services as clocks
from dothi.core.crypto import services as crypto
from dothi.core.crypto.rules import Unreadable
from dothi.feedback import rules
from dothi.feedback.choices import Act, Parameter, Sender, State
from dothi.feedback.models import PartnerTask, Ticket
from dothi.feedback.selectors import catalogue
from dothi.feedback.selectors.files import PROGRESS, RESULT
from dothi.feedback.services import files, moving, talking
from dothi.feedback.services.refusals import LinkDoesNotOpen

PURPOSE = "feedback.partner"


def partner_link(*, task: PartnerTask, at: datetime) -> str:
    """The address at which the partner answers this one task; good for the days that are set."""
    days = link_days(at)
    token = crypto.sign({"k": task.pk}, purpose=PURPOSE, expires=at + timedelta(days=days))
    return f"{settings.PUBLIC_URL}/feedback/partner/{token}"


def link_days(at: datetime) -> int:
    return catalogue.current().parameter(Parameter.PARTNER_LINK_DAYS, on=local(at).date())


def read_partner_link(*, token: str, at: datetime) -> PartnerTask:
    """The task that a link leads to.

    Raises:
        LinkDoesNotOpen: changed, too old, or the task is over.
    """
    try:
        payload = crypto.unsign(token, purpose=PURPOSE, at=at)
    except Unreadable as error:
        raise LinkDoesNotOpen from error
    task = (
        PartnerTask.objects.filter(pk=payload["k"], ended_at=None)
        .select_related(
            "partner", "clock", "ticket__unit", "ticket__handling_unit", "ticket__category",
            "ticket__partner",
        )
        .first()
    )  # fmt: skip
    if task is None or task.ticket.state not in rules.OPEN:
        raise LinkDoesNotOpen
    return task


def partner_answer(
    *, token: str, text: str, at: datetime, photos: Sequence[str] = (), done: bool = True
) -> Ticket:
    """The partner answers. Done: its clock is met and the watching post decides what follows.

    Not done: it is a word on how far it is; the clock runs on, and the link stays good.
    """
    task = read_partner_link(token=token, at=at)
    _answer(ticket=task.ticket, task=task, text=text, photos=photos, done=done, at=at)
    return task.ticket


@moving.verb
def _answer(
    *,
    ticket: Ticket,
    task: PartnerTask,
    text: str,
    photos: Sequence[str],
    done: bool,
    at: datetime,
) -> None:
    words = moving.words(text, most=rules.TEXT_LENGTH)
    by = f"partner:{task.partner.code}"
    open_tasks = PartnerTask.objects.filter(pk=task.pk, ended_at=None)
    changed = open_tasks.update(
        answer=words, done=done, answered_at=at, **({"ended_at": at} if done else {})
    )
    if not changed:
        raise LinkDoesNotOpen
    if done and task.clock is not None:
        clocks.meet(task.clock, at=at)
    files.add(ticket, photos, part=RESULT if done else PROGRESS)
    talking.write(ticket, Sender.PARTNER, words, by=by, at=at, act=Act.PARTNER)
    changes = {"unread_since": ticket.unread_since or at}
    moving.move(ticket, Act.PARTNER, by=by, at=at, to=State(ticket.state), changes=changes)
    moving.put_duty(ticket, at=at)


def partner_gives_back(*, token: str, reason: str, at: datetime) -> Ticket:
    """Not ours: the partner says why, its clock stops, and the watching post has it alone."""
    task = read_partner_link(token=token, at=at)
    _give_back(ticket=task.ticket, task=task, reason=reason, at=at)
    return task.ticket


@moving.verb
def _give_back(*, ticket: Ticket, task: PartnerTask, reason: str, at: datetime) -> None:
    why = moving.reason_of(reason, needed=True)
    by = f"partner:{task.partner.code}"
    open_tasks = PartnerTask.objects.filter(pk=task.pk, ended_at=None)
    if not open_tasks.update(answer=why, done=False, answered_at=at, ended_at=at):
        raise LinkDoesNotOpen
    if task.clock is not None:
        clocks.stop(task.clock, at=at, reason=GIVEN_BACK)
    talking.write(ticket, Sender.PARTNER, why, by=by, at=at, act=Act.PARTNER)
    moving.move(
        ticket, Act.PARTNER, by=by, at=at, to=State(ticket.state), changes={"partner": None}
    )
    moving.put_duty(ticket, at=at)


GIVEN_BACK = "the partner gave it back"


def task_of_old_link(*, token: str, at: datetime) -> PartnerTask | None:
    """The open task of a link that is ours but too old: a new one may go to the partner."""
    try:
        payload = crypto.unsign(token, purpose=PURPOSE, at=at - timedelta(days=OLDEST_DAYS))
    except Unreadable:
        return None
    tasks = PartnerTask.objects.filter(pk=payload["k"], ended_at=None)
    return tasks.filter(ticket__state__in=rules.OPEN).select_related("partner", "ticket").first()


OLDEST_DAYS = 365


def current_task(ticket: Ticket) -> PartnerTask | None:
    """The task that a partner has open for this report."""
    tasks = PartnerTask.objects.filter(ticket=ticket, ended_at=None)
    return tasks.select_related("partner", "clock").first()
