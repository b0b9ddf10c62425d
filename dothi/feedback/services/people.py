"""Who reported, opened with a purpose and a trace; lost links; and people who follow."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from dothi.accounts.models import User
from dothi.core.access.services import opened
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.crypto import services as crypto
from dothi.core.crypto.rules import Unreadable
from dothi.core.notices.choices import Channel
from dothi.core.notices.services import Recipient, send
from dothi.feedback import permissions, registry
from dothi.feedback.models import Category, Follow, Reporter, Ticket
from dothi.feedback.selectors import catalogue, tracking
from dothi.feedback.services.intake import Contact, contact_hash
from dothi.feedback.services.moving import Actor, actor_of
from dothi.feedback.services.refusals import (
    BadText,
    LinkDoesNotOpen,
    NoContact,
    NotYours,
    UnknownCategory,
)
from dothi.lib.text_vi import tidy
from dothi.units.models import Unit

FOLLOW = "feedback.follow"
CONFIRM_WITHIN = timedelta(days=3)
STOP_WITHIN = timedelta(days=365)


def open_reporter(*, ticket: Ticket, by: User, purpose: str, at: datetime) -> Contact:
    """Show who reported to the post that handles the report. The look is logged before it is.

    Raises:
        NotYours: the person holds no post that handles this report.
        BadText: no purpose is given.
    """
    on = local(at).date()
    if not permissions.may_open_reporter(by, ticket, on=on):
        raise NotYours
    if not tidy(purpose):
        raise BadText(_("Please say what you need it for."))
    opened(
        record=ticket.subject,
        by=by.actor,
        at=at,
        purpose=tidy(purpose)[:200],
        fields=["name", "phone", "email"],
        post=f"{ticket.handling_role}, {ticket.handling_unit.name_vi}",
    )
    reporter = Reporter.objects.filter(ticket=ticket).first()
    if reporter is None:
        return Contact(wants_news=False)
    return Contact(
        name=reporter.name,
        phone=reporter.phone,
        email=reporter.email,
        wants_news=reporter.wants_news,
        by_sms=reporter.by_sms,
    )


@transaction.atomic
def forget_reporter(*, ticket: Ticket, by: Actor, at: datetime) -> None:
    """Erase who reported; what was reported stays."""
    Reporter.objects.filter(ticket=ticket).delete()
    Ticket.objects.filter(pk=ticket.pk).update(reachable=False)
    ticket.reachable = False
    record("feedback.forget_reporter", subject=ticket.subject, by=actor_of(by), at=at)


@transaction.atomic
def forget_account(*, account: User, by: Actor, at: datetime) -> int:
    """Erase a person from all own reports, before the account goes. Return how many."""
    tickets = list(tracking.tickets_of_account(account))
    for ticket in tickets:
        forget_reporter(ticket=ticket, by=by, at=at)
    return len(tickets)


@transaction.atomic
def stop_news(*, ticket: Ticket, at: datetime) -> None:
    """The reporter wants to hear nothing more of this report."""
    Reporter.objects.filter(ticket=ticket).update(wants_news=False)
    Ticket.objects.filter(pk=ticket.pk).update(reachable=False)
    ticket.reachable = False
    record("feedback.stop_news", subject=ticket.subject, by="public", at=at)


@transaction.atomic
def recover(*, contact: str, at: datetime, language: str = "vi") -> int:
    """Send links to all reports of an e-mail address to that address. Return how many.

    The page says the same whatever comes out: nobody learns whether an address is known here.

    Raises:
        NoContact: it is no e-mail address.
    """
    if "@" not in contact:
        raise NoContact
    tickets = list(tracking.tickets_of_contact(contact)[:50])
    if not tickets:
        return 0
    items = [
        {
            "code": ticket.code,
            "title": ticket.title,
            "link": tracking.tracking_url(ticket, at=at, language=language),
        }
        for ticket in tickets
    ]
    send(
        template=registry.RECOVER.code,
        to=Recipient(channel=Channel.EMAIL, address=contact.strip(), language=language),
        context={"items": items, "days": tracking.LINK_LIVES.days},
        at=at,
        # Asked again within ten minutes, the mail is on its way already.
        dedupe=f"feedback.recover:{contact_hash(contact)[:40]}:{int(at.timestamp()) // 600}",
    )
    return len(tickets)


# --- Following -----------------------------------------------------------------------------------


@transaction.atomic
def follow(
    *, email: str, at: datetime, unit: Unit | None = None, category: str = "", language: str = "vi"
) -> Follow:
    """Somebody wants news of an area, a subject or both; nothing is sent before they confirm.

    Raises:
        NoContact: no e-mail address. UnknownCategory: see there.
    """
    address = email.strip()
    if "@" not in address or len(address) > 254:
        raise NoContact
    subject: Category | None = None
    if category:
        subject = catalogue.current().category(category, on=local(at).date())
        if subject is None:
            raise UnknownCategory
    row, _made = Follow.objects.get_or_create(
        email_hash=contact_hash(address),
        unit_code=unit.code if unit else "",
        category=subject,
        defaults={"email": address, "language": language, "asked_at": at},
    )
    if row.confirmed_at is None:
        token = crypto.sign({"f": row.pk}, purpose=FOLLOW, expires=at + CONFIRM_WITHIN)
        send(
            template=registry.CONFIRM.code,
            to=Recipient(channel=Channel.EMAIL, address=address, language=language),
            context={
                "what": what_is_followed(row, unit, language),
                "link": tracking.page_url(f"feedback/follow/confirm/{token}", language),
            },
            at=at,
            dedupe=f"feedback.confirm:{row.pk}:{local(at).date()}",
        )
    return row


@transaction.atomic
def confirm_follow(*, token: str, at: datetime) -> Follow:
    """The address is right: news come from tomorrow on.

    Raises:
        LinkDoesNotOpen: changed, too old, or it was stopped.
    """
    row = _follow_of(token, at=at)
    if row.confirmed_at is None:
        row.confirmed_at = at
        row.save(update_fields=["confirmed_at"])
        record("feedback.follow", subject=f"feedback.follow:{row.pk}", by="public", at=at)
    return row


@transaction.atomic
def unfollow(*, token: str, at: datetime) -> None:
    """Stop, and forget the address."""
    row = _follow_of(token, at=at)
    row.delete()
    record("feedback.unfollow", subject="feedback.follow", by="public", at=at)


def stop_url(row: Follow, *, at: datetime) -> str:
    token = crypto.sign({"f": row.pk}, purpose=FOLLOW, expires=at + STOP_WITHIN)
    return tracking.page_url(f"feedback/follow/stop/{token}", row.language)


def what_is_followed(row: Follow, unit: Unit | None, language: str) -> str:
    """Area and subject in words."""
    with override(language):
        where = unit.name if unit else (row.unit_code or _("the whole city"))
        what = row.category.name if row.category else _("all subjects")
        return f"{what}, {where}"


def _follow_of(token: str, *, at: datetime) -> Follow:
    try:
        payload = crypto.unsign(token, purpose=FOLLOW, at=at)
    except Unreadable as error:
        raise LinkDoesNotOpen from error
    row = Follow.objects.filter(pk=payload["f"]).first()
    if row is None:
        raise LinkDoesNotOpen
    return row
