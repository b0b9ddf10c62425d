"""Who looks after the house itself: its logs, its outbox, its calendar."""

from datetime import date
from typing import Any

from dothi.accounts import registry
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.units import selectors as units
from dothi.units.models import Unit

SEE, MANAGE = "house.see", "house.manage"

registry.allow(Role.ADMINISTRATOR, SEE, MANAGE)
registry.allow(Role.AUDITOR, SEE)


def may(user: Any, power: str, *, on: date) -> bool:
    """Logs and calendar are those of the whole house: the post must reach its root."""
    try:
        root = units.root(on=on)
    except Unit.DoesNotExist:
        return False
    return accounts.may(user, power, root, on=on)
