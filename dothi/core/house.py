"""What this database is: a sample house or a real one, and whether it is whole.

Kept as the comment on schema `public`: it is there before the first table and after the last, goes
into a backup, and cannot be out of step with the data as a file beside it could.
"""

from enum import StrEnum
from typing import Any


class Standing(StrEnum):
    """What is in the database."""

    EMPTY = ""
    TABLES = "dothi: tables of a house, with nothing in them"
    SAMPLE_BEGUN = "dothi: a sample house, being loaded"
    SAMPLE = "dothi: a sample house"
    HOUSE_BEGUN = "dothi: a house, being made"
    HOUSE = "dothi: a house"
    OTHER = "something else"


def standing(cursor: Any) -> Standing:
    """What the database holds; tables without our mark are somebody else's."""
    cursor.execute(
        "select obj_description(oid, 'pg_namespace'),"
        " exists (select 1 from pg_class where relnamespace = n.oid and relkind in ('r', 'p'))"
        " from pg_namespace n where nspname = 'public'"
    )
    comment, has_tables = cursor.fetchone() or ("", False)
    known = [mark for mark in Standing if mark and mark == comment]
    if known:
        return known[0]
    return Standing.OTHER if has_tables else Standing.EMPTY


def mark(cursor: Any, what: Standing) -> None:
    """Write down what the database is. Needs the owner."""
    cursor.execute(f"comment on schema public is '{what.value}'")
