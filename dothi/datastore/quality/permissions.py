"""Who may state rules and settle incidents. Predicates only: doors turn False into a 403."""

from datetime import date

from dothi.accounts import registry
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.datastore.quality.choices import Power

registry.allow(Role.STEWARD, Power.RULE, Power.SETTLE)


def may_rule(user: User, unit: int, *, on: date) -> bool:
    return accounts.may(user, Power.RULE, unit, on=on)


def may_settle(user: User, unit: int, *, on: date) -> bool:
    return accounts.may(user, Power.SETTLE, unit, on=on)
