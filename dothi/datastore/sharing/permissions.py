"""In what capacity somebody reads. Predicates only."""

from datetime import date

from django.contrib.auth.models import AnonymousUser

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.datastore.catalogue.choices import Power
from dothi.datastore.sharing.choices import Audience


def audience_of(user: User | AnonymousUser, unit: int, *, on: date) -> Audience:
    """The widest capacity in which this person reads a dataset that `unit` answers for."""
    standing = accounts.standing(user, on=on)
    if unit in standing.units_for(Power.SEE):
        return Audience.KEEPER
    return Audience.STAFF if standing.is_staff else Audience.EVERYBODY
