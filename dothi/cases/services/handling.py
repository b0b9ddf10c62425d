"""Handle dossiers: from step to step, in whose hands, and by when."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.cases import selectors
from dothi.cases.choices import REFUSAL, Act
from dothi.cases.models import Dossier, Move, Result
from dothi.cases.services import moving
from dothi.cases.services.moving import Actor
from dothi.cases.services.refusals import (
    NoExtension,
    NoResult,
    NoSuchOutcome,
    RefusalNeeded,
    RefusalSigned,
    StillAsked,
)
from dothi.core.clocks import services as clocks
from dothi.procedures import selectors as procedures
from dothi.procedures.choices import End
from dothi.procedures.rules import steps
from dothi.procedures.rules.definition import Definition, Step


@moving.verb
def advance(
    *, dossier: Dossier, outcome: str, by: Actor, at: datetime, note: str = ""
) -> Step | End:
    """The step is done, and ended so: hand over to the next one, or finish.

    Finished means that the result is ready (signed), or that it is said in writing why the request
    is not granted; either lies at the counter then, to be given back.

    Raises:
        NoSuchOutcome: the step does not end so.
        NoResult, RefusalNeeded: it cannot be finished without a signed result.
        RefusalSigned: it was signed that nothing is granted.
        StillAsked: an agency or the applicant was asked and has not answered.
        NotAllowedNow, TooLate: see there.
    """
    moving.check(dossier, Act.HAND_OVER)
    definition = procedures.content_of(dossier.version_id)
    try:
        chosen, following = steps.follow(definition.steps, dossier.step, outcome)
    except steps.NoSuchStep as error:
        raise NoSuchOutcome from error
    if isinstance(following, End):
        _finish(dossier, following, chosen.code, definition, by=by, at=at, note=note)
    else:
        changes = moving.enter_step(dossier, following, at=at)
        moving.move(
            dossier, Act.HAND_OVER, by=by, at=at, reason=note, outcome=chosen.code, changes=changes
        )
        moving.put_duty(dossier, at=at)
    return following


def _finish(
    dossier: Dossier,
    end: End,
    outcome: str,
    definition: Definition,
    *,
    by: Actor,
    at: datetime,
    note: str,
) -> None:
    agency_asked, applicant_asked = selectors.waits_for(dossier)
    if agency_asked:
        raise StillAsked(_("An agency was asked and has not answered yet."))
    if applicant_asked:
        raise StillAsked(_("The applicant has not answered to the draft yet."))
    _check_signed(dossier, end, definition)
    changes: dict[str, Any] = moving.leave_steps(dossier, at=at)
    changes |= {"done_at": at, "end": end.value, **moving.to_counter(dossier)}
    if dossier.clock is not None:
        clocks.meet(dossier.clock, at=at)
    moving.move(dossier, Act.FINISH, by=by, at=at, reason=note, outcome=outcome, changes=changes)
    moving.tell_finished(dossier, at=at)
    moving.put_duty(dossier, at=at)


def _check_signed(dossier: Dossier, end: End, definition: Definition) -> None:
    """What is granted has its result, and what is not has its refusal; neither stands for both."""
    rows = Result.objects.filter(dossier=dossier, revoked_at=None, signed_at__isnull=False)
    signed = set(rows.values_list("code", flat=True))
    if end == End.REFUSED and REFUSAL not in signed:
        raise RefusalNeeded
    if end == End.RESULT and REFUSAL in signed:
        raise RefusalSigned
    if not signed:
        raise NoResult([result.name.of(dossier.language) for result in definition.results])


@moving.verb
def finish_refused(*, dossier: Dossier, by: Actor, at: datetime) -> None:
    """The request is not granted, whatever step it is at: the signed refusal lies at the counter.

    Raises:
        RefusalNeeded: nothing is signed that says so.
        StillAsked, NotAllowedNow, TooLate: see `advance`.
    """
    moving.check(dossier, Act.FINISH)
    definition = procedures.content_of(dossier.version_id)
    _finish(dossier, End.REFUSED, "", definition, by=by, at=at, note="")


@moving.verb
def send_back(*, dossier: Dossier, step: str, reason: str, by: Actor, at: datetime) -> None:
    """Return a dossier to a step that it has been through.

    Raises:
        NoSuchOutcome: it has not been there.
        ReasonNeeded, NotAllowedNow, TooLate: see there.
    """
    moving.check(dossier, Act.SEND_BACK)
    definition = procedures.content_of(dossier.version_id)
    if step == dossier.step or step not in former_steps(dossier):
        raise NoSuchOutcome
    changes = moving.enter_step(dossier, steps.step_of(definition.steps, step), at=at)
    moving.move(dossier, Act.SEND_BACK, by=by, at=at, reason=reason, changes=changes)
    moving.put_duty(dossier, at=at)


def former_steps(dossier: Dossier) -> list[str]:
    """The steps that a dossier has been through, in the order of the first time."""
    rows = Move.objects.filter(dossier=dossier).exclude(to_step="").order_by("id")
    return list(dict.fromkeys(rows.values_list("to_step", flat=True)))


@moving.verb
def assign(*, dossier: Dossier, to: User, by: Actor, at: datetime) -> None:
    """Give the dossier to an officer of the post that has it."""
    moving.move(dossier, Act.ASSIGN, by=by, at=at, changes={"handling_person": to})
    moving.put_duty(dossier, at=at)


@moving.verb
def release(*, dossier: Dossier, by: Actor, at: datetime) -> None:
    """Give a dossier back to its post: the officer who had it cannot go on."""
    moving.move(dossier, Act.RELEASE, by=by, at=at, changes={"handling_person": None})
    moving.put_duty(dossier, at=at)


@moving.verb
def extend(*, dossier: Dossier, amount: int, reason: str, by: Actor, at: datetime) -> None:
    """Put the day off, once, before it has come, with an apology (form 04 of TT 03/2025/TT-VPCP).

    `amount` is in units of the time limit of the version.

    Raises:
        NoExtension: it was put off before, or it comes too late.
        ReasonNeeded, NotAllowedNow, TooLate: see there.
    """
    moving.check(dossier, Act.EXTEND)
    if dossier.clock is None or dossier.promised_at is None:
        raise NoExtension
    before = dossier.clock.due_at
    try:
        clocks.extend(dossier.clock, amount=amount, at=at, reason=reason)
    except clocks.ExtensionRefused as error:
        raise NoExtension from error
    changes = {
        "due_at": dossier.clock.due_at,
        "promised_at": dossier.promised_at + (dossier.clock.due_at - before),
        "extended": dossier.extended + 1,
    }
    moving.move(dossier, Act.EXTEND, by=by, at=at, reason=reason, told=True, changes=changes)
    moving.put_duty(dossier, at=at)
