"""In what capacity somebody reads, and who grants. Predicates only."""

from datetime import date

from django.contrib.auth.models import AnonymousUser

from dothi.accounts import registry
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.choices import Power as Catalogue
from dothi.datastore.sharing.choices import Audience, Power, SubjectKind
from dothi.datastore.sharing.models import Application, Grant

registry.allow(Role.STEWARD, Power.SEE, Power.DECIDE)
registry.allow(Role.LEADER, Power.SEE, Power.DECIDE)
registry.allow(Role.AUDITOR, Power.SEE)


def audience_of(user: User | AnonymousUser, unit: int, *, on: date) -> Audience:
    """The widest capacity in which this person reads a dataset that `unit` answers for."""
    standing = accounts.standing(user, on=on)
    if unit in standing.units_for(Catalogue.SEE):
        return Audience.KEEPER
    return Audience.STAFF if standing.is_staff else Audience.EVERYBODY


def may_decide(user: User, unit: int | None, *, on: date) -> bool:
    """Grant or end a use of the data that a unit answers for; without one: of any."""
    return accounts.may(user, Power.DECIDE, unit, on=on)


def posts_of(user: User, *, on: date) -> set[tuple[int, str]]:
    """Unit and role of each post that this person holds today."""
    return {(post.unit_id, post.role) for post in accounts.standing(user, on=on).posts}


def keys_of(user: User) -> set[int]:
    """The keys of programs that this person answers for."""
    return set(catalogue.keys_of(user).values_list("pk", flat=True))


def may_answer(user: User, application: Application, *, on: date) -> bool:
    """Agree, refuse or ask back: whoever decides on the dataset, but never the asker."""
    own = application.asker_id == user.pk
    return not own and may_decide(user, application.dataset.unit_id, on=on)


def capacity(user: User | AnonymousUser, grant: Grant | None, *, on: date) -> str:
    """As what somebody reads, for the citizen who asks: posts and agreements, never a name."""
    posts = accounts.standing(user, on=on).posts
    if grant is not None and grant.subject_kind != SubjectKind.PERSON:
        posts = tuple(one for one in posts if one.unit_id == grant.unit_id) or posts
    said = [f"{Role(posts[0].role).label}, {posts[0].unit.name}"] if posts else []
    if grant is not None:
        said += [one for one in (grant.partner, grant.code) if one]
    return " · ".join(said)[:200]
