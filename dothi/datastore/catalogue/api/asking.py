"""What an action is asked, and how it refuses."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from dothi.accounts.models import User
from dothi.datastore.catalogue import selectors
from dothi.datastore.catalogue.models import Dataset

AT_MOST = 1000  # As CKAN has it: more rows than that come in pages.


class NotFound(Exception):
    """There is nothing of that name that the asker may see."""


class Denied(Exception):
    """The asker may not do that."""


class Invalid(Exception):
    """What was sent cannot be taken; `faults` by field."""

    def __init__(self, faults: dict[str, Any]) -> None:
        super().__init__(faults)
        self.faults = faults


class NotUnderstood(Exception):
    """A search in words that we do not speak."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The parameters of an action, who asks, and when."""

    data: dict[str, Any]
    user: User | AnonymousUser
    at: datetime

    @property
    def seen(self) -> QuerySet[Dataset]:
        return selectors.datasets_seen_by(self.user, on=self.at.date())

    def text(self, name: str, default: str = "") -> str:
        value = self.data.get(name, default)
        if value is None:
            return default
        if not isinstance(value, str | int | float) or "\0" in str(value):
            raise Invalid({name: ["must be text"]})
        return str(value)

    def number(self, name: str, default: int, *, most: int = AT_MOST) -> int:
        text = self.text(name, str(default))
        if not text.isdecimal() or len(text) > 9:
            raise Invalid({name: ["must be a whole number"]})
        return min(int(text), most)

    def flag(self, name: str) -> bool:
        return self.data.get(name) in {True, "true", "True", "1"}

    def names(self, name: str) -> list[str]:
        """A list of words, sent as a list or as the JSON of one."""
        value = self.data.get(name) or []
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError as error:
                raise Invalid({name: ["must be a list"]}) from error
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise Invalid({name: ["must be a list of words"]})
        return value

    def dataset(self) -> Dataset:
        found = self.seen.filter(code=self.text("id") or self.text("name_or_id")).first()
        if found is None:
            raise NotFound
        return found
