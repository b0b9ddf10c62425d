"""What dossiers measure, defined once for wall, brief, targets and open data."""

from collections.abc import Mapping

import ibis
from django.utils.translation import gettext_lazy as _
from ibis.expr.types import BooleanValue, Scalar, Table

from dothi.datastore.indicators.choices import Better, Past, Scale
from dothi.datastore.indicators.registry import (
    Dimension,
    Indicator,
    Source,
    Steps,
    midnight,
    register,
)
from dothi.procedures import selectors as procedures
from dothi.procedures.choices import Way

TABLE = "cases_dossier"
MOMENT = "timestamp('UTC')"
COLUMNS = {
    "unit_id": "int64",
    "way": "int64",
    "received_at": MOMENT,
    "promised_at": MOMENT,
    "done_at": MOMENT,
    "closed_at": MOMENT,
    "asked": "int64",
    "asked_at": MOMENT,
    "met_at": MOMENT,
}
READS = {TABLE: COLUMNS}
STORES = {
    TABLE: Source(
        dataset="cases-register",
        steps=Steps(
            dataset="cases-register-steps",
            key="code",
            columns=(
                "received_at", "promised_at", "done_at", "closed_at", "asked", "asked_at", "met_at",
            ),
        ),
    )
}  # fmt: skip
DAYS = 30
QUEUE = "cases_turn"
QUEUE_READS = {QUEUE: {"unit_id": "int64", "waiting_since": MOMENT, "called_at": MOMENT}}
QUEUE_STORES = {
    QUEUE: Source(
        dataset="cases-turns",
        steps=Steps(
            dataset="cases-turns-steps", key="turn", columns=("waiting_since", "called_at")
        ),
    )
}


def _areas() -> dict[str, str]:
    return {one.code: one.name for one in procedures.all_areas()}


DIMENSIONS = {"area": Dimension(table=TABLE, column="area", title=_("Field"), words=_areas)}


def _received(tables: Mapping[str, Table], at: Scalar) -> Table:
    """Dossiers that had been received at the moment."""
    dossiers = tables[TABLE]
    return dossiers.filter(dossiers.received_at <= at)


def _ended(dossiers: Table, at: Scalar) -> Table:
    """With `end_at`: when handling ended, or the moment; and whether it has ended by then."""
    first = ibis.coalesce(dossiers.done_at, dossiers.closed_at)
    has_ended = first.notnull() & (first <= at)
    return dossiers.mutate(end_at=ibis.ifelse(has_ended, first, at), has_ended=has_ended)


def _in_time(rows: Table, at: Scalar) -> BooleanValue:
    """QĐ 766/QĐ-TTg, indicator 2.1, as `rules.in_time` says it; waits are taken off by seconds."""
    asked = rows.asked_at.notnull() & (rows.asked_at <= at)
    met = rows.met_at.notnull() & (rows.met_at <= at)
    until = ibis.ifelse(met & (rows.met_at <= rows.end_at), rows.met_at, rows.end_at)
    begun = ibis.ifelse(rows.asked_at >= rows.received_at, rows.asked_at, rows.received_at)
    waited = ibis.ifelse(asked & (until > begun), until.epoch_seconds() - begun.epoch_seconds(), 0)
    return ibis.cases(
        (asked & (rows.asked > 1), False),
        (asked & ~met, rows.asked_at <= rows.promised_at),
        (waited == 0, rows.end_at <= rows.promised_at),
        else_=rows.end_at.epoch_seconds() - waited <= rows.promised_at.epoch_seconds(),
    )


def share_in_time(tables: Mapping[str, Table], at: Scalar) -> Table:
    """Of the dossiers in hand in 30 days, those handled in time: QĐ 766/QĐ-TTg, indicator 2.1."""
    rows = _ended(_received(tables, at), at)
    judged = rows.filter(~rows.has_ended | (rows.end_at > at - ibis.interval(days=DAYS)))
    return judged.group_by("unit_id").aggregate(
        numerator=ibis.ifelse(_in_time(judged, at), 1, 0).sum(), denominator=judged.count()
    )


def share_online(tables: Mapping[str, Table], at: Scalar) -> Table:
    """Of the dossiers received in 30 days, those submitted online: indicator 3.3."""
    rows = _received(tables, at)
    rows = rows.filter(rows.received_at > at - ibis.interval(days=DAYS))
    return rows.group_by("unit_id").aggregate(
        numerator=ibis.ifelse(rows.way == Way.ONLINE.value, 1, 0).sum(), denominator=rows.count()
    )


def _open(tables: Mapping[str, Table], at: Scalar) -> Table:
    rows = _ended(_received(tables, at), at)
    return rows.filter(~rows.has_ended)


def _count(rows: Table) -> Table:
    return rows.group_by("unit_id").aggregate(numerator=rows.count())


def open_dossiers(tables: Mapping[str, Table], at: Scalar) -> Table:
    return _count(_open(tables, at))


def overdue(tables: Mapping[str, Table], at: Scalar) -> Table:
    """Open past the day promised, waits for papers left out."""
    rows = _open(tables, at)
    return _count(rows.filter(~_in_time(rows, at)))


def received_today(tables: Mapping[str, Table], at: Scalar) -> Table:
    """Since the last midnight of the city."""
    rows = _received(tables, at)
    return _count(rows.filter(rows.received_at >= midnight(tables)))


def minutes_waited(tables: Mapping[str, Table], at: Scalar) -> Table:
    """From taking a number, or being passed on, to the first call: of calls in 30 days."""
    turns = tables[QUEUE]
    called = turns.filter(
        turns.called_at.notnull()
        & (turns.called_at <= at)
        & (turns.called_at > at - ibis.interval(days=DAYS))
    )
    seconds = called.called_at.epoch_seconds() - called.waiting_since.epoch_seconds()
    return called.group_by("unit_id").aggregate(
        numerator=seconds.sum() / 60.0, denominator=called.count()
    )


for _code, _title, _help, _measure, _better in (
    ("cases.share_in_time", _("Dossiers handled in time, 30 days"),
     _("Of the dossiers in hand in the last 30 days (QĐ 766, indicator 2.1)."),
     share_in_time, Better.HIGHER),
    ("cases.share_online", _("Dossiers submitted online, 30 days"),
     _("Of the dossiers received in the last 30 days (QĐ 766, indicator 3.3)."),
     share_online, Better.HIGHER),
    ("cases.open", _("Dossiers in hand"), "", open_dossiers, Better.NEITHER),
    ("cases.overdue", _("Overdue dossiers"), "", overdue, Better.LOWER),
    ("cases.received_today", _("Dossiers received today"), "", received_today, Better.NEITHER),
):  # fmt: skip
    _is_share = _code.startswith("cases.share")
    register(
        Indicator(
            code=_code,
            title=_title,
            help=_help,
            unit_of_measure="%" if _is_share else "",
            steward="cases",
            scale=Scale.PERCENT if _is_share else Scale.COUNT,
            better=_better,
            reads=READS,
            measure=_measure,
            public=True,
            stores=STORES,
            past=Past.STEPS,
            dimensions=DIMENSIONS,
        )
    )

register(
    Indicator(
        code="cases.minutes_waited",
        title=_("Minutes waited at the counter, 30 days"),
        help=_("Mean from taking a number to the first call."),
        unit_of_measure="min",
        steward="cases",
        scale=Scale.MEAN,
        better=Better.LOWER,
        reads=QUEUE_READS,
        measure=minutes_waited,
        public=True,
        stores=QUEUE_STORES,
        past=Past.STEPS,
    )
)
