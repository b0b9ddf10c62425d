"""Look at what came in: receive it, or refuse to."""

from datetime import datetime

from dothi.accounts.models import User
from dothi.cases.choices import Act, Duty
from dothi.cases.models import Document, Dossier
from dothi.cases.services import moving
from dothi.cases.services.fees.taking import nothing_due
from dothi.cases.services.moving import Actor
from dothi.cases.services.refusals import PapersMissing
from dothi.cases.services.saying import everything_said as everything_said
from dothi.core.clocks.choices import Kind
from dothi.procedures import selectors as procedures
from dothi.procedures.rules import limits, steps
from dothi.procedures.rules.definition import Definition


@moving.verb
def receive(*, dossier: Dossier, by: Actor, at: datetime, summary: str = "") -> None:
    """Take a dossier in: the clock of the law begins, and it lies with the first step.

    NĐ 118/2025/NĐ-CP: the time runs from the receipt of a dossier that is complete.

    Raises:
        PapersMissing: a required paper is not there.
        NotAllowedNow, TooLate: see there.
    """
    moving.check(dossier, Act.RECEIVE)
    definition = procedures.content_of(dossier.version_id)
    missing = missing_papers(dossier, definition)
    if missing:
        raise PapersMissing(missing)
    limit = limits.limit_for(definition.limits, everything_said(dossier))
    clock = moving.start_clock(dossier, Duty.RESULT, limit.clock, kind=Kind.STATUTORY, at=at)
    changes = moving.answered(dossier, at=at) | {
        "received_at": at,
        "clock": clock,
        "due_at": clock.due_at,
        "promised_at": clock.due_at,
    }
    if summary:
        changes["summary"] = summary[:300]
    changes |= moving.enter_step(dossier, steps.first(definition.steps), at=at)
    moving.move(dossier, Act.RECEIVE, by=by, at=at, changes=changes)
    nothing_due(dossier, by=by, at=at)
    moving.put_duty(dossier, at=at)


@moving.verb
def refuse(*, dossier: Dossier, reason: str, by: Actor, at: datetime) -> None:
    """Do not take it in, and say why (form 03 of TT 03/2025/TT-VPCP).

    Raises:
        ReasonNeeded, NotAllowedNow, TooLate: see there.
    """
    changes = moving.answered(dossier, at=at)
    moving.move(dossier, Act.REFUSE, by=by, at=at, reason=reason, told=True, changes=changes)
    moving.close_duty(dossier)


@moving.verb
def begin(*, dossier: Dossier, by: User, at: datetime) -> None:
    """An officer of the step's post takes the dossier on: it is being handled from now on."""
    moving.move(dossier, Act.BEGIN, by=by, at=at, changes={"handling_person": by})
    moving.put_duty(dossier, at=at)


def missing_papers(dossier: Dossier, definition: Definition) -> list[str]:
    """Names of the required papers that were not handed in."""
    required = {paper.code for paper in definition.papers if paper.required}
    waiting = Document.objects.filter(dossier=dossier, code__in=required, given_at=None)
    return list(waiting.order_by("id").values_list("name", flat=True))
