"""An answer as a table in pages, as a chart, as a file."""

import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from dothi.core import clock
from dothi.datastore.workbench import selectors, services
from dothi.datastore.workbench.choices import State
from dothi.datastore.workbench.models import Run
from dothi.lib import tables as sheets

PAGE = 100
DRAWN = 40  # Rows of a chart.
NUMBERS = ("INT", "DOUBLE", "FLOAT", "DECIMAL", "REAL")


def shown(request: HttpRequest, run: Run, *, at: datetime, here: str) -> dict[str, Any]:
    """One page of the answer. Raises Gone."""
    if run.state != State.DONE:
        return {}
    page = _page(request)
    rows = list(services.rows_of(run, request.user, at=at, start=(page - 1) * PAGE, most=PAGE))
    numbers = [any(mark in kind for mark in NUMBERS) for _name, kind in run.columns]
    return {
        "heads": [{"name": name, "number": numbers[i]} for i, (name, _) in enumerate(run.columns)],
        "rows": [
            [{"text": _text(cell), "number": numbers[i]} for i, cell in enumerate(row)]
            for row in rows
        ],
        "next_url": f"{here}?page={page + 1}" if run.rows > page * PAGE else "",
        "first_url": here if page > 1 else "",
        "from": (page - 1) * PAGE + 1,
        "to": (page - 1) * PAGE + len(rows),
        "chart": _chart(request, run, numbers, rows),
        "choices": {
            "words": [(i, name) for i, (name, _) in enumerate(run.columns) if not numbers[i]],
            "numbers": [(i, name) for i, (name, _) in enumerate(run.columns) if numbers[i]],
        },
    }


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return max(int(text), 1) if text.isdecimal() and len(text) < 6 else 1


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell)


def _chart(
    request: HttpRequest, run: Run, numbers: list[bool], rows: list[list[Any]]
) -> dict[str, Any] | None:
    """A bar for each of the first rows: words from one column, numbers from another."""
    words = _column(request, "words", [i for i, one in enumerate(numbers) if not one])
    values = _column(request, "values", [i for i, one in enumerate(numbers) if one])
    if words is None or values is None or not rows:
        return None
    points = [
        (_text(row[words]), float(row[values])) for row in rows[:DRAWN] if row[values] is not None
    ]
    kind = "line" if request.GET.get("chart") == "line" else "bars"
    return {
        "points": points, "label": run.columns[values][0], "kind": kind,
        "words": words, "values": values,
    }  # fmt: skip


def _column(request: HttpRequest, name: str, allowed: list[int]) -> int | None:
    text = request.GET.get(name, "")
    if text.isdecimal() and int(text) in allowed:
        return int(text)
    return allowed[0] if allowed else None


def file(request: HttpRequest, code: str, form: str, *, door: Any) -> HttpResponseBase:
    """The whole answer as CSV or as a sheet."""
    if form not in ("csv", "xlsx"):
        raise Http404
    try:
        run = selectors.run_seen_by(request.user, code)
        rows = services.rows_of(run, request.user, at=clock.now())
    except (Run.DoesNotExist, services.Gone) as error:
        raise Http404 from error
    heads = [name for name, _kind in run.columns]
    response: HttpResponseBase
    if form == "csv":
        response = StreamingHttpResponse(
            _lines(heads, rows), content_type="text/csv; charset=utf-8"
        )
    else:
        file = io.BytesIO()
        sheets.write_xlsx(file, heads, rows)
        response = HttpResponse(
            file.getvalue(),
            content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    response["Content-Disposition"] = f'attachment; filename="answer-{run.pk}.{form}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _lines(heads: list[str], rows: Iterator[list[Any]]) -> Iterator[bytes]:
    cells = (
        [sheets.plain(cell) if isinstance(cell, str) else _text(cell) for cell in row]
        for row in rows
    )
    for line in sheets.exact_csv_lines([str(sheets.plain(one)) for one in heads], cells):
        yield line.encode()
