"""Tell people: the reporter, the partner, those who follow. Asked what is so now, told once."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import formats, translation

from dothi.accounts.models import User
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.clocks.choices import State as ClockState
from dothi.core.events.services import publish as tell
from dothi.core.notices.choices import Channel
from dothi.core.notices.services import Recipient, send
from dothi.core.transactions import joined
from dothi.feedback import events, registry
from dothi.feedback.choices import Act, Sender, State, Visibility
from dothi.feedback.models import Follow, Message, Move, PartnerTask, Reporter, Ticket
from dothi.feedback.selectors import catalogue, tracking
from dothi.feedback.services import partners
from dothi.feedback.services.partners import link_days, partner_link
from dothi.feedback.services.people import stop_url, what_is_followed
from dothi.feedback.services.refusals import NoContact
from dothi.units import selectors as units
from dothi.units.models import Unit

# What the reporter hears of. Steps inside the house are to be seen on the page.
TOLD = frozenset(
    {
        Act.ASK, Act.RESOLVE, Act.REJECT, Act.PROGRESS, Act.MERGE, Act.TRANSFER, Act.LAPSE,
        Act.REOPEN, Act.RESCHEDULE,
    }
)  # fmt: skip
PUT_OFF = frozenset({Act.PROGRESS, Act.RESCHEDULE})
DIGEST_AT_MOST = 50


@joined
def tell_received(*, code: str, at: datetime) -> bool:
    """Confirm to the reporter that the report is here."""
    ticket = _reachable(code)
    if ticket is None:
        return False
    return _send_link(ticket, at=at, dedupe=f"received:{ticket.pk}")


@joined
def tell_link(*, code: str, at: datetime) -> bool:
    """Send the reporter a link to the report, asked for by who has it open."""
    ticket = _reachable(code)
    if ticket is None:
        return False
    # Asked again within ten minutes, the mail is on its way already.
    stretch = int(at.timestamp()) // 600
    return _send_link(ticket, at=at, dedupe=f"link:{ticket.pk}:{stretch}")


def _send_link(ticket: Ticket, *, at: datetime, dedupe: str) -> bool:
    with translation.override(ticket.language):
        context = {
            "code": ticket.code,
            "title": ticket.title,
            "due": moment(ticket.due_at),
            "link": tracking.tracking_url(ticket, at=at),
            "days": tracking.LINK_LIVES.days,
        }
    return _send(ticket, registry.RECEIVED.code, context, at=at, dedupe=dedupe)


@joined
def tell_moved(*, code: str, act: Act, at: datetime) -> int:
    """Tell the reporter of a step, and those whose reports were merged into it of the result."""
    if act not in TOLD:
        return 0
    wanting = Ticket.objects.filter(reachable=True).values_list("pk", flat=True)
    keys = list(wanting.filter(code=code))
    if act == Act.RESOLVE:
        keys += wanting.filter(merged_into__code=code)
    if not keys:
        return 0
    ticket = tracking.loaded().get(code=code)
    step = Move.objects.filter(ticket=ticket, act=act.value).order_by("-id").first()
    if step is None:
        return 0
    readers = tracking.loaded().filter(pk__in=keys).order_by("id")
    return sum(_tell_step(reader, ticket, act, step, at=at) for reader in readers)


def _tell_step(reader: Ticket, ticket: Ticket, act: Act, step: Move, *, at: datetime) -> int:
    with translation.override(reader.language):
        context = {
            "act": act.value,
            "code": reader.code,
            "title": reader.title,
            "into": ticket.merged_into.code if ticket.merged_into else "",
            "words": _words(ticket, act, step),
            "due": moment(ticket.due_at) if act in PUT_OFF else "",
            "link": tracking.tracking_url(reader, at=at),
        }
    return int(_send(reader, registry.NEWS.code, context, at=at, dedupe=f"{step.pk}:{reader.pk}"))


def _words(ticket: Ticket, act: Act, step: Move) -> str:
    if act == Act.RESOLVE:
        return ticket.answer
    if act in {Act.REJECT, Act.PROGRESS}:
        return step.reason
    if act == Act.ASK:
        message = Message.objects.filter(ticket=ticket, act=Act.ASK).order_by("-id").first()
        return message.text if message else ""
    return ""


@joined
def tell_message(*, code: str, at: datetime) -> bool:
    """Tell the reporter that the office wrote."""
    ticket = _reachable(code)
    if ticket is None:
        return False
    message = Message.objects.filter(ticket=ticket, sender=Sender.STAFF).order_by("-id").first()
    if message is None:
        return False
    context = {
        "act": "message",
        "code": ticket.code,
        "title": ticket.title,
        "words": message.text,
        "link": tracking.tracking_url(ticket, at=at),
    }
    return _send(ticket, registry.NEWS.code, context, at=at, dedupe=f"message:{message.pk}")


@joined
def tell_partner(*, code: str, at: datetime, again: bool = False) -> bool:
    """Send the partner the link by which it answers. Nothing of the reporter goes along.

    `again`: somebody asks for a new link, since the old one is lost or too old.
    """
    reached = [row.pk for row in catalogue.current().partners.values() if row.email]
    tasks = PartnerTask.objects.filter(ticket__code=code, ended_at=None, partner__in=reached)
    task = tasks.select_related("partner", "ticket__category", "ticket__unit").first()
    if task is None:
        return False
    mark = f":{at:%Y%m%d%H%M}" if again else ""
    return _tell_task(task, at=at, dedupe=f"feedback.partner:{task.pk}{mark}")


@joined
def renew_partner_link(*, token: str, at: datetime) -> bool:
    """A link that was ours is too old: a new one goes to the address of the partner, once a day."""
    found = partners.task_of_old_link(token=token, at=at)
    if found is None or not found.partner.email:
        return False
    tasks = PartnerTask.objects.select_related("partner", "ticket__category", "ticket__unit")
    day = local(at).date()
    _tell_task(tasks.get(pk=found.pk), at=at, dedupe=f"feedback.partner:{found.pk}:{day}")
    return True


def _tell_task(task: PartnerTask, *, at: datetime, dedupe: str) -> bool:
    ticket, language = task.ticket, task.partner.language
    with translation.override(language):
        place = ", ".join(filter(None, (ticket.address, ticket.unit.name)))
        context = {
            "partner": task.partner.name,
            "code": ticket.code,
            "category": ticket.category.name,
            "title": ticket.title,
            "place": place,
            "due": moment(task.due_at),
            "link": partner_link(task=task, at=at),
            "days": link_days(at),
        }
    notice = send(
        template=registry.PARTNER.code,
        to=Recipient(channel=Channel.EMAIL, address=task.partner.email, language=language),
        context=context,
        at=at,
        dedupe=dedupe,
    )
    return notice is not None


@joined
def tell_followers(*, at: datetime) -> int:
    """Each morning: one mail to everybody who follows, with what is new since the last one."""
    by_code = {unit.code: unit for unit in units.in_force(on=local(at).date())}
    told = 0
    for row in Follow.objects.filter(confirmed_at__isnull=False).select_related("category"):
        unit = by_code.get(row.unit_code)
        if row.unit_code and unit is None:
            continue  # The unit is no more; its successors have not been asked for.
        items = _followed(row, unit, at=at)
        if items:
            told += _send_digest(row, unit, items, at=at)
        Follow.objects.filter(pk=row.pk).update(told_until=at)
    return told


def _followed(row: Follow, unit: Unit | None, *, at: datetime) -> list[Ticket]:
    """What was received or resolved since the last mail, the newest first."""
    since = row.told_until or row.asked_at
    received = Q(received_at__gte=since, received_at__lt=at)
    resolved = Q(resolved_at__gte=since, resolved_at__lt=at)
    new = Ticket.objects.exclude(visibility=Visibility.HELD).filter(received | resolved)
    if unit is not None:
        below = units.descendants(unit, on=local(at).date(), include_self=True)
        new = new.filter(unit__in=below)
    if row.category_id is not None:
        new = new.filter(category_id=row.category_id)
    return list(new.select_related("category").order_by("-changed_at", "-id")[:DIGEST_AT_MOST])


def _send_digest(row: Follow, unit: Unit | None, items: Iterable[Ticket], *, at: datetime) -> int:
    with translation.override(row.language):
        context = {
            "what": what_is_followed(row, unit, row.language),
            "items": [
                {
                    "code": ticket.code,
                    "category": ticket.category.name,
                    "title": ticket.title if ticket.visibility == Visibility.PUBLIC else "",
                    "state": State(ticket.state).label,
                    "link": public_url(ticket, row.language),
                }
                for ticket in items
            ],
            "stop": stop_url(row, at=at),
        }
    notice = send(
        template=registry.DIGEST.code,
        to=Recipient(channel=Channel.EMAIL, address=row.email, language=row.language),
        context=context,
        at=at,
        dedupe=f"feedback.digest:{row.pk}:{local(at).date()}",
    )
    return int(notice is not None)


def public_url(ticket: Ticket, language: str) -> str:
    """The public page of a report."""
    return tracking.page_url(f"feedback/r/{ticket.code}", language)


@joined
def tell_overdue(*, code: str, due_at: datetime, at: datetime) -> bool:
    """The clock says that an answer is late: tell the house, once for each due time."""
    ticket = tracking.loaded().filter(code=code).first()
    if ticket is None or ticket.closed_at is not None or ticket.due_at != due_at:
        return False
    told = Ticket.objects.filter(pk=ticket.pk, due_at=due_at).exclude(overdue_told_for=due_at)
    if not told.update(overdue_told_for=due_at):
        return False
    tell(
        events.FeedbackOverdue(
            code=ticket.code,
            unit_code=ticket.unit.code,
            category=ticket.category.code,
            handling_unit=ticket.handling_unit.code,
            due_at=due_at,
        ),
        at=at,
    )
    return True


@joined
def tell_near_due(*, code: str, due_at: datetime, at: datetime) -> bool:
    """The last part of the time has begun: tell the house."""
    ticket = tracking.loaded().filter(code=code).first()
    if ticket is None or ticket.closed_at is not None or ticket.due_at != due_at:
        return False
    if ticket.clock is None or ticket.clock.state != ClockState.RUNNING:
        return False
    tell(
        events.FeedbackNearDue(
            code=ticket.code,
            unit_code=ticket.unit.code,
            category=ticket.category.code,
            handling_unit=ticket.handling_unit.code,
            due_at=due_at,
        ),
        at=at,
    )
    return True


def moment(at: datetime | None) -> str:
    """A time in the active language; nothing where there is none."""
    return str(formats.date_format(local(at), "DATETIME_FORMAT")) if at else ""


def _reachable(code: str) -> Ticket | None:
    return tracking.loaded().filter(code=code, reachable=True).first()


def _send(
    ticket: Ticket, template: str, context: dict[str, Any], *, at: datetime, dedupe: str
) -> bool:
    reporter = Reporter.objects.filter(ticket=ticket, wants_news=True).first()
    if reporter is None:
        return False
    by_sms = reporter.by_sms
    address = reporter.phone if by_sms else reporter.email
    if not address:
        return False
    notice = send(
        template=template,
        to=Recipient(
            channel=Channel.SMS if by_sms else Channel.EMAIL,
            address=address,
            language=ticket.language,
        ),
        context=context | {"page": tracking.page_url("feedback/track", ticket.language)},
        at=at,
        dedupe=f"feedback:{dedupe}",
        about=ticket.subject,
    )
    return notice is not None


@transaction.atomic
def send_partner_link(*, ticket: Ticket, by: User, at: datetime) -> None:
    """Send the partner a new link, since the old one was lost or is too old.

    Raises:
        NoContact: the partner has no open task, or no address.
    """
    if not tell_partner(code=ticket.code, at=at, again=True):
        raise NoContact
    record("feedback.partner_link", subject=ticket.subject, by=by.actor, at=at)
