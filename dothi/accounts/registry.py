"""What a post of each role may do. Domains say it in their permissions.py, once, at start."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from dothi.accounts import rules
from dothi.accounts.choices import Role

_powers: dict[Role, set[str]] = defaultdict(set)
# What programs may be allowed to ask for, with words for who allows it.
scopes: dict[str, Any] = {}


class NotAPower(Exception):
    """The name is not of the form `domain.verb` or `domain.verb_object`."""


class AuditorsOnlyLook(Exception):
    """A power that changes something was granted to a role that only looks."""


def allow(role: Role, *powers: str) -> None:
    """Let every post of a role do this in the units it reaches.

    Raises:
        NotAPower: a name is not `domain.verb` or `domain.verb_object`.
        AuditorsOnlyLook: the role only looks and the verb is none of `rules.LOOKING`.
    """
    for power in powers:
        if not rules.is_power(power):
            raise NotAPower(power)
        if role in rules.ONLY_LOOKS and not rules.only_looks(power):
            raise AuditorsOnlyLook(f"{power}: {role} sees and never changes")
    _powers[role].update(powers)


def powers_of(role: Role) -> frozenset[str]:
    return frozenset(_powers.get(role, ()))


def roles_with(power: str) -> frozenset[Role]:
    return frozenset(role for role, powers in _powers.items() if power in powers)


def granted() -> Mapping[Role, frozenset[str]]:
    """Everything that was allowed, for the page of the auditor and for tests."""
    return {role: powers_of(role) for role in Role}


def scope(code: str, label: Any) -> None:
    """Say what programs may be allowed to do: a name such as `cases.read`, and words for people.

    Raises:
        NotAPower: the name is not `domain.verb` or `domain.verb_object`.
    """
    if not rules.is_power(code):
        raise NotAPower(code)
    scopes[code] = label
