"""Who sees what is still to be confirmed of a procedure, wherever their post is."""

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


def may_see_doubts(user: User | AnonymousUser, *, on: date) -> bool:
    return accounts.may(user, Power.SEE, None, on=on)
