"""What the house holds about a person: collected from every part that registered."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from django.utils.translation import gettext_lazy as _

from dothi.accounts.models import User
from dothi.core.access.models import Look
from dothi.core.access.services import opened
from dothi.datastore.rights import registry, selectors
from dothi.datastore.rights.selectors import Read
from dothi.datastore.sharing import services as sharing
from dothi.datastore.tables.choices import PersonBy


def copy_for(user: User, *, at: datetime) -> dict[str, Any]:
    """Everything, part by part, as plain values. That it was taken is written down first."""
    opened(
        record=user.subject, by=user.actor, at=at, purpose="a copy of one's own data",
        fields=sorted(registry.holders),
    )  # fmt: skip
    parts = {code: _plain(one.collect(user, at)) for code, one in registry.holders.items()}
    return {"made_at": at.isoformat(), "parts": parts}


def reads_of(user: User) -> Sequence[Read]:
    """Who read rows of the store in which this person stands, newest first."""
    return selectors.reads_about(sharing.records_with(selectors.names_of(user)))


def looks_of(user: User) -> Iterator[tuple[Look, str]]:
    """Everything that was opened about this person and can be objected to; with the dataset, where
    it was of the store."""
    yield from ((one.look, one.dataset) for one in reads_of(user))
    for holder in registry.holders.values():
        yield from ((look, "") for look in holder.looks(user))


def register_own() -> None:
    """What the accounts and the store hold, and how a person is named in it."""
    registry.names.append(_proved_addresses)
    registry.names.append(_seen_on_paper)
    registry.hold(registry.Holder(code="account", title=_("My account"), collect=_account))
    registry.hold(registry.Holder(code="store", title=_("Data store"), collect=_store))


def _proved_addresses(user: User) -> Iterator[tuple[PersonBy, str]]:
    rows = EmailAddress.objects.filter(user=user, verified=True).order_by("id")
    for address in rows.values_list("email", flat=True):
        yield PersonBy.EMAIL, address


def _seen_on_paper(user: User) -> Iterator[tuple[PersonBy, str]]:
    for one in selectors.confirmed_of(user):
        yield PersonBy(one.named_by), one.value


def _account(user: User, at: datetime) -> dict[str, Any]:
    return {
        "full_name": user.full_name, "email": user.email, "level": user.level,
        "language": user.language, "joined_at": user.date_joined,
        "addresses_proved": [value for _by, value in _proved_addresses(user)],
        "seen_on_paper": [
            {"what": by.value, "value": value} for by, value in _seen_on_paper(user)
        ],
    }  # fmt: skip


def _store(user: User, at: datetime) -> dict[str, Any]:
    return {
        "rows": sharing.rows_about(selectors.names_of(user)),
        "reads": [
            {"at": one.look.at, "dataset": one.dataset, "who": one.look.post,
             "purpose": one.look.purpose, "fields": one.look.fields}
            for one in reads_of(user)
        ],
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """As JSON has it: moments in ISO 8601, anything unknown as its text."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return float(value) if isinstance(value, Decimal) else str(value)
