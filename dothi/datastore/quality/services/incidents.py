"""A failed check becomes one duty of the steward, until it passes or somebody says why it may."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import translation

from dothi.core.audit.services import record
from dothi.core.events.services import publish as tell
from dothi.core.inbox import services as inbox
from dothi.core.workdays.selectors import official_calendar
from dothi.datastore.quality import events
from dothi.datastore.quality.choices import Outcome, Severity
from dothi.datastore.quality.models import Incident, Inspection, Result
from dothi.datastore.quality.services.refusals import ReasonMissing, SettledAlready
from dothi.lib.worktime import add_working_days

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

DUTY = "quality.incident"
SYSTEM = "system"
# Working days until somebody should have looked.
WITHIN = {Severity.STOP: 1, Severity.WARN: 3}


def follow(
    dataset: "Dataset", inspection: Inspection, results: Sequence[Result], *, at: datetime
) -> None:
    """Open, carry on and settle the incidents of a dataset as its newest look has it."""
    known = {one.check_code: one for one in _open(dataset.code)}
    accepted = _accepted(dataset.code, inspection.version)
    answered = {one.code: one for one in results}
    for code, result in answered.items():
        if result.outcome != Outcome.FAILED or result.severity not in WITHIN:
            continue
        if code in known:
            _carry_on(known[code], result, inspection.version)
        elif code not in accepted:
            _begin(dataset, result, inspection.version, at)
    for code, incident in known.items():
        # What could not be asked is as open as before; what is asked no more is over.
        if code not in answered or answered[code].outcome == Outcome.PASSED:
            _close(incident, by=SYSTEM, reason="", at=at)


def _open(code: str) -> list[Incident]:
    return list(Incident.objects.select_for_update().filter(dataset=code, settled_at=None))


def _accepted(code: str, version: int) -> set[str]:
    """Checks that a person settled in this very version: it is no news that they still fail."""
    rows = Incident.objects.filter(dataset=code, version=version, settled_at__isnull=False)
    return set(rows.exclude(settled_by=SYSTEM).values_list("check_code", flat=True))


def _carry_on(incident: Incident, result: Result, version: int) -> None:
    Incident.objects.filter(pk=incident.pk).update(
        version=version, failing=result.failing, among=result.among, result=result,
        severity=result.severity, times=F("times") + 1,
    )  # fmt: skip


def _begin(dataset: "Dataset", result: Result, version: int, at: datetime) -> None:
    incident = Incident.objects.create(
        dataset=dataset.code, check_code=result.code, severity=result.severity, opened_at=at,
        version=version, failing=result.failing, among=result.among, result=result,
    )  # fmt: skip
    with translation.override("vi"):
        url = reverse("quality:incident", args=[incident.pk])
    column = f" (cột {result.column})" if result.column else ""
    inbox.put(
        kind=DUTY,
        code=str(incident.pk),
        title=f"Dữ liệu không đạt kiểm tra: {dataset.title_vi}{column}",
        unit_code=dataset.unit.code,
        role=dataset.steward_role,
        due_at=add_working_days(at, WITHIN[Severity(result.severity)], official_calendar()),
        group=result.severity,
        url=url,
        at=at,
    )
    tell(
        events.IncidentOpened(
            dataset=dataset.code, check=result.code, severity=result.severity, version=version
        ),
        at=at,
    )


def _close(incident: Incident, *, by: str, reason: str, at: datetime) -> bool:
    closed = Incident.objects.filter(pk=incident.pk, settled_at=None).update(
        settled_at=at, settled_by=by, reason=reason
    )
    if closed:
        inbox.close(kind=DUTY, code=str(incident.pk))
        tell(
            events.IncidentSettled(
                dataset=incident.dataset, check=incident.check_code, by_itself=by == SYSTEM
            ),
            at=at,
        )
    return bool(closed)


@transaction.atomic
def settle(incident: Incident, *, by: str, reason: str, at: datetime) -> None:
    """Say why the check may fail in this version. In a later version it counts anew.

    Raises:
        ReasonMissing, SettledAlready: see there.
    """
    if not reason.strip():
        raise ReasonMissing
    if not _close(incident, by=by, reason=reason.strip()[:300], at=at):
        raise SettledAlready
    record(
        "quality.settle", subject=incident.subject, by=by, at=at, reason=reason.strip()[:300],
        dataset=incident.dataset, check=incident.check_code, version=incident.version,
    )  # fmt: skip
