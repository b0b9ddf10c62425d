"""Tables that leave the house as files: answers of doors, private and never kept by caches."""

import tempfile
from collections.abc import Iterable
from typing import Any

from django.http import FileResponse, StreamingHttpResponse

from dothi.lib import tables

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
