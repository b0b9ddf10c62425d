"""What pages of citizens show of drafts and dossiers, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import formats
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.cases import rules, selectors, services
from dothi.cases.choices import Act, Delivery, Duty, News, Part, Status
from dothi.cases.models import Document, Dossier, Move, Party
from dothi.cases.views.citizen.way import PAPERS, START, WHO, WISHES, Work
from dothi.core.attachments.models import Attachment
from dothi.core.attachments.selectors import of as files_of
from dothi.core.clock import local
from dothi.core.clocks.selectors import ClockView
from dothi.core.clocks.selectors import view as clock_view
from dothi.lib import text_vi
from dothi.procedures import selectors as procedures
from dothi.procedures import wording
from dothi.procedures.choices import Way
from dothi.procedures.forms import answering
from dothi.procedures.rules import fees as tariff
from dothi.procedures.rules.definition import Definition, Paper, Words
from dothi.units import selectors as units


def said(words: Words) -> str:
    return words.of(get_language() or "vi")


def day(iso: str) -> str:
    """`2026-02-17` as 17/02/2026."""
    return text_vi.short_date(date.fromisoformat(iso))


# --- Drafts --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A paper that is asked for, with what lies under it."""

    code: str
    name: str
    form: str
    copies: str
    required: bool
    help: str = ""
    files: list[Attachment] = field(default_factory=list)
    before: Document | None = None
    reused: bool = False

    @property
    def is_there(self) -> bool:
        return bool(self.files) or self.reused


def asked_papers(definition: Definition) -> list[Asked]:
    """All papers that a procedure may ask for, to get them together beforehand."""
    return [_asked(paper) for paper in definition.papers]


def _asked(paper: Paper, **more: Any) -> Asked:
    return Asked(
        code=paper.code, name=said(paper.name), form=str(paper.form.label),
        copies=wording.copies(paper.number), required=paper.required and paper.when is None,
        help=said(paper.help) if paper.help else "", **more,
    )  # fmt: skip


def papers_of(work: Work, user: User | None) -> list[Asked]:
    """The papers that the answers so far ask for."""
    listed = services.asked_of(work.definition, work.content)
    kinds = {paper.kind for paper in listed} - {""}
    before = selectors.given_before(user, on=work.on, kinds=kinds) if user and kinds else []
    by_kind = {one.kind: one for one in before}
    files = {one.code: one for one in files_of(work.draft.subject)}
    held = work.content.get("papers", {})
    reused = work.content.get("reused", {})
    return [
        _asked(
            paper,
            files=[files[code] for code in held.get(paper.code, []) if code in files],
            before=by_kind.get(paper.kind),
            reused=paper.code in reused,
        )
        for paper in listed
    ]


def checked(work: Work) -> dict[str, Any]:
    """Everything that will be sent, and what is still open, each with the way to it."""
    form, answers = work.definition.form, work.answers
    kept = answering.shown(form, answers, on=work.on).answers
    wished = work.content.get("wishes", {})
    return {
        "open": _open(work),
        "people": _people(work),
        "sections": [
            (work.url(f"form.{code}"), name, lines)
            for code, name, lines in wording.answers(form, kept)
        ],
        "papers": papers_of(work, None),
        "news": News(wished["news"]).label if wished else "",
        "email": wished.get("email", "") if wished.get("news") == News.EMAIL else "",
        "delivery": Delivery(wished["delivery"]).label if wished else "",
        "address": wished.get("address", "") if wished.get("delivery") == Delivery.POST else "",
        "costs": _costs(work, kept),
    }


def still_open(work: Work) -> bool:
    """Whether anything is in the way of sending."""
    return bool(_open(work))


def to_sign(work: Work, *, at: datetime) -> list[tuple[str, str]]:
    """What is signed, in short: the whole stands on the step before."""
    core = services.core_of(work.draft, at=at)
    files = sum(len(paper.files) + paper.reused for paper in papers_of(work, None))
    people = [held["name"] for key in ("applicant", "agent")
              if (held := work.content.get(key, {})).get("name")]  # fmt: skip
    return [
        (_("Procedure"), work.name),
        (_("Office"), work.draft.unit.name if work.draft.unit else ""),
        (_("Who applies"), ", ".join(people)),
        (_("Files"), str(files)),
        (_("Digest of all of it"), grouped(core.digest)),
    ]


def grouped(digest: str) -> str:
    """The beginning of a digest, as somebody compares it by eye."""
    return " ".join(digest[at : at + 4] for at in range(0, 24, 4))


def masked_mail(address: str) -> str:
    """Enough of an address for its owner to know it."""
    name, _at, host = address.partition("@")
    return f"{name[:1]}•••@{host}" if host else ""


def _open(work: Work) -> list[tuple[str, str]]:
    """What is in the way of sending: where, and a sentence."""
    passed = set(work.content.get("done", []))
    found = [
        (work.url(code), name)
        for code, name in work.steps()
        if code in {START, WHO, WISHES} and code not in passed
    ]
    found += [
        (work.url(f"form.{section}"), f"{place}: {sentence}")
        for section, place, sentence in answering.open_questions(
            work.definition.form, work.answers, on=work.on
        )
    ]
    found += [
        (work.url(PAPERS), _("This paper is missing: %(name)s.") % {"name": said(paper.name)})
        for paper in services.missing_from(work.draft)
    ]
    return found


def _people(work: Work) -> list[tuple[str, list[tuple[str, str]]]]:
    labels = {
        "name": _("Full name"), "tax_code": _("Tax code"),
        "citizen_id": _("Personal identification number"), "born_on": _("Date of birth"),
        "phone": _("Telephone"), "address": _("Address"),
        "proof": _("By what you act for the applicant"),
    }  # fmt: skip
    listed = []
    for key, title in (("applicant", Part.APPLICANT.label), ("agent", Part.AGENT.label)):
        held: Mapping[str, str] = work.content.get(key, {})
        lines = [
            (label, day(held[name]) if name == "born_on" else held[name])
            for name, label in labels.items()
            if held.get(name)
        ]
        if lines:
            listed.append((str(title), lines))
    return listed


def _costs(work: Work, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What it will cost, as the tariff of today says."""
    fees, unit = work.definition.fees, work.draft.unit
    if not fees or unit is None:
        return []
    above = units.ancestors(unit, include_self=True) if any(fee.places for fee in fees) else ()
    case = tariff.Case(
        way=Way.ONLINE, places={one.code for one in above}, on=work.on, answers=answers
    )
    try:
        lines = tariff.lines(fees, case)
    except tariff.FeesClash:
        return []
    return [(said(line.fee.name), text_vi.money(line.amount)) for line in lines]


# --- Dossiers ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of what happened, as the applicant reads it."""

    at: datetime
    title: str
    text: str = ""


HAPPENED = {
    Act.SUBMIT: gettext_lazy("You sent it in"),
    Act.RECEIVE: gettext_lazy("The office received it"),
    Act.REFUSE: gettext_lazy("The office did not receive it"),
    Act.BEGIN: gettext_lazy("An officer began to work on it"),
    Act.ASK: gettext_lazy("The office asked for papers"),
    Act.SUPPLY: gettext_lazy("What was asked for is there"),
    Act.CHARGE: gettext_lazy("The office asked for a payment"),
    Act.SETTLE: gettext_lazy("The payment is there"),
    Act.WITHDRAW: gettext_lazy("You withdrew it"),
    Act.STOP: gettext_lazy("The office stopped"),
    Act.FINISH: gettext_lazy("The result is ready"),
    Act.CORRECT: gettext_lazy("The result is being corrected"),
    Act.GIVE: gettext_lazy("You got the result"),
    Act.HAND_OVER: gettext_lazy("It went on to the next step"),
    Act.SEND_BACK: gettext_lazy("It went back to a former step"),
    Act.ASSIGN: gettext_lazy("An officer was named"),
    Act.RELEASE: gettext_lazy("It waits for another officer"),
    Act.EXTEND: gettext_lazy("The office needs longer, and apologises"),
    Act.CONSULT: gettext_lazy("Another agency was asked"),
    Act.CONSULTED: gettext_lazy("The other agency answered"),
    Act.SIGN: gettext_lazy("The result was signed"),
    Act.PROPOSE: gettext_lazy("The office showed you a draft of the result"),
    Act.AGREE: gettext_lazy("The draft was agreed to"),
    Act.OBJECT: gettext_lazy("You asked for the draft to be changed"),
    Act.RESCHEDULE: gettext_lazy("The day was moved: the working days changed"),
}


def happened(dossier: Dossier) -> list[Entry]:
    """The moves of a dossier, newest first; inner notes stay inside."""
    names = {step.code: said(step.name) for step in _definition(dossier).steps}
    return [_entry(move, names) for move in reversed(selectors.history(dossier))]


def _entry(move: Move, steps: Mapping[str, str]) -> Entry:
    lines = [move.reason] if move.told or move.actor == "public" else []
    if move.act in {Act.RECEIVE, Act.HAND_OVER, Act.SEND_BACK} and move.to_step:
        lines.append(_("Step: %(step)s.") % {"step": steps.get(move.to_step, move.to_step)})
    if move.due_before and move.due_after and move.due_before != move.due_after:
        lines.append(
            _("Due day: %(now)s (was %(before)s).")
            % {"now": _when(move.due_after), "before": _when(move.due_before)}
        )
    elif move.act == Act.RECEIVE and move.due_after:
        lines.append(_("Due day: %(now)s.") % {"now": _when(move.due_after)})
    title = str(HAPPENED[Act(move.act)])
    return Entry(at=move.at, title=title, text="\n".join(filter(None, lines)))


def _when(at: datetime) -> str:
    return str(formats.date_format(local(at), "DATETIME_FORMAT"))


def name_of(dossier: Dossier) -> str:
    return said(_definition(dossier).name)


def tracked(dossier: Dossier, *, at: datetime) -> dict[str, Any]:
    """Where a dossier is, why, and until when; what the applicant handed in.

    Answers of sensitive fields stay closed: a link to this page lies in mails.
    """
    definition = _definition(dossier)
    step = next((one for one in definition.steps if one.code == dossier.step), None)
    return {
        "dossier": dossier,
        "name": said(definition.name),
        "tone": tone(dossier, at),
        "why": why(dossier),
        "clock": clock_of(dossier, at=at),
        "step": said(step.name) if step else "",
        "post": Role(dossier.handling_role).label,
        "moved_day": _moved_day(dossier),
        "steps": happened(dossier),
        "people": _parties(dossier),
        "answers": [
            (code, name, lines)
            for code, name, lines in wording.answers(definition.form, dossier.answers)
            if lines
        ],
        "papers": selectors.papers_of(dossier),
        "posting": selectors.posting_of(dossier),
        "signature": selectors.signature_of(dossier),
        "results": selectors.results_of(dossier),
        "issued": selectors.papers_of_dossier(dossier, inner=False),
        "delivery": Delivery(dossier.delivery).label,
        "news": News(dossier.news).label,
    }


def why(dossier: Dossier) -> str:
    """What is going on, in a sentence for the applicant."""
    return {
        Status.NEW: _("The office is looking whether everything is there."),
        Status.RECEIVED: _("It is complete and waits for the officer of the first step."),
        Status.NOT_RECEIVED: _("It was not received; the reason stands below."),
        Status.HANDLED: _("An officer is working on it."),
        Status.SUPPLEMENT: _("The office waits for papers from you. The clock stands still."),
        Status.PAYMENT: _("The office waits for your payment. The clock stands still."),
        Status.WITHDRAWN: _("You withdrew it."),
        Status.STOPPED: _("The office stopped; the reason stands below."),
        Status.DONE: _("The result is ready and waits for you."),
        Status.RETURNED: _("You have the result."),
    }[Status(dossier.status)]


def tone(dossier: Dossier, at: datetime) -> str:
    """The colour and shape of its state."""
    if dossier.closed_at is not None or dossier.done_at is not None:
        return "met"
    if dossier.status in rules.WAITING:
        return "paused"
    return "overdue" if dossier.due_at and dossier.due_at < at else "good"


def clock_of(dossier: Dossier, *, at: datetime, explained: bool = True) -> ClockView | None:
    """The clock that counts for the applicant: of the reply before it is received, of the law."""
    clock = dossier.clock or dossier.reply_clock
    if clock is None or dossier.closed_at is not None:
        return None
    return clock_view(clock, at=at, explained=explained)


def duty_said(dossier: Dossier) -> str:
    """What the clock stands for."""
    return str((Duty.RESULT if dossier.clock else Duty.REPLY).label)


def _moved_day(dossier: Dossier) -> datetime | None:
    """The day promised on receipt, where it is another one now."""
    if dossier.promised_at is None or dossier.due_at == dossier.promised_at:
        return None
    return dossier.promised_at


def _parties(dossier: Dossier) -> list[tuple[str, Party]]:
    rows = Party.objects.filter(dossier=dossier).order_by("-part")
    return [(str(Part(row.part).label), row) for row in rows]


def _definition(dossier: Dossier) -> Definition:
    return procedures.content_of(dossier.version_id)
