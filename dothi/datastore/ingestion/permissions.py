"""Who may bring data in. Predicates only: doors turn False into a 403."""

from datetime import date

from dothi.accounts import registry
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.datastore.ingestion.choices import Power

registry.allow(Role.STEWARD, Power.BRING_IN, Power.PUBLISH, Power.OPEN_LINES)


def may_bring_in(user: User, unit: int | None = None, *, on: date) -> bool:
    return accounts.may(user, Power.BRING_IN, unit, on=on)


def may_publish(user: User, unit: int | None, *, on: date) -> bool:
    return accounts.may(user, Power.PUBLISH, unit, on=on)


def may_open_lines(user: User, unit: int | None, *, on: date) -> bool:
    return accounts.may(user, Power.OPEN_LINES, unit, on=on)
