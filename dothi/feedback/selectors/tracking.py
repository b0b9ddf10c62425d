"""What the person who reported may see: by secret, by link, by account, by contact."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from dothi.accounts.models import User
from dothi.core.access.models import Look
from dothi.core.access.selectors import looks_at as all_looks_at
from dothi.core.crypto import services as crypto
from dothi.core.crypto.rules import Unreadable
from dothi.feedback.models import Ticket
from dothi.feedback.selectors import catalogue
from dothi.lib import codes, text_vi

LINK = "feedback.tracking"
LINK_LIVES = timedelta(days=30)


class _Dressed(QuerySet[Ticket]):
    """Rows that get their subject, units and partner from the catalogue: no join, no question."""

    def _fetch_all(self) -> None:
        fresh = self._result_cache is None
        super()._fetch_all()
        if fresh and self._result_cache:
            dress([row for row in self._result_cache if isinstance(row, Ticket)])


def dress(tickets: Sequence[Ticket]) -> None:
    """Give rows what the catalogue knows. What it does not know is asked for when it is needed."""
    known = catalogue.current()
    others = {key for ticket in tickets if (key := ticket.merged_into_id)}
    into = Ticket.objects.in_bulk(others) if others else {}
    for ticket in tickets:
        held = ticket._state.fields_cache
        for name, row in (
            ("category", known.by_id.get(ticket.category_id)),
            ("unit", known.units.get(ticket.unit_id)),
            ("handling_unit", known.units.get(ticket.handling_unit_id)),
            ("partner", known.partners.get(ticket.partner_id or 0)),
            ("merged_into", into.get(ticket.merged_into_id or 0)),
        ):
            if row is not None:
                held.setdefault(name, row)


def dressed() -> QuerySet[Ticket]:
    """Reports with what the catalogue knows of them; clocks and people are asked for."""
    return _Dressed(Ticket)


def listed() -> QuerySet[Ticket]:
    """Reports with what a worklist shows of them."""
    return dressed().select_related("handling_person", "clock")


def loaded() -> QuerySet[Ticket]:
    """Reports with everything that a verb or a page asks of them."""
    return dressed().select_related("clock", "forward_clock")


def ticket_by_tracking(text: str, *, at: datetime) -> Ticket | None:
    """The report that a tracking secret or a signed link opens.

    A public code opens nothing here.
    """
    if "." in text:
        try:
            code = crypto.unsign(text, purpose=LINK, at=at)["t"]
        except Unreadable:
            return None
        return loaded().filter(code=code).first()
    return loaded().filter(secret_hash=codes.hash_secret(text)).first()


def tracking_token(ticket: Ticket, *, at: datetime) -> str:
    """A link for mails: secrets are not kept, so that it is signed instead, and expires."""
    return crypto.sign({"t": ticket.code}, purpose=LINK, expires=at + LINK_LIVES)


def tracking_url(ticket: Ticket, *, at: datetime, language: str = "") -> str:
    token = tracking_token(ticket, at=at)
    return page_url(f"feedback/t/{token}", language or ticket.language)


def page_url(path: str, language: str) -> str:
    """The full address of a page in a language, for mails."""
    prefix = "" if language == settings.LANGUAGE_CODE else f"{language}/"
    return f"{settings.PUBLIC_URL}/{prefix}{path}"


def tickets_of_account(account: User) -> QuerySet[Ticket]:
    """The reports that a person made while signed in, newest first."""
    token = crypto.keyed_hash(str(account.pk), purpose="feedback.account")
    return loaded().filter(reporter__account_hash=token).order_by("-received_at", "-id")


def tickets_of_contact(contact: str) -> QuerySet[Ticket]:
    """The reports of a phone number or e-mail address, for who has proved that it is theirs."""
    normal = text_vi.phone(contact) or contact.strip().casefold()
    if not normal:
        return Ticket.objects.none()
    token = crypto.keyed_hash(normal, purpose="feedback.contact")
    mine = Q(reporter__phone_hash=token) | Q(reporter__email_hash=token)
    return loaded().filter(mine).order_by("-received_at", "-id")


def looks_at(tickets: Collection[Ticket]) -> QuerySet[Look]:
    """Who opened the reporter's data of these reports, newest first: shown to the reporter."""
    return all_looks_at([ticket.subject for ticket in tickets])
