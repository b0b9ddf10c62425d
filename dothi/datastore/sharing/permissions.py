"""In what capacity somebody reads, and who grants. Predicates only."""

from datetime import date

from django.contrib.auth.models import AnonymousUser

from dothi.accounts import registry
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.datastore.catalogue.choices import Power as Catalogue
from dothi.datastore.sharing.choices import Audience, Power, SubjectKind
from dothi.datastore.sharing.models import Grant

registry.allow(Role.STEWARD, Power.SEE, Power.DECIDE)
registry.allow(Role.LEADER, Power.SEE, Power.DECIDE)
registry.allow(Role.AUDITOR, Power.SEE)


def audience_of(user: User | AnonymousUser, unit: int, *, on: date) -> Audience:
    """The widest capacity in which this person reads a dataset that `unit` answers for."""
    standing = accounts.standing(user, on=on)
    if unit in standing.units_for(Catalogue.SEE):
        return Audience.KEEPER
    return Audience.STAFF if standing.is_staff else Audience.EVERYBODY


def may_decide(user: User, unit: int, *, on: date) -> bool:
    """Grant or end a use of the data that a unit answers for."""
    return accounts.may(user, Power.DECIDE, unit, on=on)


def capacity(user: User | AnonymousUser, grant: Grant | None, *, on: date) -> str:
    """As what somebody reads, for the citizen who asks: posts and agreements, never a name."""
    posts = accounts.standing(user, on=on).posts
    if grant is not None and grant.subject_kind != SubjectKind.PERSON:
        posts = tuple(one for one in posts if one.unit_id == grant.unit_id) or posts
    said = [f"{Role(posts[0].role).label}, {posts[0].unit.name}"] if posts else []
    if grant is not None:
        said += [one for one in (grant.partner, grant.code) if one]
    return " · ".join(said)[:200]
