"""What feedback measures, defined once for wall, brief, targets and open data."""

from collections.abc import Mapping

import ibis
from django.utils.translation import gettext_lazy as _
from ibis.expr.types import Scalar, Table

from dothi.datastore.indicators.choices import Better, Past, Scale
from dothi.datastore.indicators.registry import (
    Dimension,
    Indicator,
    Place,
    Shown,
    Source,
    Steps,
    midnight,
    register,
)
from dothi.feedback.choices import Visibility
from dothi.feedback.selectors import catalogue

TABLE = "feedback_ticket"
COLUMNS = {
    "unit_id": "int64",
    "received_at": "timestamp('UTC')",
    "resolved_at": "timestamp('UTC')",
    "closed_at": "timestamp('UTC')",
    "due_at": "timestamp('UTC')",
    "paused": "boolean",
}
READS = {TABLE: COLUMNS}
STORES = {
    TABLE: Source(
        dataset="feedback-register",
        columns={"lon": "longitude", "lat": "latitude"},
        steps=Steps(
            dataset="feedback-register-steps",
            key="code",
            columns=("due_at", "paused", "resolved_at", "closed_at"),
        ),
    )
}
PLACE = Place(table=TABLE)
SHOWN = Shown(
    table=TABLE,
    columns={"visibility": "string"},
    condition=lambda tickets: tickets.visibility != Visibility.HELD.value,
)
DAYS = 30


def _subjects() -> dict[str, str]:
    return {one.code: one.name for one in catalogue.current().by_id.values()}


DIMENSIONS = {
    "subject": Dimension(table=TABLE, column="category", title=_("Subject"), words=_subjects)
}


def _open(tickets: Table, at: Scalar) -> Table:
    """Reports that had come in and were not closed at the moment."""
    return tickets.filter(
        tickets.received_at <= at, tickets.closed_at.isnull() | (tickets.closed_at > at)
    )


def _count(rows: Table) -> Table:
    return rows.group_by("unit_id").aggregate(numerator=rows.count())


def share_on_time(tables: Mapping[str, Table], at: Scalar) -> Table:
    """Of the reports that came due or were resolved in 30 days, those resolved in time.

    QĐ 766/QĐ-TTg, indicator 2.1: in time when the end is not after the due time; what is still open
    after it counts as late. What waits for its reporter is left out.
    """
    tickets = tables[TABLE]
    since = at - ibis.interval(days=DAYS)
    resolved = tickets.resolved_at.notnull() & (tickets.resolved_at <= at)
    late_now = ~resolved & tickets.closed_at.isnull() & ~tickets.paused & (tickets.due_at < at)
    judged = tickets.filter(
        tickets.received_at <= at,
        tickets.due_at.notnull(),
        (resolved & (tickets.resolved_at > since)) | (late_now & (tickets.due_at > since)),
    )
    in_time = (judged.resolved_at <= judged.due_at) & (judged.resolved_at <= at)
    return judged.group_by("unit_id").aggregate(
        numerator=ibis.ifelse(in_time, 1, 0).sum(), denominator=judged.count()
    )


def open_reports(tables: Mapping[str, Table], at: Scalar) -> Table:
    return _count(_open(tables[TABLE], at))


def overdue(tables: Mapping[str, Table], at: Scalar) -> Table:
    rows = _open(tables[TABLE], at)
    return _count(rows.filter(~rows.paused, rows.due_at < at, rows.resolved_at.isnull()))


def received_today(tables: Mapping[str, Table], at: Scalar) -> Table:
    """Since the last midnight of the city."""
    tickets = tables[TABLE]
    today = midnight(tables)
    return _count(tickets.filter(tickets.received_at >= today, tickets.received_at <= at))


register(
    Indicator(
        code="feedback.share_on_time",
        title=_("Answered in time, 30 days"),
        help=_("Of the reports resolved or due in the last 30 days."),
        unit_of_measure="%",
        steward="feedback",
        scale=Scale.PERCENT,
        better=Better.HIGHER,
        reads=READS,
        measure=share_on_time,
        public=True,
        stores=STORES,
        past=Past.STEPS,
        dimensions=DIMENSIONS,
        place=PLACE,
        shown=SHOWN,
    )
)
for _code, _title, _measure, _better in (
    ("feedback.open", _("Open"), open_reports, Better.LOWER),
    ("feedback.overdue", _("Overdue"), overdue, Better.LOWER),
    ("feedback.received_today", _("New today"), received_today, Better.NEITHER),
):
    register(
        Indicator(
            code=_code,
            title=_title,
            help="",
            unit_of_measure="",
            steward="feedback",
            scale=Scale.COUNT,
            better=_better,
            reads=READS,
            measure=_measure,
            public=True,
            stores=STORES,
            past=Past.STEPS,
            dimensions=DIMENSIONS,
            place=PLACE,
            shown=SHOWN,
        )
    )
