"""Facts about people and their posts. Ids and codes only: who it is, is asked of the owner."""

from datetime import date
from typing import ClassVar

from dothi.core.events.registry import Event


class Appointed(Event):
    """Somebody holds a post from a day on."""

    name: ClassVar[str] = "accounts.appointed"
    user_id: int
    unit_code: str
    role: str
    valid_from: date
    valid_to: date | None


class PostEnded(Event):
    """A post ends on a day; the holder does not hold it on that day any more."""

    name: ClassVar[str] = "accounts.post_ended"
    user_id: int
    unit_code: str
    role: str
    on: date


class Delegated(Event):
    """The powers of a post are lent to another person for a time."""

    name: ClassVar[str] = "accounts.delegated"
    post_id: int
    from_id: int
    to_id: int
    unit_code: str
    valid_from: date
    valid_to: date


class DelegationEnded(Event):
    """Lent powers went back before the day that was said."""

    name: ClassVar[str] = "accounts.delegation_ended"
    post_id: int
    to_id: int
    unit_code: str


class Left(Event):
    """A member of staff left the house: locked, signed out, the open duties handed on."""

    name: ClassVar[str] = "accounts.left"
    user_id: int
    successor_id: int | None
    unit_codes: list[str]
    on: date


class LevelReached(Event):
    """The house knows a person better than before."""

    name: ClassVar[str] = "accounts.level_reached"
    user_id: int
    was: str
    now: str
