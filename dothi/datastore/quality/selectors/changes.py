"""What came, went and changed between two versions, as far as somebody may see it."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from dothi.accounts.models import User
from dothi.datastore.sharing.services import Opening, open_dataset
from dothi.datastore.tables import selectors as tables
from dothi.datastore.tables.selectors import Changes, KeyNotUnique

if TYPE_CHECKING:
    from dothi.datastore.tables.models import Version

# Rows of both together that are compared while a reader waits.
MOST = 2_000_000


class NotComparable(Exception):
    """The two are too large to be compared on a page; `rows` says how many they have."""

    def __init__(self, rows: int) -> None:
        super().__init__(rows)
        self.rows = rows


def comparable(code: str) -> "list[Version]":
    """The versions of which rows can be read, newest first."""
    return list(tables.versions(code).filter(closed_at=None))


def changes_seen(
    code: str, older: int, newer: int, user: User | AnonymousUser, *, at: datetime
) -> tuple[Opening, Changes]:
    """From one version to another; both are opened for this person, and only they are compared.

    Raises:
        NotComparable: see there.
        NotShared, NothingYet, VersionClosed, Version.DoesNotExist: as `open_dataset` says.
    """
    one = open_dataset(code, user, at=at, version=older)
    two = open_dataset(code, user, at=at, version=newer)
    if one.rows + two.rows > MOST:
        raise NotComparable(one.rows + two.rows)
    seen = {field.name for field in one.fields if not field.is_personal}
    # A key that is masked or left out tells no rows apart.
    key = two.contract.key if {*two.contract.key} <= seen else ()
    try:
        return two, tables.difference_as_seen(one.path, two.path, key=key)
    except KeyNotUnique:
        return two, tables.difference_as_seen(one.path, two.path)
