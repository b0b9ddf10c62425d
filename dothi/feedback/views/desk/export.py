"""The worklist as a file: CSV or XLSX, streamed. Who reported is never in it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from dothi.accounts.http import SignedInRequest, staff_required
from dothi.core import clock
from dothi.core.audit.services import record
from dothi.core.clock import local, local_or_none
from dothi.core.downloads import Sent, lines_of, send
from dothi.feedback import permissions, selectors
from dothi.feedback.models import Ticket
from dothi.feedback.selectors.tracking import dress
from dothi.feedback.views.desk.queue import filters_of, queue_form


def heads() -> list[str]:
    """The head line, in the reader's language."""
    return [
        _("Number"), _("Received"), _("Subject"), _("Ward"), _("State"), _("Due"), _("Resolved"),
        _("Closed"), _("Came in by"), _("With"), _("Officer"), _("What"), _("Text"), _("Address"),
        _("Result"), _("Stars"),
    ]  # fmt: skip


@staff_required
def export(request: SignedInRequest, form: str) -> Sent:
    """The filtered worklist."""
    at = clock.now()
    if not permissions.may_export(request.user, on=at.date()):
        raise PermissionDenied
    filters = filters_of(queue_form(request.user, request.GET, at), at)
    rows = selectors.queue_rows(request.user, on=at.date(), filters=filters)
    record("feedback.export", subject="feedback.queue", by=request.user.actor, at=at, form=form)
    lines = lines_of(rows.order_by("id"), values_of, dress=dress)
    return send(form, heads(), lines, f"feedback-{at:%Y%m%d-%H%M}")


def values_of(row: Ticket) -> tuple[Any, ...]:
    person = row.handling_person
    return (
        row.code, local(row.received_at), row.category.name, row.unit.name,
        row.get_state_display(), *map(local_or_none, (row.due_at, row.resolved_at, row.closed_at)),
        row.get_channel_display(),
        row.handling_unit.name, person.get_full_name() if person else "", row.title, row.text,
        row.address, row.answer, row.rating or "",
    )  # fmt: skip
