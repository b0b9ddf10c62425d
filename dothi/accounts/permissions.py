"""Who may look after people. Predicates only: doors turn a False into a 403."""

from datetime import date

from dothi.accounts import rules, selectors
from dothi.accounts.choices import Role
from dothi.accounts.models import Delegation, Post, User
from dothi.accounts.registry import allow

SEE_STAFF = "accounts.see_staff"
MANAGE_STAFF = "accounts.manage_staff"

allow(Role.ADMINISTRATOR, SEE_STAFF, MANAGE_STAFF)
allow(Role.LEADER, SEE_STAFF)
allow(Role.AUDITOR, SEE_STAFF)


def may_manage(user: User, person: User, *, on: date) -> bool:
    """Whether all posts of the person, held now or later, are in units the user looks after."""
    units = selectors.standing(user, on=on).units_for(MANAGE_STAFF)
    current = [post for post in person.posts.all() if post.valid_to is None or post.valid_to > on]
    return bool(units) and all(post.unit_id in units for post in current)


def may_end_post(user: User, post: Post, *, on: date) -> bool:
    return selectors.may(user, MANAGE_STAFF, post.unit_id, on=on)


def may_lend(user: User, post: Post, *, on: date) -> bool:
    """The holder lends the own post; who looks after the unit's staff may do it for them."""
    if post.role in rules.NOT_LENT:
        return False
    return post.user_id == user.pk or may_end_post(user, post, on=on)


def may_take_back(user: User, delegation: Delegation, *, on: date) -> bool:
    """The holder, who borrowed it, and who looks after the unit's staff."""
    return delegation.to_id == user.pk or may_lend(user, delegation.post, on=on)
