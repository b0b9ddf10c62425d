"""How a dossier ends: withdrawn, stopped, or with its result given back."""

from datetime import datetime
from typing import Any

from dothi.cases import events
from dothi.cases.choices import Act, Status
from dothi.cases.models import Consultation, Dossier, Proposal, Result
from dothi.cases.services import consulting, moving, posting
from dothi.cases.services.fees.taking import open_of
from dothi.cases.services.handling import former_steps
from dothi.cases.services.moving import Actor
from dothi.cases.services.papers import revoke_paper
from dothi.cases.services.posting import Parcel
from dothi.cases.services.refusals import FeesOpen, NoSuchOutcome, NotAllowedNow
from dothi.core.audit.services import record
from dothi.core.clocks import services as clocks
from dothi.core.events.services import publish
from dothi.core.rows import change
from dothi.lib import text_vi
from dothi.procedures import selectors as procedures
from dothi.procedures.choices import Collected
from dothi.procedures.rules import steps


@moving.verb
def withdraw(*, dossier: Dossier, reason: str, by: Actor, at: datetime) -> None:
    """The applicant takes it back, before it is finished."""
    _end(dossier, Act.WITHDRAW, reason=reason, by=by, at=at)


@moving.verb
def stop(*, dossier: Dossier, reason: str, by: Actor, at: datetime) -> None:
    """The office stops, and says why (form 05 of TT 03/2025/TT-VPCP)."""
    _end(dossier, Act.STOP, reason=reason, by=by, at=at)


def _end(dossier: Dossier, act: Act, *, reason: str, by: Actor, at: datetime) -> None:
    moving.check(dossier, act)
    changes = moving.end_clocks(dossier, at=at, reason=act.value)
    _forget_questions(dossier, at=at)
    moving.move(dossier, act, by=by, at=at, reason=reason, told=True, changes=changes)
    moving.close_duty(dossier)


def _forget_questions(dossier: Dossier, *, at: datetime) -> None:
    """Nobody has to answer any more."""
    for proposal in Proposal.objects.filter(dossier=dossier, answered_at=None):
        clocks.stop(proposal.clock, at=at, reason="ended")
        proposal.answered_at = at
        proposal.save(update_fields=["answered_at"])
    for row in Consultation.objects.filter(dossier=dossier, answered_at=None):
        consulting.end(row, at=at)


@moving.verb
def correct(*, dossier: Dossier, step: str, reason: str, by: Actor, at: datetime) -> None:
    """The result is wrong: it is revoked, and the dossier goes on from a step.

    The promised day stays, and no clock runs anew: what the correction takes counts as late.

    Raises:
        NoSuchOutcome: it has not been at that step.
        ReasonNeeded, NotAllowedNow, TooLate: see there.
    """
    moving.check(dossier, Act.CORRECT)
    definition = procedures.content_of(dossier.version_id)
    if step not in former_steps(dossier):
        raise NoSuchOutcome
    revoked = Result.objects.filter(dossier=dossier, revoked_at=None)
    for code in revoked.exclude(paper="").values_list("paper", flat=True):
        revoke_paper(code=code, by=moving.actor_of(by), at=at)
    revoked.update(revoked_at=at)
    changes: dict[str, Any] = {"done_at": None, "end": "", "clock": None}
    changes |= moving.enter_step(dossier, steps.step_of(definition.steps, step), at=at)
    moving.move(dossier, Act.CORRECT, by=by, at=at, reason=reason, changes=changes)
    moving.put_duty(dossier, at=at)


@moving.verb
def give(
    *, dossier: Dossier, by: Actor, at: datetime, note: str = "", parcel: Parcel | None = None
) -> None:
    """Give the result back: at the counter, as a file, or by post, which `parcel` tells of.

    Raises:
        FeesOpen: what is collected on giving back is not paid.
        BadText: the parcel has no number that can be asked after, or no address.
        NotAllowedNow, TooLate: see there.
    """
    moving.check(dossier, Act.GIVE)
    waiting = [row.open for row in open_of(dossier) if row.collected == Collected.GIVING]
    if waiting:
        raise FeesOpen(sum(waiting))
    if parcel is not None:
        posting.send(dossier, parcel, at=at)
    Result.objects.filter(dossier=dossier, revoked_at=None, given_at=None).update(given_at=at)
    moving.move(dossier, Act.GIVE, by=by, at=at, reason=note, changes={"returned_at": at})
    moving.close_duty(dossier)


@moving.verb
def rate(*, dossier: Dossier, stars: int, note: str, at: datetime) -> None:
    """The applicant says how it went, once the result was given back.

    Raises:
        NotAllowedNow: there is no result yet, or it was rated before.
        ValueError: the stars are not 1 to 5.
    """
    if not 1 <= stars <= 5:
        raise ValueError("one to five stars")
    if dossier.returned_at is None or dossier.rating is not None:
        raise NotAllowedNow(dossier.code, Status(dossier.status))
    new = {
        "rating": stars, "rated_at": at,
        "rating_note": text_vi.written(note)[:2000],
    }  # fmt: skip
    if not change(dossier, new, seen={"rating": None}):
        raise moving.too_late(dossier)
    record("cases.rate", subject=dossier.subject, by="public", at=at, unit=dossier.unit.code)
    publish(
        events.DossierRated(
            code=dossier.code,
            procedure=dossier.procedure,
            unit_code=dossier.unit.code,
            stars=stars,
        ),
        at=at,
    )
    dossier.rating, dossier.rated_at = stars, at
