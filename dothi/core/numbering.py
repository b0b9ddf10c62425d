"""The numbers by which the logs of the house are ordered: of transactions, growing for ever.

PostgreSQL counts transactions for a whole server, and a new server begins anew. A log that is
restored there holds numbers from the future: nobody may read them yet, and what is written next
would stand before them. So every number is the server's plus a shift, which the house raises when
it finds itself on a server that has not counted as far as its logs.

The shift is a function of the database, so that statements hold it as a constant.
"""

from django.db import connection

NUMBER = "(pg_current_xact_id()::text::bigint + core_log_shift())"
# Every transaction below it is over: no row can still appear before it.
HORIZON = "(pg_snapshot_xmin(pg_current_snapshot())::text::bigint + core_log_shift())"
REACHED = "(pg_snapshot_xmax(pg_current_snapshot())::text::bigint + core_log_shift())"
# What a backup did not hold any more lies in this gap: screens that saw it are told so.
GAP = 1_000_000_000

MAKE = """
create or replace function core_log_shift() returns bigint
language sql immutable parallel safe as 'select %d::bigint'
"""
_NEWEST = f"""
select greatest(
    0,
    (select max(xid) from core_events_record),
    (select max(xid) from core_events_subscription),
    (select max(xid) from core_audit_entry),
    (select xid from core_audit_seal order by place desc limit 1)
), {REACHED}
"""


def count_on() -> bool:
    """See that what is written from now on stands after what the logs hold. As their owner.

    Returns whether the shift had to be raised: the house stands on another server than before.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        row = cursor.fetchone()
        assert row is not None
        newest, reached = row
        if newest < reached:
            return False
        cursor.execute(MAKE % (newest + GAP))
    return True
