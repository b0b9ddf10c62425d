"""Who may see and define indicators. Predicates only: doors turn a False into a 403."""

from datetime import date

from dothi.accounts import registry
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.datastore.indicators.choices import Power

for _role in (
    Role.STEWARD, Role.LEADER, Role.AUDITOR, Role.DISPATCHER, Role.SPECIALIST, Role.EDITOR,
    Role.ADMINISTRATOR,
):  # fmt: skip
    registry.allow(_role, Power.SEE)
registry.allow(Role.STEWARD, Power.DEFINE)


def may_define(user: User, *, on: date) -> bool:
    return accounts.may(user, Power.DEFINE, None, on=on)
