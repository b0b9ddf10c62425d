"""Rows that wait to be mended: bytes as they came, cells where there are some, and reasons."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from dothi.datastore.ingestion.engine import Wrong
from dothi.datastore.ingestion.models import Aside, Run
from dothi.datastore.ingestion.readers import Batch, Faulty
from dothi.datastore.ingestion.rules.checking import LINE, SPAN
from dothi.datastore.ingestion.rules.ledger import Fault

AT_ONCE = 2000


def of_line(run: Run, one: Faulty) -> Aside:
    """Lines that are no row."""
    fault = Fault(check=one.reason.value)
    return _aside(run, one.line, one.span, one.raw, (fault,), {}, detail=dict(one.detail))


def of_rows(
    run: Run, batch: Batch, wrong: Sequence[Wrong], heads: Mapping[str, str]
) -> list[Aside]:
    """Rows that the contract has something against. `heads`: of the file → of the contract."""
    if not wrong:
        return []
    lines = batch.rows[LINE].to_numpy()
    places = {int(line): number for number, line in enumerate(lines)}
    picked = batch.rows.take(pa.array([places[one.line] for one in wrong]))
    cells = [
        {heads[name]: text for name, text in row.items()}
        for row in picked.drop_columns([LINE, SPAN]).to_pylist()
    ]
    return [
        _aside(run, one.line, one.span, batch.raw(one.line), one.faults, row)
        for one, row in zip(wrong, cells, strict=True)
    ]


def keep(rows: Sequence[Aside]) -> None:
    Aside.objects.bulk_create(rows, batch_size=AT_ONCE)


def _aside(
    run: Run,
    line: int,
    span: int,
    raw: bytes,
    faults: Sequence[Fault],
    cells: Mapping[str, str | None],
    detail: dict[str, Any] | None = None,
) -> Aside:
    return Aside(
        run=run,
        line=line,
        span=span,
        raw=base64.b64encode(raw).decode(),
        faults=[fault.code for fault in faults],
        fault=faults[0].code,
        detail=detail or {},
        cells=json.dumps(cells, ensure_ascii=False) if cells else "",
    )
