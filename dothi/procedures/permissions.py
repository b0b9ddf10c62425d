"""Who sees what is still to be confirmed of a procedure, who writes it, and who publishes it.

The catalogue is one for the whole house: it counts what somebody's post is, not where.
"""

from datetime import date

from django.contrib.auth.models import AnonymousUser

from dothi.accounts import registry
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.procedures.choices import Power

for _role in (
    Role.STEWARD, Role.ADMINISTRATOR, Role.LEADER, Role.SPECIALIST, Role.COUNTER, Role.AUDITOR
):  # fmt: skip
    registry.allow(_role, Power.SEE)
registry.allow(Role.STEWARD, Power.DESIGN)
registry.allow(Role.ADMINISTRATOR, Power.DESIGN)
registry.allow(Role.LEADER, Power.PUBLISH)


def may_see_doubts(user: User | AnonymousUser, *, on: date) -> bool:
    return accounts.may(user, Power.SEE, None, on=on)


def may_see(user: User, on: date) -> bool:
    return accounts.may(user, Power.SEE, None, on=on)


def may_design(user: User, on: date) -> bool:
    return accounts.may(user, Power.DESIGN, None, on=on)


def may_publish(user: User, on: date) -> bool:
    return accounts.may(user, Power.PUBLISH, None, on=on)
