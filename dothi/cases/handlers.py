"""What dossiers do when something happens: ask what is so now, then call one verb."""

from collections.abc import Sequence

from dothi.cases import events, services
from dothi.cases.choices import Duty
from dothi.core import clock
from dothi.core.clocks.events import ClockBreached, ClockLapsed, ClockRescheduled
from dothi.core.events.registry import on
from dothi.core.hooks.registry import offer

OURS = "cases.dossier:"
HOOKED = (
    events.DossierSubmitted, events.DossierMoved, events.DossierFinished, events.DossierRated
)  # fmt: skip
Hooked = (
    events.DossierSubmitted | events.DossierMoved | events.DossierFinished | events.DossierRated
)
offer(*(event.name for event in HOOKED))


@on(ClockLapsed, name="cases.agree_by_silence")
def agree_by_silence(event: ClockLapsed) -> None:
    """The day to look at a draft is over: silence is agreement."""
    if not event.subject.startswith(OURS) or event.clock != Duty.AGREE:
        return
    code = event.subject.removeprefix(OURS)
    services.agreed_by_silence(code=code, due_at=event.due_at, at=clock.now())


@on(events.DossierMoved, name="cases.issue_papers")
def issue_papers(event: events.DossierMoved) -> None:
    """The form of TT 03/2025/TT-VPCP that belongs to the move, unless it was printed already."""
    if services.leads_to_paper(event.act):
        services.issue_for(move=event.move)


# What happened before the house spoke with a portal, the portal is not told move by move.
@on(events.DossierMoved, name="cases.tell_portals", from_start=False)
def tell_portals(event: events.DossierMoved) -> None:
    """Something was done with a dossier: each portal that this house speaks with is told."""
    services.note_move(code=event.code, move=event.move, at=clock.now())


@on(*HOOKED, name="cases.tell_hooks", from_start=False, together=True)
def tell_hooks(told: Sequence[Hooked]) -> None:
    """Something is so of dossiers: systems that subscribed are told, if they may see them."""
    services.tell_hooks(events=[(event, event.code) for event in told], at=clock.now())


@on(ClockRescheduled, name="cases.follow_the_calendar")
def follow_the_calendar(event: ClockRescheduled) -> None:
    """The office had open time limits computed anew."""
    if event.subject.startswith(OURS) and event.clock in {Duty.RESULT, Duty.STEP}:
        services.reschedule(code=event.subject.removeprefix(OURS), at=clock.now())


@on(ClockBreached, name="cases.mind_the_clock")
def mind_the_clock(event: ClockBreached) -> None:
    """A dossier is late."""
    if event.subject.startswith(OURS) and event.clock == Duty.RESULT:
        code = event.subject.removeprefix(OURS)
        services.tell_overdue(code=code, due_at=event.due_at, at=clock.now())


# Nobody is written to of what happened before the house wrote.
@on(events.DossierMoved, name="cases.tell_people", from_start=False, together=True)
def tell_people(moved: Sequence[events.DossierMoved]) -> None:
    """Write to whoever applied, by the way that was chosen."""
    services.tell_moves(moves=[event.move for event in moved], at=clock.now())
