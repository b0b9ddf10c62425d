"""Tables that leave the house as files: answers of doors, private and never kept by caches."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import FileResponse, StreamingHttpResponse
from django.utils.translation import get_language, override

from dothi.lib import tables

Row = TypeVar("Row", bound=Model)
Sent = StreamingHttpResponse | FileResponse
BLOCK = 500
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def send(form: str, head: Iterable[str], lines: Iterable[Iterable[Any]], name: str) -> Sent:
    """A table as `csv` or `xlsx`; `name` goes without the ending."""
    return (send_csv if form == "csv" else send_xlsx)(head, lines, f"{name}.{form}")


def lines_of(
    rows: QuerySet[Row], line: Callable[[Row], tuple[Any, ...]],
    *, dress: Callable[[list[Row]], None] | None = None,
) -> Iterator[tuple[Any, ...]]:  # fmt: skip
    """A line for each row, in the language of the reader, however many there are.

    `dress` gets a block of rows at once, to fetch what their lines need without asking for each.
    """
    # The file is written after the request, when nobody's language is set any more.
    return _lines_of(rows.iterator(chunk_size=BLOCK), line, dress, get_language() or "vi")


def _lines_of(
    found: Iterator[Row], line: Callable[[Row], tuple[Any, ...]],
    dress: Callable[[list[Row]], None] | None, language: str,
) -> Iterator[tuple[Any, ...]]:  # fmt: skip
    while block := list(islice(found, BLOCK)):
        if dress:
            dress(block)
        with override(language):
            lines = [line(row) for row in block]
        yield from lines


def send_csv(
    head: Iterable[str], lines: Iterable[Iterable[Any]], name: str
) -> StreamingHttpResponse:
    """Row by row, so that a million rows need no memory."""
    response = StreamingHttpResponse(
        tables.csv_lines(head, lines), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def send_xlsx(head: Iterable[str], lines: Iterable[Iterable[Any]], name: str) -> FileResponse:
    """Rows go to a file on disk as they come, and from there to the reader."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 — sent, then closed
    tables.write_xlsx(file, head, lines)
    file.seek(0)
    response = FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
    response["Cache-Control"] = "private, no-store"
    return response
