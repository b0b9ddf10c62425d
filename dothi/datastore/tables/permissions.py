"""Who may turn the rows of a unit back, pin and erase them. Predicates only."""

from datetime import date

from dothi.accounts import registry
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.datastore.tables.choices import Power

registry.allow(Role.STEWARD, Power.ROLL_BACK, Power.RELEASE, Power.ERASE)


def may_roll_back(user: User, unit: int, *, on: date) -> bool:
    return accounts.may(user, Power.ROLL_BACK, unit, on=on)


def may_release(user: User, unit: int | None = None, *, on: date) -> bool:
    return accounts.may(user, Power.RELEASE, unit, on=on)


def may_erase(user: User, unit: int | None = None, *, on: date) -> bool:
    return accounts.may(user, Power.ERASE, unit, on=on)
