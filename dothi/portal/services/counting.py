"""How often pages are read: without cookies, without robots, and without keeping who it was."""

import random
import secrets
from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection

from dothi.portal import rules
from dothi.portal.models import DaySalt, ReaderMark, Visits

SLOTS = 16


def count_reader(*, pages: Sequence[str], address: str, agent: str, at: datetime) -> int:
    """Count a reader once a day for each page. Return for how many of them this one was new.

    One statement: mark and count stand or fall together, so the count is exact however many read
    at once. The slot spreads the row that everybody would otherwise queue for. The statement does
    not wait for the disk: a power cut may cost the readers of the last half second, and in return
    a page waits for nothing. Who comes again on the same day writes nothing at all.
    """
    on = at.date()
    salt = _salt(on)
    marks = [
        rules.reader_mark(salt=salt, address=address, agent=agent, page=page, on=on)
        for page in pages
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            with quick as materialized (select set_config('synchronous_commit', 'off', true)),
            seen as (
                select mark, page from unnest(%s::bytea[], %s::text[]) as seen (mark, page), quick
            ),
            fresh as (
                insert into {ReaderMark._meta.db_table} (mark, "on")
                select mark, %s from seen
                on conflict do nothing returning mark
            )
            insert into {Visits._meta.db_table} (page, slot, count)
            select page, %s, 1 from seen join fresh using (mark) order by page
            on conflict (page, slot) do update
                set count = {Visits._meta.db_table}.count + 1
            """,
            [marks, list(pages), on, random.randrange(SLOTS)],
        )
        return int(cursor.rowcount)


def start_counter(*, page: str, count: int) -> None:
    """Go on from a number: what an earlier portal had counted. Does nothing when it has begun."""
    if not Visits.objects.filter(page=page).exists():
        Visits.objects.create(page=page, slot=0, count=count)


def forget_readers(*, before: date) -> int:
    """Throw away the marks and the salts of past days."""
    DaySalt.objects.filter(on__lt=before).delete()
    return ReaderMark.objects.filter(on__lt=before).delete()[0]


_salts: dict[date, bytes] = {}


def _salt(on: date) -> bytes:
    if on not in _salts:
        DaySalt.objects.bulk_create(
            [DaySalt(on=on, salt=secrets.token_bytes(32))], ignore_conflicts=True
        )
        _salts.clear()
        _salts[on] = bytes(DaySalt.objects.get(on=on).salt)
    return _salts[on]
