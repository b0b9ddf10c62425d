"""What people do with their own reports: keep them on the own page, leave an address, stop news."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.core.audit.services import record
from dothi.feedback.models import Follow, Reporter, Ticket
from dothi.feedback.selectors import tracking
from dothi.feedback.selectors.own import contact_mark
from dothi.feedback.services.intake import account_hash, contact_hash, usable_email
from dothi.feedback.services.refusals import BadText, NotYours


@transaction.atomic
def claim(*, ticket: Ticket, account: User, at: datetime) -> bool:
    """Put a report on the own page, for who knows its secret. False: it is there already.

    Raises:
        NotYours: it is on the page of somebody else.
    """
    mine = account_hash(account)
    reporter = Reporter.objects.select_for_update().filter(ticket=ticket).first()
    if reporter is None:
        reporter = Reporter(ticket=ticket, wants_news=False)
    if reporter.account_hash == mine:
        return False
    if reporter.account_hash:
        raise NotYours(_("This report is on the page of another account."))
    reporter.account_hash = mine
    reporter.save()
    record("feedback.claim", subject=ticket.subject, by=account.actor, at=at)
    return True


@transaction.atomic
def claim_by_contact(*, account: User, emails: Collection[str], at: datetime) -> int:
    """Put all reports that were made with the proved addresses of a person on the own page."""
    count = 0
    for email in emails:
        free = tracking.tickets_of_contact(email).filter(reporter__account_hash="")
        for ticket in free[:200]:
            count += claim(ticket=ticket, account=account, at=at)
    return count


@transaction.atomic
def leave_address(*, ticket: Ticket, email: str, at: datetime) -> None:
    """The reporter leaves an address: news and links go there. One that is known stays.

    Raises:
        BadText: it is no e-mail address, or another one is kept already.
    """
    address = usable_email(email)
    if not address:
        raise BadText(_("Please give an e-mail address."))
    reporter = Reporter.objects.select_for_update().filter(ticket=ticket).first()
    if reporter is None:
        reporter = Reporter(ticket=ticket)
    if reporter.email and contact_hash(reporter.email) != contact_hash(address):
        raise BadText(_("Another address is kept for this report."))
    reporter.email, reporter.email_hash = address, contact_hash(address)
    reporter.wants_news, reporter.by_sms = True, False
    reporter.save()
    Ticket.objects.filter(pk=ticket.pk).update(reachable=True)
    ticket.reachable = True
    record("feedback.leave_address", subject=ticket.subject, by="public", at=at)


@transaction.atomic
def stop_following(*, key: int, emails: Collection[str], at: datetime) -> bool:
    """End one thing that an address follows, from the page of whoever proved the address."""
    mine = Follow.objects.filter(pk=key, email_hash__in=[contact_mark(email) for email in emails])
    if not mine.delete()[0]:
        return False
    record("feedback.unfollow", subject="feedback.follow", by="public", at=at)
    return True


@transaction.atomic
def stop_all_following(*, emails: Collection[str], at: datetime) -> int:
    """End everything that these addresses follow, and forget them. Return how many."""
    marks = [contact_mark(email) for email in emails]
    count = Follow.objects.filter(email_hash__in=marks).delete()[0]
    if count:
        record("feedback.unfollow", subject="feedback.follow", by="public", at=at, count=count)
    return count
