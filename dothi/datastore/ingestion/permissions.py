"""Who may bring data in. Predicates only: doors turn False into a 403."""

from datetime import date

from dothi.accounts import registry
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.datastore.catalogue.choices import Power as Agreeing
from dothi.datastore.ingestion.choices import Power

registry.allow(Role.STEWARD, Power.BRING_IN, Power.PUBLISH, Power.OPEN_LINES)


def may_bring_in(user: User, unit: int | None = None, *, on: date) -> bool:
    return accounts.may(user, Power.BRING_IN, unit, on=on)


def may_propose(user: User, unit: int, *, on: date) -> bool:
    """Who agrees contracts has use for a proposal of one; it shows some of the values."""
    return may_bring_in(user, unit, on=on) and accounts.may(user, Agreeing.AGREE, unit, on=on)


def may_publish(user: User, unit: int | None, *, on: date) -> bool:
    return accounts.may(user, Power.PUBLISH, unit, on=on)


def may_open_lines(user: User, unit: int | None, *, on: date) -> bool:
    return accounts.may(user, Power.OPEN_LINES, unit, on=on)
