"""State a rule over two datasets, and end it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from dothi.core.audit.services import record
from dothi.datastore.catalogue.choices import Type
from dothi.datastore.quality.choices import RuleKind, Severity
from dothi.datastore.quality.models import CrossRule
from dothi.datastore.quality.services.refusals import EndedAlready, UnknownColumn
from dothi.lib.codes import public_code

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

SUMMED = {Type.INTEGER, Type.NUMBER}


@dataclass(frozen=True, kw_only=True)
class Side:
    """One table of a rule: the column that is looked up or grouped by, and what is summed."""

    column: str
    measure: str = ""


@transaction.atomic
def state_rule(
    *, dataset: "Dataset", other: "Dataset", kind: RuleKind, mine: Side, theirs: Side, title: str,
    severity: Severity, tolerance: float = 0.0, by: str, at: datetime,
) -> CrossRule:  # fmt: skip
    """From the next look on, the rule is asked of the dataset.

    Raises:
        UnknownColumn: a column is not in its contract, is personal, or is summed and no number.
    """
    _sound(dataset, mine, kind)
    _sound(other, theirs, kind)
    totals = kind == RuleKind.TOTALS
    rule = CrossRule.objects.create(
        code=public_code("QT", at), dataset=dataset.code, other=other.code, kind=kind,
        title=title.strip()[:200], severity=severity, column=mine.column,
        other_column=theirs.column, measure=mine.measure if totals else "",
        other_measure=theirs.measure if totals else "", tolerance=tolerance if totals else 0.0,
        made_by=by, made_at=at,
    )  # fmt: skip
    record(
        "quality.state_rule", subject=dataset.subject, by=by, at=at, rule=rule.code, kind=kind,
        other=other.code,
    )  # fmt: skip
    return rule


def _sound(dataset: "Dataset", side: Side, kind: RuleKind) -> None:
    known = dataset.agreed.by_name() if dataset.agreed is not None else {}
    if side.column not in known or (kind == RuleKind.TOTALS and known[side.column].is_personal):
        raise UnknownColumn(side.column)
    if kind != RuleKind.TOTALS or not side.measure:
        return
    if side.measure not in known or known[side.measure].type not in SUMMED:
        raise UnknownColumn(side.measure)


@transaction.atomic
def end_rule(rule: CrossRule, *, by: str, at: datetime, reason: str = "") -> None:
    """Ask it no more; what it found stays.

    Raises:
        EndedAlready: see there.
    """
    ended = CrossRule.objects.filter(pk=rule.pk, ended_at=None).update(ended_at=at, ended_by=by)
    if not ended:
        raise EndedAlready
    record(
        "quality.end_rule", subject=f"catalogue.dataset:{rule.dataset}", by=by, at=at,
        reason=reason, rule=rule.code,
    )  # fmt: skip
