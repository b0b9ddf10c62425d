"""Which indicators somebody may see: the only way in for a page."""

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.datastore.indicators.choices import Power
from dothi.datastore.indicators.models import Made
from dothi.datastore.indicators.registry import Indicator
from dothi.datastore.indicators.selectors.finding import known, open_data
from dothi.lib import text_vi


def indicators_seen_by(user: User | AnonymousUser, *, on: date) -> list[Indicator]:
    """Everybody the public ones, staff with a post for it all of them; by code."""
    return known() if may_see_all(user, on=on) else open_data()


def may_see_all(user: User | AnonymousUser, *, on: date) -> bool:
    return accounts.standing(user, on=on).may(Power.SEE)


def made_kept_by(user: User, *, on: date) -> QuerySet[Made]:
    """The indicators that stewards of this person's units put together, last changed first."""
    own = accounts.standing(user, on=on).units_for(Power.DEFINE)
    return Made.objects.filter(unit_id__in=own).order_by("-changed_at", "code")


def matching(found: list[Indicator], words: str) -> list[Indicator]:
    """Those whose code, name, meaning or steward hold all words, with or without marks."""
    wanted = text_vi.tokens(words)
    if not wanted:
        return found
    return [one for one in found if _holds(one, wanted)]


def _holds(one: Indicator, wanted: list[str]) -> bool:
    said = text_vi.tokens(f"{one.title} {one.help} {one.steward} {one.code.replace('.', ' ')}")
    return all(any(token.startswith(word) for token in said) for word in wanted)
