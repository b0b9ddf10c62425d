"""The applicant has the next move: papers to bring, or a financial duty to meet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from dothi.cases import rules
from dothi.cases.choices import Act, FeeType
from dothi.cases.models import Document, Dossier, FeeLine, Supplement
from dothi.cases.services import moving
from dothi.cases.services.applying import Given
from dothi.cases.services.documents import add_document, note_given, take_files
from dothi.cases.services.moving import Actor, actor_of
from dothi.cases.services.refusals import AskedBefore, BadText, ReasonNeeded
from dothi.cases.services.settling import go_on_paid
from dothi.core.rows import append
from dothi.lib import text_vi
from dothi.procedures.choices import Collected, PaperForm

MOST = 10**12


@moving.verb
def ask(
    *, dossier: Dossier, what: str, by: Actor, at: datetime, documents: Sequence[str] = ()
) -> Supplement:
    """Ask for papers, once (form 02 of TT 03/2025/TT-VPCP). A clock that runs stands still.

    `documents` are codes of papers that have to be brought, or brought anew.

    Raises:
        AskedBefore: it was asked before.
        BadText, NotAllowedNow, TooLate: see there.
    """
    words = moving.words(what)
    moving.check(dossier, Act.ASK)
    if dossier.asked:
        raise AskedBefore
    supplement = Supplement(
        dossier=dossier,
        what=words,
        documents=list(documents),
        asked_at=at,
        asked_by=actor_of(by),
        due_before=dossier.due_at,
    )
    append(supplement)
    changes = moving.answered(dossier, at=at) | {"asked": dossier.asked + 1, "asked_at": at}
    changes |= moving.hold(dossier, at=at, reason="supplement", counts=True)
    moving.move(dossier, Act.ASK, by=by, at=at, reason=words, told=True, changes=changes)
    moving.put_duty(dossier, at=at)
    return supplement


@moving.verb
def supply(
    *, dossier: Dossier, by: Actor, at: datetime, said: str = "", papers: Sequence[Given] = ()
) -> None:
    """Take in what was asked for: the clock goes on, and the day moves by the wait.

    Raises:
        NotAllowedNow, TooLate: see there.
    """
    moving.check(dossier, Act.SUPPLY)
    supplement = Supplement.objects.select_for_update().get(dossier=dossier, met_at=None)
    for given in papers:
        _hand_in(dossier, given, by=by, at=at)
    changes = moving.go_on(dossier, at=at) | {"met_at": at}
    supplement.met_at, supplement.met_by = at, actor_of(by)
    supplement.said = text_vi.nfc(said).strip()
    supplement.due_after = changes.get("due_at")
    supplement.save(update_fields=["met_at", "met_by", "said", "due_after"])
    moving.move(dossier, Act.SUPPLY, by=by, at=at, changes=changes)
    moving.put_duty(dossier, at=at)


def asked_again(dossier: Dossier) -> list[tuple[str, str]]:
    """Code and name of each paper that was asked for and has not come."""
    supplement = Supplement.objects.filter(dossier=dossier, met_at=None).first()
    wanted = supplement.documents if supplement else []
    names = dict(
        Document.objects.filter(dossier=dossier, code__in=wanted).values_list("code", "name")
    )
    return [(code, names.get(code, code)) for code in wanted]


def next_other(dossier: Dossier) -> str:
    """A free code for a paper that the version does not name."""
    known = Document.objects.filter(dossier=dossier, code__startswith="other_").count()
    return f"other_{known + 1}"


def _hand_in(dossier: Dossier, given: Given, *, by: Actor, at: datetime) -> None:
    document = Document.objects.filter(dossier=dossier, code=given.code).first()
    if document is None:
        document = Document(
            dossier=dossier, code=given.code, name=text_vi.tidy(given.name)[:300] or given.code,
            form=given.form or PaperForm.ELECTRONIC, number=given.number,
        )  # fmt: skip
        add_document(document, given, by=by, at=at)
        return
    note_given(document, given, by=by, at=at)
    document.save(update_fields=["given_at", "given_by"])
    take_files(document, given)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A financial duty that is asked for: its name, how much, and on what it stands."""

    name: str
    amount: int
    source: str
    kind: FeeType = FeeType.DUTY


@moving.verb
def charge(
    *, dossier: Dossier, reason: str, by: Actor, at: datetime, duties: Sequence[Asked] = ()
) -> None:
    """Ask for a financial duty, such as a tax; the clock stands still until it is met.

    When all `duties` are paid it goes on by itself; without any, the counter notes it (`settle`).

    Raises:
        BadText: a duty has no name or source, or comes to nothing.
        NotAllowedNow, TooLate: see there.
    """
    moving.check(dossier, Act.CHARGE)
    changes = moving.hold(dossier, at=at, reason="payment", counts=False)
    for duty in duties:
        _ask_for(dossier, duty, by=by, at=at)
    moving.move(dossier, Act.CHARGE, by=by, at=at, reason=reason, told=True, changes=changes)
    moving.put_duty(dossier, at=at)


def _ask_for(dossier: Dossier, duty: Asked, *, by: Actor, at: datetime) -> None:
    name, source = moving.words(duty.name, most=300), moving.words(duty.source, most=300)
    if not 0 < duty.amount <= MOST:
        raise BadText(_("Please write how much is to be paid, above 0 ₫."))
    before = FeeLine.objects.filter(dossier=dossier, code__startswith="duty_").count()
    append(
        FeeLine(
            dossier=dossier, code=f"duty_{before + 1}", name_vi=name, name_en=name,
            kind=duty.kind.value, collected=Collected.SUPPLEMENT, price=duty.amount,
            amount=duty.amount, source=source, added_at=at, added_by=actor_of(by),
        )
    )  # fmt: skip


@moving.verb
def settle(*, dossier: Dossier, by: Actor, at: datetime, note: str = "") -> None:
    """The financial duty is met: the clock goes on.

    What was paid elsewhere, at the treasury say, needs a note: its lines are taken off.

    Raises:
        ReasonNeeded: lines are open and no note says where they were paid.
        NotAllowedNow, TooLate: see there.
    """
    moving.check(dossier, Act.SETTLE)
    rows = [row for row in _asked_lines(dossier) if row.open]
    why = text_vi.written(note)[: rules.REASON_LENGTH]
    if rows and not why:
        raise ReasonNeeded
    for row in rows:
        if row.paid:
            row.amount = row.paid
            row.save(update_fields=["amount"])
        else:
            row.dropped_at, row.dropped_why = at, why
            row.save(update_fields=["dropped_at", "dropped_why"])
    go_on_paid(dossier, by=by, at=at, note=why)


def _asked_lines(dossier: Dossier) -> list[FeeLine]:
    rows = FeeLine.objects.select_for_update().filter(
        dossier=dossier, collected=Collected.SUPPLEMENT, dropped_at=None
    )
    return list(rows.order_by("id"))
