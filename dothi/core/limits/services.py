"""How often is too often: counted in PostgreSQL, so that all processes count together."""

from datetime import datetime, timedelta

from django.db import connection

from dothi.core.crypto.services import keyed_hash
from dothi.core.limits.models import Window
from dothi.core.limits.rules import stretch_of


def hit(*, key: str, limit: int, per: timedelta, at: datetime) -> bool:
    """Count one more, and say whether it is still within `limit` in this stretch of time.

    One statement, exact under concurrency. The key (an address, say) is stored as a keyed hash
    that changes with the day on which the stretch begins: nobody is followed from day to day.
    """
    begins, ends = stretch_of(at, per)
    name = keyed_hash(f"{begins.date()}\0{per}\0{key}", purpose="limits")
    table = Window._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            insert into {table} (key, begins_at, count, ends_at) values (%s, %s, 1, %s)
            on conflict (key, begins_at) do update set count = {table}.count + 1
            returning count
            """,
            [name, begins, ends],
        )
        row = cursor.fetchone()
    assert row is not None
    return bool(row[0] <= limit)


def forget(*, at: datetime) -> int:
    """Throw away the stretches that are over."""
    return Window.objects.filter(ends_at__lt=at).delete()[0]
