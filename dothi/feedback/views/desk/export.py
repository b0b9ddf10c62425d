"""The worklist as a file: CSV or XLSX, streamed. Who reported is never in it."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.core import clock
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.downloads import send_csv, send_xlsx
from dothi.feedback import permissions, selectors
from dothi.feedback.models import Ticket
from dothi.feedback.selectors.tracking import dress
from dothi.feedback.views.desk.queue import filters_of, queue_form

BLOCK = 500


def heads() -> list[str]:
    """The head line, in the reader's language."""
    return [
        _("Number"), _("Received"), _("Subject"), _("Ward"), _("State"), _("Due"), _("Resolved"),
        _("Closed"), _("Came in by"), _("With"), _("Officer"), _("What"), _("Text"), _("Address"),
        _("Result"), _("Stars"),
    ]  # fmt: skip


@staff_required
def export(request: SignedInRequest, form: str) -> StreamingHttpResponse | FileResponse:
    """The filtered worklist."""
    at = clock.now()
    if not permissions.may_export(request.user, on=at.date()):
        raise PermissionDenied
    filters = filters_of(queue_form(request.user, request.GET, at), at)
    rows = selectors.queue_rows(request.user, on=at.date(), filters=filters)
    record("feedback.export", subject="feedback.queue", by=request.user.actor, at=at, form=form)
    lines = _lines(rows.order_by("id"), language=get_language() or "vi")
    name = f"feedback-{at:%Y%m%d-%H%M}.{form}"
    return send_csv(heads(), lines, name) if form == "csv" else send_xlsx(heads(), lines, name)


def _lines(rows: QuerySet[Ticket], *, language: str) -> Iterator[tuple[Any, ...]]:
    """Rows in blocks, each dressed from the catalogue: no query for a row."""
    found = rows.iterator(chunk_size=BLOCK)
    while block := list(islice(found, BLOCK)):
        dress(block)
        with override(language):  # The file is written after the request.
            lines = [values_of(row) for row in block]
        yield from lines


def values_of(row: Ticket) -> tuple[Any, ...]:
    person = row.handling_person
    return (
        row.code, local(row.received_at), row.category.name, row.unit.name,
        row.get_state_display(), *map(_local, (row.due_at, row.resolved_at, row.closed_at)),
        row.get_channel_display(),
        row.handling_unit.name, person.get_full_name() if person else "", row.title, row.text,
        row.address, row.answer, row.rating or "",
    )  # fmt: skip


def _local(moment: datetime | None) -> datetime | None:
    return local(moment) if moment else None
