"""The code of a dossier: counted from 1 each day at each agency, without a gap."""

from datetime import datetime

from django.db import connection

from dothi.cases.models import Agency, DaySeries
from dothi.core.clock import local
from dothi.lib import codes

NEXT = f"""
    insert into {DaySeries._meta.db_table} (agency, day, last) values (%s, %s, 1)
    on conflict (agency, day) do update set last = {DaySeries._meta.db_table}.last + 1
    returning last
"""


def next_code(agency: Agency, *, at: datetime) -> str:
    """The next code of an agency.

    The number belongs to the transaction: when that fails, it is given to the next dossier. Whoever
    asks meanwhile waits, so ask late in a verb.
    """
    day = local(at).date()
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [agency.code, day])
        row = cursor.fetchone()
    assert row is not None
    return codes.dossier_code(agency.code, day, int(row[0]))
