"""Who may open a private file is asked of the domain that owns it."""

from collections.abc import Callable
from typing import Any

Guard = Callable[[Any, str], bool]
guards: dict[str, Guard] = {}


def guard(prefix: str, may_open: Guard) -> None:
    """Register who may open files whose owner starts with `prefix`: `may_open(request, owner)`."""
    if prefix in guards:
        raise ValueError(f"Files of {prefix} have a guard already.")
    guards[prefix] = may_open


def may_open(request: Any, owner: str) -> bool:
    """Nobody may, unless the owner's domain says so."""
    kind = owner.partition(":")[0]
    return kind in guards and guards[kind](request, owner)
