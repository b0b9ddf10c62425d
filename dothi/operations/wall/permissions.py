"""Who may see the wall and the brief."""

from datetime import date
from typing import Any

from django.conf import settings

from dothi.accounts import registry
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.operations.wall.choices import Power

for _role in (Role.DISPATCHER, Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR, Role.SPECIALIST):
    registry.allow(_role, Power.WALL)
registry.allow(Role.LEADER, Power.BRIEF)
registry.allow(Role.DISPATCHER, Power.BRIEF, Power.ARRANGE)
registry.allow(Role.ADMINISTRATOR, Power.ARRANGE)


def may_see_wall(user: Any, *, on: date) -> bool:
    """Everybody in the demo, where it is a setting; else who has a post for it."""
    if settings.PUBLIC_WALL:
        return True
    return accounts.standing(user, on=on).may(Power.WALL)
