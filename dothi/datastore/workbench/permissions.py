"""Who keeps questions at the desk. Predicates only. Asking is free: rows follow who asks."""

from datetime import date

from dothi.accounts import registry
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.datastore.workbench.choices import ASK
from dothi.datastore.workbench.models import Question

# Auditors look and leave no trace; they ask at the public door.
for _role in set(Role) - {Role.AUDITOR}:
    registry.allow(_role, ASK)


def may_ask(user: User, on: date) -> bool:
    return accounts.may(user, ASK, None, on=on)


def may_change(user: User, question: Question) -> bool:
    return question.owner_id == user.pk
