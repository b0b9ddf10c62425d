"""How a dossier is put on the page: plain values for the template."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.cases import permissions, rules, services
from dothi.cases.choices import Act, Part, Status
from dothi.cases.models import Dossier, Move, Party, Posting, Signature
from dothi.cases.selectors.pages import Inside
from dothi.core.clock import local
from dothi.core.clocks.selectors import ClockView
from dothi.core.clocks.selectors import view as clock_view
from dothi.lib import names_vi, text_vi
from dothi.procedures import wording
from dothi.procedures.choices import FieldType
from dothi.procedures.rules import steps
from dothi.procedures.rules.definition import Definition, Form, Step
from dothi.units.models import Unit

TONES: Mapping[Status, str] = {
    Status.NEW: "near",
    Status.RECEIVED: "near",
    Status.HANDLED: "good",
    Status.SUPPLEMENT: "paused",
    Status.PAYMENT: "paused",
    Status.DONE: "met",
    Status.RETURNED: "met",
}
# What usually comes next, by status; the rest stands below.
NEXT: Mapping[Status, tuple[Act, ...]] = {
    Status.NEW: (Act.RECEIVE, Act.ASK, Act.REFUSE),
    Status.RECEIVED: (Act.BEGIN,),
    Status.HANDLED: (Act.HAND_OVER, Act.ASK),
    Status.SUPPLEMENT: (Act.SUPPLY,),
    Status.PAYMENT: (Act.SETTLE,),
    Status.DONE: (Act.GIVE,),
}
MORE = (
    Act.CONSULT, Act.CONSULTED, Act.PROPOSE, Act.ASK, Act.CHARGE, Act.EXTEND, Act.ASSIGN,
    Act.RELEASE, Act.SEND_BACK, Act.CORRECT, Act.WITHDRAW, Act.STOP, Act.REFUSE,
)  # fmt: skip
HARSH = frozenset({Act.REFUSE, Act.STOP, Act.WITHDRAW, Act.CORRECT})
# What a stranger could be known by; numbers, days and choices of a form alone tell nobody.
TELLING = frozenset(
    {
        FieldType.TEXT, FieldType.LONG_TEXT, FieldType.CITIZEN_ID, FieldType.PHONE,
        FieldType.EMAIL, FieldType.GROUP,
    }
)  # fmt: skip
HIDDEN = "•••"


def offered(
    user: User, found: Dossier, hung: Inside, former: Sequence[str], at: datetime
) -> list[Act]:
    """What the person may do now, without what would be refused whoever did it."""
    idle = {
        Act.SUBMIT: True,
        Act.FINISH: True,  # Handing over the last step is finishing.
        Act.HAND_OVER: not found.step,
        Act.ASK: bool(found.asked),
        Act.EXTEND: bool(found.extended),
        Act.RELEASE: found.handling_person_id is None,
        Act.SEND_BACK: not [step for step in former if step != found.step],
        Act.CORRECT: not former,
        Act.CONSULTED: all(row.answered_at for row in hung.consultations),
        Act.PROPOSE: any(row.answered_at is None for row in hung.proposals),
    }
    acts = permissions.acts_for(user, found, on=local(at).date())
    return [act for act in acts if not idle.get(act)]


def ordered(found: Dossier, acts: Sequence[Act]) -> tuple[list[Act], list[Act]]:
    """What comes first, and what else can be done."""
    first = [act for act in NEXT.get(Status(found.status), ()) if act in acts]
    return first, [act for act in MORE if act in acts and act not in first]


def title(act: Act) -> str:
    """What the button says: a verb."""
    return {
        Act.RECEIVE: _("Receive it"),
        Act.REFUSE: _("Refuse to receive it"),
        Act.BEGIN: _("I take it on"),
        Act.ASK: _("Ask for papers"),
        Act.SUPPLY: _("Take in the papers"),
        Act.CHARGE: _("Ask for the financial duty"),
        Act.SETTLE: _("Note that the duty is met"),
        Act.WITHDRAW: _("Withdraw for the applicant"),
        Act.STOP: _("Stop handling"),
        Act.CORRECT: _("Correct the result"),
        Act.GIVE: _("Give back the result"),
        Act.HAND_OVER: _("End this step"),
        Act.SEND_BACK: _("Return to a former step"),
        Act.ASSIGN: _("Give to an officer"),
        Act.RELEASE: _("Give back to the post"),
        Act.EXTEND: _("Put off, with an apology"),
        Act.CONSULT: _("Consult another agency"),
        Act.CONSULTED: _("Note what the agency says"),
        Act.PROPOSE: _("Show the draft to the applicant"),
    }[act]


def said_after(act: Act, found: Dossier) -> str:
    """One sentence about what was done just now."""
    where = found.handling_unit.name
    return {
        Act.RECEIVE: _("Received: the clock runs, and the first step has it."),
        Act.REFUSE: _("Not received; the applicant reads the reason."),
        Act.BEGIN: _("It is yours now."),
        Act.ASK: _("The applicant is asked. A clock that runs stands still."),
        Act.SUPPLY: _("Taken in: the clock goes on."),
        Act.CHARGE: _("The applicant is asked; the clock stands still until it is paid."),
        Act.SETTLE: _("Noted: the clock goes on."),
        Act.WITHDRAW: _("Withdrawn."),
        Act.STOP: _("Stopped; the applicant reads the reason."),
        Act.FINISH: _("Finished. It lies at the counter, to be given back."),
        Act.CORRECT: _("The result is revoked; the dossier goes on from the step."),
        Act.GIVE: _("Given back. The dossier is closed."),
        Act.HAND_OVER: _("Handed over to %(unit)s.") % {"unit": where},
        Act.SEND_BACK: _("Returned to the step."),
        Act.ASSIGN: _("Given to an officer."),
        Act.RELEASE: _("Given back to the post."),
        Act.EXTEND: _("Put off; the applicant reads why, and the new day."),
        Act.CONSULT: _("The agency is asked."),
        Act.CONSULTED: _("The answer is noted."),
        Act.PROPOSE: _("The applicant sees the draft. Silence is agreement."),
        Act.SIGN: _("Signed. The officer who has the dossier ends the step now."),
    }.get(act, _("Done."))


def what_now(found: Dossier, step: Step | None, at: datetime) -> str:
    """What the dossier waits for, in one sentence."""
    match Status(found.status):
        case Status.NEW:
            return _("Look at what was sent in: receive it, ask for papers, or refuse it.")
        case Status.RECEIVED:
            return _("It waits for an officer to take it on.")
        case Status.HANDLED if step is not None:
            return _("Step: %(step)s.") % {"step": wording.said(step.name)}
        case Status.SUPPLEMENT:
            return _("It waits for papers of the applicant.")
        case Status.PAYMENT:
            return _("It waits for the applicant to meet a financial duty.")
        case Status.DONE:
            return _("The result waits at the counter, to be given back.")
        case _:
            return _("Nothing: it is closed.")


def step_of(found: Dossier, definition: Definition) -> Step | None:
    return steps.step_of(definition.steps, found.step) if found.step else None


# --- Time ----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A clock of the dossier, and what it stands for."""

    name: str
    clock: ClockView


def chips(found: Dossier, at: datetime) -> list[Chip]:
    """The clocks of a dossier, each to be opened line by line."""
    named = (
        (_("Reply"), found.reply_clock),
        (_("Result"), found.clock),
        (_("Step"), found.step_clock),
    )
    return [Chip(name=name, clock=clock_view(one, at=at)) for name, one in named if one is not None]


# --- People --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody in a dossier as the page shows them: masked, or opened for a purpose."""

    part: str
    kind: str
    name: str
    facts: list[tuple[str, str]]


def masked_end(text: str) -> str:
    """The last three signs."""
    return f"{HIDDEN}{text[-3:]}" if text else ""


def people(parties: Iterable[Party], *, is_open: bool) -> list[Person]:
    return [_person(one, is_open=is_open) for one in parties]


def _person(one: Party, *, is_open: bool) -> Person:
    born = text_vi.short_date(one.born_on) if one.born_on else ""
    sex = {True: _("Female"), False: _("Male"), None: ""}[one.female]
    whole = [
        (_("Personal identification number"), one.citizen_id if is_open else HIDDEN),
        (_("Telephone"), one.phone if is_open else masked_end(one.phone)),
        (_("E-mail"), one.email if is_open else HIDDEN),
        (_("Address"), one.address if is_open else HIDDEN),
        (_("Day of birth"), born if is_open else HIDDEN),
        (_("Sex"), sex),
        (_("Tax code"), one.tax_code),
        (_("Acts by"), one.proof),
    ]
    held = [one.citizen_id, one.phone, one.email, one.address, born, sex, one.tax_code, one.proof]
    return Person(
        part=str(Part(one.part).label),
        kind=one.get_kind_display(),
        name=one.name if is_open else names_vi.masked(one.name),
        facts=[fact for fact, there in zip(whole, held, strict=True) if there],
    )


def post(found: Posting | None, *, is_open: bool) -> list[tuple[str, str]]:
    """Where the result goes by post, and under which number it went."""
    if found is None:
        return []
    facts = [(_("Address for the post"), found.address if is_open else HIDDEN)]
    if found.sent_at is not None:
        number = f"{found.carrier} {found.number}".strip()
        facts.append((_("Sent by post"), f"{_day(found.sent_at)}, {number}"))
    return facts


# --- The signature of who applied ----------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class SignedBy:
    """How an application was signed, and what is no longer as it was then."""

    facts: list[tuple[str, str]]
    altered: list[str]
    file: str  # Code of the file with the digital signature.


def signature(found: Signature | None, *, is_open: bool) -> SignedBy | None:
    if found is None:
        return None
    facts = [
        (_("Signed by"), found.name if is_open else names_vi.masked(found.name)),
        (_("Signed with"), found.get_level_display()),
        (_("Certificate of"), found.certificate.get("issuer", "")),
        (_("Signed at"), formats.date_format(local(found.at), "SHORT_DATETIME_FORMAT")),
        (_("Digest"), found.digest),
    ]
    return SignedBy(
        facts=[fact for fact in facts if fact[1]],
        altered=[str(one.label) for one in services.differences(found)],
        file=found.certificate.get("file", ""),
    )


# --- Answers -------------------------------------------------------------------------------------


def answers(form: Form, given: Mapping[str, Any], *, is_open: bool) -> list[Any]:
    """What was answered, by the form's own labels. What tells of people is hidden until opened."""
    if is_open:
        return wording.answers(form, given)
    telling = {one.code for one in form.fields if one.sensitive or one.type in TELLING}
    shown = {code: said for code, said in given.items() if code not in telling}
    return wording.answers(form, shown)


# --- History -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the history, for staff."""

    at: datetime
    title: str
    who: str
    where: str
    reason: str
    late: bool


def history(
    moves: Sequence[Move],
    definition: Definition,
    names: Mapping[int, str],
    units: Mapping[str, str],
) -> list[Line]:
    """What happened, the last on top. `names`: of officers, by the id of the move."""
    known = {step.code: step for step in definition.steps}
    return [_line(one, known, names, units) for one in reversed(moves)]


def _line(
    move: Move, known: Mapping[str, Step], names: Mapping[int, str], units: Mapping[str, str]
) -> Line:
    moved = (move.from_unit, move.from_role) != (move.to_unit, move.to_role)
    role = dict(Role.choices).get(move.to_role, "")
    parts = []
    if move.outcome and move.from_step in known:
        outcomes = {one.code: one for one in known[move.from_step].outcomes}
        if move.outcome in outcomes:
            parts.append(wording.said(outcomes[move.outcome].name))
    if moved and move.to_unit:
        parts.append(f"→ {role}, {units.get(move.to_unit, move.to_unit)}")
    if move.due_before and move.due_after and move.due_before != move.due_after:
        days = {"old": _day(move.due_before), "new": _day(move.due_after)}
        parts.append(_("due %(new)s instead of %(old)s") % days)
    return Line(
        at=move.at,
        title=str(Act(move.act).label),
        who=names.get(move.pk, "") or _actor(move.actor),
        where=" · ".join(parts),
        reason=move.reason,
        late=_left_late(move),
    )


def _left_late(move: Move) -> bool:
    left = move.from_step != move.to_step
    return left and move.step_due_at is not None and move.at > move.step_due_at


def _day(moment: datetime) -> str:
    return text_vi.short_date(local(moment).date())


def _actor(actor: str) -> str:
    kind = actor.partition(":")[0]
    return {
        "public": _("Applicant"),
        "user": _("Applicant"),
        "system": _("The system"),
        "machine": _("Another system"),
    }.get(kind, "")


def unit_names(moves: Iterable[Move]) -> dict[str, str]:
    """How the units of a history are called, in one question; the last period of a code counts."""
    codes = {code for move in moves for code in (move.from_unit, move.to_unit) if code}
    rows = Unit.objects.filter(code__in=codes).order_by("valid_from")
    return {unit.code: unit.name for unit in rows}


def is_late(found: Dossier, at: datetime) -> bool:
    return bool(
        found.due_at
        and not found.paused
        and found.done_at is None
        and found.status not in rules.FINAL
        and at > found.due_at
    )
