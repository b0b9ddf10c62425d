"""How a dossier moves: one compare-and-set, one line of history, one audit entry, one event.

Everything here runs inside the transaction of a verb.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.cases import events, rules
from dothi.cases.choices import Act, Duty, Status
from dothi.cases.models import Dossier, Move
from dothi.cases.services.refusals import NotAllowedNow, TooLate
from dothi.core.audit.services import record
from dothi.core.clocks import services as clocks
from dothi.core.clocks.choices import Kind, TimeUnit
from dothi.core.clocks.models import Clock
from dothi.core.clocks.rules import Spec
from dothi.core.events.services import publish
from dothi.core.inbox import services as inbox
from dothi.core.rows import append
from dothi.core.verbs import frame
from dothi.core.verbs.frame import actor_of as actor_of
from dothi.core.verbs.frame import reason_of, verb_for
from dothi.procedures import selectors as procedures
from dothi.procedures.choices import At
from dothi.procedures.rules.definition import Step

Actor = User | str
DUTY = "cases.dossier"
SEEN = ("status", "step", "handling_unit_id", "handling_person_id", "changed_at")
TIMES = (
    "way", "received_at", "promised_at", "done_at", "returned_at", "closed_at", "asked", "asked_at",
    "met_at",
)  # fmt: skip


def too_late(dossier: Dossier) -> TooLate:
    now = Dossier.objects.only("code", "status", "changed_at").get(pk=dossier.pk)
    return TooLate(now.code, Status(now.status), now.changed_at)


verb = verb_for("dossier", too_late, lost=clocks.ClockMoved)


def words(text: str, *, most: int = rules.TEXT_LENGTH) -> str:
    """Text of people, as `frame.words` takes it."""
    return frame.words(text, most=most)


def check(dossier: Dossier, act: Act) -> Status:
    """Return where the act leads.

    Raises:
        NotAllowedNow: not from the status that the dossier is in.
    """
    before = Status(dossier.status_before) if dossier.status_before else None
    try:
        return rules.target(act, now=Status(dossier.status), before=before)
    except rules.NotLawful as error:
        raise NotAllowedNow(dossier.code, Status(dossier.status)) from error


def move(
    dossier: Dossier,
    act: Act,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    told: bool = False,
    outcome: str = "",
    changes: Mapping[str, Any] | None = None,
) -> Move:
    """Move the dossier: compare and set, history, audit, event. It is as it is afterwards.

    Raises:
        NotAllowedNow: the act does not fit the status.
        ReasonNeeded: the act has to say why.
        TooLate: somebody moved it after it was read.
    """
    target = check(dossier, act)
    why = reason_of(reason, needed=act in rules.REASONED, most=rules.REASON_LENGTH)
    was = dossier.status
    new: dict[str, Any] = {"status": target.value, "changed_at": at, **(changes or {})}
    if target != was:
        new["status_before"] = was
    if target in rules.FINAL:
        new |= {"closed_at": at, "paused": False}
    step = Move(
        dossier=dossier,
        act=act.value,
        was=was,
        now=target.value,
        at=at,
        actor=actor_of(by),
        from_step=dossier.step,
        from_unit=dossier.handling_unit.code,
        from_role=dossier.handling_role,
        due_before=dossier.due_at,
        step_due_at=dossier.step_due_at,
        reason=why,
        told=told,
        outcome=outcome,
    )
    compare_and_set(dossier, new)
    return note(dossier, step)


def note(dossier: Dossier, step: Move) -> Move:
    """Write a line of history, the audit entry and the event of what was just done."""
    step.to_step = dossier.step
    step.to_unit = dossier.handling_unit.code
    step.to_role = dossier.handling_role
    step.to_person = dossier.handling_person_id
    step.due_after = dossier.due_at
    append(step)
    record(
        f"cases.{step.act}",
        subject=dossier.subject,
        by=step.actor,
        at=step.at,
        unit=dossier.unit.code,
        was=step.was,
        now=step.now,
    )
    publish(
        events.DossierMoved(
            code=dossier.code,
            procedure=dossier.procedure,
            area=dossier.area,
            unit_code=dossier.unit.code,
            act=step.act,
            was=step.was or step.now,
            now=step.now,
            step=dossier.step,
            handling_unit=dossier.handling_unit.code,
            handling_role=dossier.handling_role,
            due_at=dossier.due_at,
            paused=dossier.paused,
            move=step.pk,
            **{name: getattr(dossier, name) for name in TIMES},
        ),
        at=step.at,
    )
    return step


def compare_and_set(dossier: Dossier, new: Mapping[str, Any]) -> None:
    """Write the changes if nobody moved the dossier since it was read.

    Raises:
        TooLate: somebody did; the message says what is so now.
    """
    frame.compare_and_set(dossier, new, seen=SEEN, too_late=too_late)


# --- Clocks --------------------------------------------------------------------------------------


def start_clock(dossier: Dossier, duty: Duty, spec: Spec, *, kind: Kind, at: datetime) -> Clock:
    return clocks.start(
        subject=dossier.subject,
        kind=kind,
        spec=spec,
        at=at,
        name=duty.value,
        unit_code=dossier.handling_unit.code,
    )


def step_spec(hours: int) -> Spec:
    """Working hours for one internal step; it stands still as often as the dossier does."""
    return Spec(amount=hours, unit=TimeUnit.WORK_HOURS, basis="internal step")


def enter_step(dossier: Dossier, step: Step, *, at: datetime) -> dict[str, Any]:
    """What changes when a step begins: where it lies, and until when it should be done there."""
    if dossier.step_clock is not None:
        clocks.meet(dossier.step_clock, at=at)
    unit = dossier.receiving_unit if step.at == At.RECEIVING else dossier.unit
    clock = (
        clocks.start(
            subject=dossier.subject, kind=Kind.STEP, spec=step_spec(step.hours), at=at,
            name=Duty.STEP.value, unit_code=unit.code,
        )
        if step.hours
        else None
    )  # fmt: skip
    return {
        "step": step.code,
        "step_clock": clock,
        "step_due_at": clock.due_at if clock else None,
        "handling_unit": unit,
        "handling_role": step.role,
        "handling_person": None,
    }


def leave_steps(dossier: Dossier, *, at: datetime, stopped: str = "") -> dict[str, Any]:
    """What changes when the last step is done, or nothing is to be done any more."""
    if dossier.step_clock is not None:
        if stopped:
            clocks.stop(dossier.step_clock, at=at, reason=stopped)
        else:
            clocks.meet(dossier.step_clock, at=at)
    return {"step": "", "step_clock": None, "step_due_at": None}


def hold(dossier: Dossier, *, at: datetime, reason: str, counts: bool) -> dict[str, Any]:
    """The applicant has the next move: the clocks of the dossier stand still.

    Raises:
        clocks.PauseRefused: it stood still often enough.
    """
    if dossier.clock is not None:
        clocks.pause(dossier.clock, at=at, reason=reason, counts=counts)
    if dossier.step_clock is not None:
        clocks.pause(dossier.step_clock, at=at, reason=reason, counts=False)
    return {"paused": dossier.clock is not None}


def go_on(dossier: Dossier, *, at: datetime) -> dict[str, Any]:
    """The office has the next move again: the due times move by the wait."""
    changes: dict[str, Any] = {"paused": False}
    for name, clock in (("due_at", dossier.clock), ("step_due_at", dossier.step_clock)):
        if clock is not None:
            clocks.resume(clock, at=at)
            changes[name] = clock.due_at
    return changes


def answered(dossier: Dossier, *, at: datetime) -> dict[str, Any]:
    """The office has looked at what was sent in: within its hours or not."""
    if dossier.reply_clock is None:
        return {}
    clocks.meet(dossier.reply_clock, at=at)
    return {"reply_clock": None}


def end_clocks(dossier: Dossier, *, at: datetime, reason: str) -> dict[str, Any]:
    """Nothing is to be done any more: every clock of the dossier stops."""
    for clock in (dossier.clock, dossier.reply_clock):
        if clock is not None and clock.ended_at is None:
            clocks.stop(clock, at=at, reason=reason)
    return {**leave_steps(dossier, at=at, stopped=reason), "reply_clock": None}


# --- Worklist ------------------------------------------------------------------------------------


def to_counter(dossier: Dossier) -> dict[str, Any]:
    """It lies at the counter that received it."""
    return {
        "handling_unit": dossier.receiving_unit,
        "handling_role": Role.COUNTER.value,
        "handling_person": None,
    }


def put_duty(dossier: Dossier, *, at: datetime) -> None:
    """Lay the dossier on the table of whoever has it now; the name of the procedure is its title.

    Before it is received its due time is that of the reply.
    """
    clock = dossier.reply_clock
    inbox.put(
        kind=DUTY,
        code=dossier.code,
        title=title_of(dossier),
        unit_code=dossier.handling_unit.code,
        role=dossier.handling_role,
        person_id=dossier.handling_person_id,
        due_at=clock.due_at if clock is not None else dossier.due_at,
        paused=dossier.paused,
        group=str(dossier.status),
        url=desk_url(dossier.code),
        at=at,
    )


def title_of(dossier: Dossier) -> str:
    return procedures.content_of(dossier.version_id).name.vi


def close_duty(dossier: Dossier) -> None:
    inbox.close(kind=DUTY, code=dossier.code)


def desk_url(code: str) -> str:
    return f"/desk/cases/{code}/"


def tell_finished(dossier: Dossier, *, at: datetime) -> None:
    assert dossier.received_at is not None
    assert dossier.due_at is not None
    publish(
        events.DossierFinished(
            code=dossier.code,
            procedure=dossier.procedure,
            area=dossier.area,
            unit_code=dossier.unit.code,
            end=dossier.end,
            received_at=dossier.received_at,
            done_at=at,
            due_at=dossier.due_at,
            on_time=at <= dossier.due_at,
        ),
        at=at,
    )
