"""Put duties on somebody's table and take them off. Called by the verbs of the domains."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from dothi.core.inbox.models import Duty

TABLE = Duty._meta.db_table
# Written out: nearly every verb of every domain asks one of these.
PUT = f"""
    insert into {TABLE}
        (kind, code, title, unit_code, role, person_id, due_at, paused, "group", url, created_at)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    on conflict (kind, code) do update set
        title = excluded.title, unit_code = excluded.unit_code, role = excluded.role,
        person_id = excluded.person_id, due_at = excluded.due_at, paused = excluded.paused,
        "group" = excluded."group", url = excluded.url
"""
CLOSE = f"delete from {TABLE} where kind = %s and code = %s"


def put(
    *,
    kind: str,
    code: str,
    title: str,
    unit_code: str,
    role: str,
    person_id: int | None = None,
    due_at: datetime | None,
    paused: bool = False,
    group: str,
    url: str,
    at: datetime,
) -> None:
    """Open a duty, or make an open one look as it is now. `kind` and `code` name it."""
    with connection.cursor() as cursor:
        cursor.execute(
            PUT,
            [kind, code, title[:200], unit_code, role, person_id, due_at, paused, group, url, at],
        )


def put_all(duties: Sequence[Duty]) -> None:
    """The same for many at once, in one statement: rows that are made and not yet saved."""
    Duty.objects.bulk_create(
        duties,
        update_conflicts=True,
        unique_fields=["kind", "code"],
        update_fields=[
            "title", "unit_code", "role", "person_id", "due_at", "paused", "group", "url",
        ],
    )  # fmt: skip


def close(*, kind: str, code: str) -> bool:
    """Take a duty off the table. Return whether it lay there."""
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, [kind, code])
        return bool(cursor.rowcount)


def hand_over_person(*, from_id: int, to_id: int | None, at: datetime) -> int:
    """Hand the duties of somebody who leaves to a successor, or back to the post (None)."""
    return Duty.objects.filter(person_id=from_id).update(person_id=to_id)
