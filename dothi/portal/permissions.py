"""Who may do what to an article. Predicates only: doors turn a False into a 403."""

from datetime import date
from typing import Any

from dothi.accounts import registry
from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.core import clock
from dothi.portal import rules, selectors
from dothi.portal.choices import Deed, Power, State
from dothi.portal.models import Article
from dothi.units.models import Unit

registry.allow(Role.SPECIALIST, Power.READ, Power.WRITE)
registry.allow(Role.EDITOR, Power.READ, Power.WRITE)
registry.allow(Role.LEADER, Power.READ, Power.WRITE, Power.PUBLISH)
registry.allow(Role.AUDITOR, Power.READ)

# Approving and publishing answer for the house; the rest is writing.
_PUBLISHING = frozenset({State.APPROVED, State.PUBLISHED})


def may_write(user: User, unit: Unit, *, on: date) -> bool:
    return accounts.may(user, Power.WRITE, unit, on=on)


def may_publish(user: User, unit: Unit, *, on: date) -> bool:
    return accounts.may(user, Power.PUBLISH, unit, on=on)


def may_move(user: User, article: Article, to: State, *, on: date) -> bool:
    """Who wrote the text that would go out does not approve it: four eyes.

    Taking from the readers what they see is for those who may publish; an unpublished draft may
    be thrown away by its writers.
    """
    answers_for_it = to in _PUBLISHING or (to == State.WITHDRAWN and article.live_id is not None)
    if not answers_for_it:
        return may_write(user, article.unit, on=on)
    if to == State.APPROVED and article.head is not None and article.head.author == user.actor:
        return False
    return may_publish(user, article.unit, on=on)


def deeds_for(user: User, article: Article, *, on: date) -> frozenset[Deed]:
    """Everything that this person may do to the article as it is now."""
    state = State(article.state)
    deeds = {
        deed
        for deed, to in rules.DEED_MOVES.items()
        if rules.may_move(now=state, to=to) and may_move(user, article, to, on=on)
    }
    if state != State.WITHDRAWN:
        deeds.discard(Deed.REOPEN)
        if may_write(user, article.unit, on=on):
            deeds.add(Deed.EDIT)
    if state not in {State.REVIEW, State.APPROVED}:
        deeds.discard(Deed.RETURN)
    if may_publish(user, article.unit, on=on):
        if state == State.APPROVED:
            deeds |= {Deed.SCHEDULE} | ({Deed.UNSCHEDULE} if article.publish_at else set())
        if article.live_id is not None:
            deeds.add(Deed.UNPIN if article.pinned else Deed.PIN)
    return frozenset(deeds)


def may_open_file(request: Any, owner: str) -> bool:
    """Pictures of unpublished articles are for those who may read them at the desk."""
    if not isinstance(request.user, User):
        return False
    code = owner.partition(":")[2]
    return selectors.articles_seen_by(request.user, at=clock.now()).filter(code=code).exists()
