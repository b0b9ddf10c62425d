"""Ask another agency what it says, and show the applicant a draft of the result."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dothi.accounts.choices import Role
from dothi.cases import selectors
from dothi.cases.choices import Act, Duty, Parameter, Status
from dothi.cases.models import Consultation, Dossier, Proposal
from dothi.cases.services import moving
from dothi.cases.services.moving import Actor, actor_of
from dothi.cases.services.refusals import BadText, LinkDoesNotOpen, NotAllowedNow, StillAsked
from dothi.core.clock import local
from dothi.core.clocks import services as clocks
from dothi.core.clocks.choices import AtExpiry, Kind, TimeUnit
from dothi.core.clocks.rules import Spec
from dothi.core.inbox import services as inbox
from dothi.core.rows import append
from dothi.lib import text_vi
from dothi.units.models import Unit

DUTY = "cases.consultation"


# --- Another agency ------------------------------------------------------------------------------


@moving.verb
def consult(
    *,
    dossier: Dossier,
    question: str,
    due_on: date,
    by: Actor,
    at: datetime,
    unit: Unit | None = None,
    agency: str = "",
) -> Consultation:
    """Ask an agency: a unit of the house, which finds it on its table, or another one by name.

    The clock of the dossier goes on: asking around is the office's own time.

    Raises:
        BadText: no question, no agency, or a day that has passed.
        NotAllowedNow, TooLate: see there.
    """
    words = moving.words(question)
    name = unit.name_vi if unit else text_vi.tidy(agency)[:200]
    if not name:
        raise BadText(_("Please say which agency is asked."))
    if due_on < local(at).date():
        raise BadText(_("Please give a day that has not passed."))
    row = Consultation(
        dossier=dossier, unit=unit, agency=name, question=words, asked_at=at,
        asked_by=actor_of(by), due_on=due_on,
    )  # fmt: skip
    moving.move(dossier, Act.CONSULT, by=by, at=at)
    append(row)
    if unit is not None:
        _lay_on_table(dossier, row, unit, at=at)
    return row


def _lay_on_table(dossier: Dossier, row: Consultation, unit: Unit, *, at: datetime) -> None:
    midnight = local(at).replace(hour=17, minute=0, second=0, microsecond=0)
    inbox.put(
        kind=DUTY,
        code=str(row.pk),
        title=moving.title_of(dossier),
        unit_code=unit.code,
        role=Role.SPECIALIST,
        due_at=midnight.replace(
            year=row.due_on.year, month=row.due_on.month, day=row.due_on.day
        ),
        group="consultation",
        url=f"/desk/cases/consultations/{row.pk}/",
        at=at,
    )  # fmt: skip


@moving.verb
def consulted(
    *, dossier: Dossier, consultation: Consultation, answer: str, by: Actor, at: datetime
) -> None:
    """Note what the agency says: it itself does, or who asked it.

    Raises:
        BadText, NotAllowedNow, TooLate: see there.
    """
    words = moving.words(answer)
    row = Consultation.objects.select_for_update().get(pk=consultation.pk, dossier=dossier)
    if row.answered_at is not None:
        raise NotAllowedNow(dossier.code, Status(dossier.status))
    row.answer, row.answered_by = words, actor_of(by)
    end(row, at=at)
    moving.move(dossier, Act.CONSULTED, by=by, at=at)


def end(row: Consultation, *, at: datetime) -> None:
    """Nobody has to answer any more: it was answered, or the dossier has ended."""
    row.answered_at = at
    row.save(update_fields=["answer", "answered_by", "answered_at"])
    inbox.close(kind=DUTY, code=str(row.pk))


# --- The applicant -------------------------------------------------------------------------------


@moving.verb
def propose(*, dossier: Dossier, text: str, by: Actor, at: datetime) -> Proposal:
    """Show the draft of the result to the applicant, who has a day to say that it is right.

    Silence is agreement (civil status online); the days are `Parameter.AGREE_DAYS`.

    Raises:
        StillAsked: a draft is being looked at.
        BadText, NotAllowedNow, TooLate: see there.
    """
    words = moving.words(text)
    moving.check(dossier, Act.PROPOSE)
    if Proposal.objects.filter(dossier=dossier, answered_at=None).exists():
        raise StillAsked(_("The applicant has not answered to the draft yet."))
    days = selectors.setting(Parameter.AGREE_DAYS, on=local(at).date())
    spec = Spec(amount=days, unit=TimeUnit.CALENDAR_DAYS, at_expiry=AtExpiry.AGREED)
    clock = moving.start_clock(dossier, Duty.AGREE, spec, kind=Kind.NORM, at=at)
    row = Proposal(
        dossier=dossier, text=words, shown_at=at, shown_by=actor_of(by), clock=clock,
        due_at=clock.due_at,
    )  # fmt: skip
    append(row)
    moving.move(dossier, Act.PROPOSE, by=by, at=at)
    return row


@moving.verb
def agree(*, dossier: Dossier, by: Actor, at: datetime) -> None:
    """The applicant says that the draft is right.

    Raises:
        LinkDoesNotOpen: no draft is waiting.
        NotAllowedNow, TooLate: see there.
    """
    row = _waiting(dossier)
    clocks.meet(row.clock, at=at)
    row.agreed, row.answered_at = True, at
    row.save(update_fields=["agreed", "answered_at"])
    moving.move(dossier, Act.AGREE, by=by, at=at)


@moving.verb
def objects(*, dossier: Dossier, said: str, by: Actor, at: datetime) -> None:
    """The applicant says what is wrong with the draft; the office makes it anew.

    Raises:
        LinkDoesNotOpen: no draft is waiting.
        BadText, NotAllowedNow, TooLate: see there.
    """
    words = moving.words(said)
    row = _waiting(dossier)
    clocks.meet(row.clock, at=at)
    row.agreed, row.answered_at, row.said = False, at, words
    row.save(update_fields=["agreed", "answered_at", "said"])
    moving.move(dossier, Act.OBJECT, by=by, at=at, reason=words)


def _waiting(dossier: Dossier) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("clock")
    row = rows.filter(dossier=dossier, answered_at=None).first()
    if row is None:
        raise LinkDoesNotOpen
    return row


@transaction.atomic
def agreed_by_silence(*, code: str, due_at: datetime, at: datetime) -> bool:
    """Nobody said anything to the draft in time. Return False when somebody did after all."""
    dossier = selectors.loaded().get(code=code)
    row = Proposal.objects.select_for_update().filter(
        dossier=dossier, answered_at=None, due_at=due_at
    ).first()  # fmt: skip
    if row is None:
        return False
    row.agreed, row.by_silence, row.answered_at = True, True, due_at
    row.save(update_fields=["agreed", "by_silence", "answered_at"])
    moving.move(dossier, Act.AGREE, by="system", at=at)
    return True
