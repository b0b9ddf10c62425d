"""How long a dossier may take."""

from collections.abc import Mapping, Sequence
from typing import Any

from dothi.procedures.rules.conditions import holds
from dothi.procedures.rules.definition import Limit


class NoLimit(ValueError):
    """No time limit fits: the definition should never have been published."""


def limit_for(limits: Sequence[Limit], answers: Mapping[str, Any]) -> Limit:
    """The first limit whose condition holds, else the one without a condition.

    Raises:
        NoLimit: none fits.
        NoCondition: a condition cannot be evaluated.
    """
    stated = [limit for limit in limits if limit.when is not None]
    others = [limit for limit in limits if limit.when is None]
    for limit in (*(one for one in stated if holds(one.when, answers)), *others):
        return limit
    raise NoLimit("no time limit fits")
