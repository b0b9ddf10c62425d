"""Golden records of very many: what a worker needs to find out what changes, and to publish it.

python -m bench.store_golden             1,000,000 invented people on two lists
N=100000 python -m bench.store_golden

Rows are put together as the truth of the invented town says, so nothing is compared first
(`bench.store_persons` does that): what is measured begins where a run ends.
"""

import os
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection, reset_queries

from bench.house import Measured, said

COUNT = int(os.environ.get("N", "1000000"))
SEED = 101
SOME = 5_000


def everything(_house: Measured) -> Iterator[str]:
    """Seconds, rows and memory of a look and of a publication."""
    from dothi.datastore.resolution import services
    from dothi.datastore.resolution.choices import Aim
    from dothi.datastore.resolution.models import GoldenWork

    started = time.monotonic()
    table, steward, rows = _table()
    yield f"{rows:,} rows of {COUNT:,} people, put together in {time.monotonic() - started:.0f} s"
    at, seen = table.decided_at, ""
    yield f"memory before: peak {_peak():,} MB"
    for aim in (Aim.LOOK, Aim.PUBLISH):
        work = services.ask_for_work(table=table, aim=aim, by=steward, at=at, seen=seen)
        began, processor = time.monotonic(), time.process_time()
        services.carry_out_work(work, at=at)
        took, processor = time.monotonic() - began, time.process_time() - processor
        work = GoldenWork.objects.get(pk=work.pk)
        seen = seen or work.mark
        yield (
            f"{aim.value}: {took:.0f} s, {processor:.0f} s of processor, {work.state}"
            f" {work.fault or work.found.get('added') or work.version}; peak {_peak():,} MB"
        )


def _table() -> "tuple[GoldenTable, User, int]":  # type: ignore[name-defined]  # noqa: F821
    from dothi.accounts.choices import Role
    from dothi.accounts.tests.factories import make_officer
    from dothi.datastore.catalogue.choices import Mode
    from dothi.datastore.resolution import services
    from dothi.datastore.resolution.choices import ChangeKind
    from dothi.datastore.resolution.models import Change
    from dothi.datastore.resolution.tests import people, stored
    from dothi.datastore.resolution.tests.factories import AT, approved
    from dothi.datastore.tables import services as tables
    from dothi.units.tests.factories import make_unit

    unit = make_unit("27238", "Phường Minh Phụng")
    asker, steward = (make_officer(name, unit=unit, role=Role.STEWARD) for name in ("hoi", "duyet"))
    held = dict(zip(("register", "welfare"), people.lists(COUNT, seed=SEED), strict=True))
    for code, rows in held.items():
        stored.make_list(unit, code, [])
        path = tables.workspace(code, "all") / "part.parquet"
        pq.write_table(rows, path)
        tables.publish(
            code, [path], mode=Mode.REPLACE, schema=rows.schema, run="all", by="system", at=AT,
            roles=(),
        )  # fmt: skip
    project = approved(unit, asker, steward, expires_on=date(2030, 1, 1))
    change = Change.objects.create(
        project=project, kind=ChangeKind.RUN, by="machine:resolution", at=AT
    )
    count = _put_together(project, change, held)
    table = stored.ask(project, asker)
    services.approve_table(table=table, by=steward, at=AT)
    return table, steward, count


def _put_together(project, change, held: dict[str, pa.Table]) -> int:  # type: ignore[no-untyped-def]
    """Who stands on several rows is one entity, as a run would have written it."""
    from dothi.datastore.resolution.tests.factories import ROLES

    of: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for code, rows in held.items():
        for number, person in enumerate(rows.column("person").to_pylist()):
            of[person].append((code, number))
    groups = [rows for rows in of.values() if len(rows) > 1]
    columns = {
        code: rows.select(["key", *ROLES]).to_pydict() for code, rows in held.items()
    }  # fmt: skip
    for first in range(0, len(groups), SOME):
        _write(project, change, columns, groups[first : first + SOME], first)
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    return sum(len(one) for one in groups)


def _write(project, change, columns, groups, first: int) -> None:  # type: ignore[no-untyped-def]
    import json

    from dothi.datastore.resolution.models import Entity, Membership, Record
    from dothi.datastore.resolution.tests.factories import ROLES

    def values(code: str, number: int) -> str:
        row = {role: columns[code][role][number] for role in ROLES}
        return json.dumps({role: text for role, text in row.items() if text}, ensure_ascii=False)

    entities = Entity.objects.bulk_create(
        Entity(project=project, code=f"TD-{first + number:08d}") for number in range(len(groups))
    )
    flat: Iterable[tuple[Entity, str, int]] = [
        (entity, code, number)
        for entity, group in zip(entities, groups, strict=True)
        for code, number in group
    ]
    records = Record.objects.bulk_create(
        Record(
            project=project, dataset=code, key=str(columns[code]["key"][number]),
            values=values(code, number),
        )
        for _entity, code, number in flat
    )  # fmt: skip
    Membership.objects.bulk_create(
        Membership(entity=entity, record=record, since=change)
        for (entity, _code, _number), record in zip(flat, records, strict=True)
    )
    reset_queries()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.exit(said(everything))
