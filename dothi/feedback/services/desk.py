"""What officers keep for themselves, and small services of the desk."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.core.audit.services import record
from dothi.feedback.models import SavedFilter, Ticket
from dothi.feedback.services.refusals import BadText, NoContact
from dothi.feedback.services.telling import tell_partner
from dothi.lib import text_vi

MOST_FILTERS = 20


@transaction.atomic
def save_filter(*, user: User, name: str, query: str) -> SavedFilter:
    """Keep a worklist under a name; the same name again replaces it.

    Raises:
        BadText: there is no name, or there are too many filters.
    """
    tidy = text_vi.tidy(name)[:60]
    if not tidy:
        raise BadText(_("Please give the filter a name."))
    mine = SavedFilter.objects.filter(user=user)
    if mine.exclude(name=tidy).count() >= MOST_FILTERS:
        raise BadText(_("Please remove a filter first: at most 20 are kept."))
    row, _made = mine.update_or_create(
        user=user, name=tidy, defaults={"query": query.lstrip("?")[:500]}
    )
    return row


@transaction.atomic
def forget_filter(*, user: User, pk: int) -> None:
    """Remove one of one's own filters."""
    SavedFilter.objects.filter(user=user, pk=pk).delete()


@transaction.atomic
def send_partner_link(*, ticket: Ticket, by: User, at: datetime) -> None:
    """Send the partner a new link, since the old one was lost or is too old.

    Raises:
        NoContact: the partner has no open task, or no address.
    """
    if not tell_partner(code=ticket.code, at=at, again=True):
        raise NoContact
    record("feedback.partner_link", subject=ticket.subject, by=by.actor, at=at)
