"""Who holds something about people, how people are named, and what is written to them.

A domain says once, at start, how to collect what it keeps of a person; the store and the accounts
do so themselves.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dothi.accounts.models import User
from dothi.core.access.models import Look
from dothi.core.notices.registry import Template
from dothi.core.notices.registry import register as register_notice
from dothi.datastore.tables.choices import PersonBy


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A part of the house that keeps something about people; `collect` gives plain values, `looks`
    who opened it, newest first: to each of them the person may object."""

    code: str
    title: str | Promise
    collect: Callable[[User, datetime], Any]
    looks: Callable[[User], Iterable[Look]] = lambda user: ()


holders: dict[str, Holder] = {}
# By which proved values rows speak of a person: addresses, and what an identity provider says.
names: list[Callable[[User], Iterable[tuple[PersonBy, str]]]] = []


def hold(holder: Holder) -> Holder:
    """Add a holder.

    Raises:
        ValueError: the code is taken.
    """
    if holder.code in holders:
        raise ValueError(f"Two holders are named {holder.code}.")
    holders[holder.code] = holder
    return holder


NEWS = register_notice(
    Template(code="rights_news", title=_("News of your request about your data"), topic="")
)
