"""Facts that the portal tells the rest of the platform."""

from datetime import datetime
from typing import ClassVar

from dothi.core.events.registry import Event


class ArticleMoved(Event):
    """The working copy of an article went from one state to another."""

    name: ClassVar[str] = "portal.moved"
    code: str
    unit_code: str
    category: str
    was: str
    now: str


class ArticlePublished(Event):
    """A revision of an article became what readers see."""

    name: ClassVar[str] = "portal.published"
    code: str
    unit_code: str
    category: str
    revision: int
    first: bool
    published_at: datetime


class ArticleWithdrawn(Event):
    """An article was taken from the readers."""

    name: ClassVar[str] = "portal.withdrawn"
    code: str
    unit_code: str
    category: str
