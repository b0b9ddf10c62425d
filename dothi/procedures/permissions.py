"""Who may write and publish procedures. The catalogue is one for the whole house."""

from datetime import date

from django.contrib.auth.models import AnonymousUser

from dothi.accounts import registry
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.procedures.choices import Power, State
from dothi.procedures.models import Version
from dothi.units import selectors as units

registry.allow(Role.STEWARD, Power.SEE, Power.DESIGN)
registry.allow(Role.ADMINISTRATOR, Power.SEE, Power.DESIGN)
registry.allow(Role.LEADER, Power.SEE, Power.PUBLISH)
registry.allow(Role.SPECIALIST, Power.SEE)
registry.allow(Role.COUNTER, Power.SEE)
registry.allow(Role.AUDITOR, Power.SEE)


def may_see_drafts(user: User | AnonymousUser, *, on: date) -> bool:
    return accounts.may(user, Power.SEE, None, on=on)


def may_design(user: User | AnonymousUser, *, on: date) -> bool:
    return accounts.may(user, Power.DESIGN, units.root(on=on), on=on)


def may_publish(user: User | AnonymousUser, version: Version, *, on: date) -> bool:
    """Who wrote a version does not publish it: four eyes."""
    return (
        isinstance(user, User)
        and version.state == State.DRAFT
        and version.made_by != user.actor
        and accounts.may(user, Power.PUBLISH, units.root(on=on), on=on)
    )


def may_end(user: User | AnonymousUser, *, on: date) -> bool:
    return accounts.may(user, Power.PUBLISH, units.root(on=on), on=on)
