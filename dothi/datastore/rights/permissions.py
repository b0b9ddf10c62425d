"""Who handles requests of those whom data speak of. Predicates only."""

from datetime import date

from dothi.accounts import registry
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.datastore.rights.choices import Power
from dothi.datastore.rights.models import RightsRequest

registry.allow(Role.STEWARD, Power.SEE, Power.HANDLE)
registry.allow(Role.LEADER, Power.SEE, Power.HANDLE)
registry.allow(Role.AUDITOR, Power.SEE)


def may_handle(user: User, asked: RightsRequest, *, on: date) -> bool:
    """Whoever answers for the data of the unit, but not in the own matter."""
    return asked.person_id != user.pk and accounts.may(user, Power.HANDLE, asked.unit_id, on=on)
