"""Issue the papers of dossiers. A move has one paper of a kind, however often it is asked for."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from dothi.accounts.models import User
from dothi.cases import permissions, registry, selectors
from dothi.cases.choices import Act
from dothi.cases.models import Agency, Dossier, IssuedPaper, Move
from dothi.cases.rules import Period
from dothi.cases.services.book import book, take_book
from dothi.cases.services.papers import contents
from dothi.cases.services.papers.contents import Context
from dothi.cases.services.papers.reading import bytes_of, note_reading
from dothi.cases.services.refusals import NoAgency, NotYours
from dothi.core.clock import local
from dothi.core.papers import ports as pdf
from dothi.core.papers import selectors as papers
from dothi.core.papers import services as issuing
from dothi.core.papers.models import Paper
from dothi.core.papers.registry import Kind
from dothi.core.rows import append
from dothi.units.models import Unit

Content = Callable[[Dossier, Move], Context]

# Which act leads to which form.
FORMS: dict[Act, tuple[Kind, Content]] = {
    Act.RECEIVE: (registry.RECEIVED, contents.received),
    Act.ASK: (registry.SUPPLEMENT, contents.supplement),
    Act.REFUSE: (registry.REFUSED, contents.refused),
    Act.EXTEND: (registry.APOLOGY, contents.apology),
    Act.STOP: (registry.STOPPED, contents.stopped),
    Act.WITHDRAW: (registry.STOPPED, contents.stopped),
}
# These are of the agency that takes in; the others of the one that decides.
AT_THE_COUNTER = frozenset({Act.RECEIVE, Act.REFUSE})
RECEIVER = ("Người tiếp nhận hồ sơ", "Received by")
# Shown to whoever checks a paper: fixed words that tell nothing of the person.
REVOKED = {"vi": "Kết quả đã được thay bằng kết quả khác.", "en": "Another result replaces it."}


def leads_to_paper(act: str) -> bool:
    """Whether a paper belongs to moves by this act."""
    return act in FORMS


@transaction.atomic
def issue_for(*, move: int) -> Paper | None:
    """The paper that a move leads to, made now if it was not made before; None: it leads to none.

    It carries the day of the move. Whoever comes second waits here and finds the first one's paper.
    """
    row = Move.objects.select_for_update().get(pk=move)
    act = Act(row.act)
    if act not in FORMS:
        return None
    kind, content = FORMS[act]
    if (found := _issued(row, kind)) is not None:
        return found
    dossier = selectors.dossier_by_id(row.dossier_id)
    unit = dossier.receiving_unit if act in AT_THE_COUNTER else dossier.unit
    agency = agency_for(
        dossier, unit, at=row.at, title=RECEIVER if act in AT_THE_COUNTER else None,
        signer=contents.name_of(row.actor) if act in AT_THE_COUNTER else None,
    )  # fmt: skip
    return _issue(row, dossier, kind, content(dossier, row), agency, unit, at=row.at, by=row.actor)


@transaction.atomic
def print_control(*, dossier: Dossier, by: User, at: datetime) -> Paper:
    """The control sheet (form 06) as the dossier stands; the same one until it moves again.

    Raises:
        NotYours: the person does not see the dossier.
    """
    if not permissions.may_see(by, dossier, on=local(at).date()):
        raise NotYours
    moves = selectors.history(dossier)
    last = Move.objects.select_for_update().get(pk=moves[-1].pk)
    if (found := _issued(last, registry.CONTROL)) is not None:
        return found
    agency = agency_for(dossier, dossier.unit, at=at)
    content = contents.control(dossier, moves)
    return _issue(
        last, dossier, registry.CONTROL, content, agency, dossier.unit, at=at, by=by.actor
    )


def print_papers(
    *, dossiers: Sequence[Dossier], kind: Kind, by: User, purpose: str, at: datetime
) -> bytes:
    """The last paper of a kind of each dossier, one after the other in one file to print.

    Those that have none are left out; nothing is there when none has.

    Raises:
        NotYours: the person may not read one of them.
        BadText: no purpose is given.
    """
    found = [paper for one in dossiers if (paper := last_of(one, kind, by=by, at=at)) is not None]
    subjects = {paper.subject for paper in found}
    for one in dossiers:
        if one.subject in subjects:
            note_reading(dossier=one, by=by, purpose=purpose, at=at)
    contents_of = [content for paper in found if (content := bytes_of(paper)) is not None]
    return pdf.joined(contents_of) if contents_of else b""


def last_of(dossier: Dossier, kind: Kind, *, by: User, at: datetime) -> Paper | None:
    """The last paper of a kind that a dossier has; made now if its move has none yet."""
    if kind == registry.CONTROL:
        return print_control(dossier=dossier, by=by, at=at)
    acts = [act.value for act, (one, _content) in FORMS.items() if one == kind]
    move = Move.objects.filter(dossier=dossier, act__in=acts).order_by("-id").first()
    return issue_for(move=move.pk) if move else None


def issue_register(*, period: Period, unit: Unit, by: User, purpose: str, at: datetime) -> Paper:
    """The book of what a unit received in a period (form 07), as a paper.

    Raises:
        NotYours, BadText, NoAgency: see there.
    """
    with transaction.atomic():
        ids = take_book(period=period, by=by, purpose=purpose, at=at, unit=unit.code)
        agency = selectors.agency_of(unit, on=local(at).date())
        if agency is None:
            raise NoAgency
        context = contents.register(book(ids), period)
        return issuing.issue(
            kind=registry.REGISTER.code, subject=f"cases.register:{unit.code}",
            unit_code=unit.code, agency=_agency(agency, english=False), context=context, at=at,
            by=by.actor,
        )  # fmt: skip


def revoke_paper(*, code: str, by: str, at: datetime) -> None:
    """The result of that paper was taken back: who checks it reads so."""
    paper = papers.by_code(code)
    if paper is not None:
        issuing.revoke(paper=paper, reason=REVOKED[paper.language], by=by, at=at)


def agency_for(
    dossier: Dossier, unit: Unit, *, at: datetime, title: tuple[str, str] | None = None,
    signer: str | None = None,
) -> issuing.Agency:  # fmt: skip
    """Whose paper it is: the unit's agency, or the one that received, where it has none."""
    on = local(at).date()
    found = selectors.agency_of(unit, on=on) or selectors.agency_of(dossier.receiving_unit, on=on)
    if found is None:
        raise NoAgency
    english = dossier.language == "en"
    said = title[english] if title else None
    return _agency(found, english=english, title=said, signer=signer)


def _agency(
    found: Agency, *, english: bool, title: str | None = None, signer: str | None = None
) -> issuing.Agency:
    return issuing.Agency(
        name=found.name_en if english else found.name_vi,
        above=found.above_en if english else found.above_vi,
        place=found.place,
        signer_title=found.signer_title if title is None else title,
        signer=found.signer if signer is None else signer,
    )


def _issued(move: Move, kind: Kind) -> Paper | None:
    row = IssuedPaper.objects.filter(move=move, kind=kind.code).first()
    return Paper.objects.get(code=row.paper) if row else None


def _issue(
    move: Move, dossier: Dossier, kind: Kind, content: Context, agency: issuing.Agency, unit: Unit,
    *, at: datetime, by: str,
) -> Paper:  # fmt: skip
    paper = issuing.issue(
        kind=kind.code, subject=dossier.subject, unit_code=unit.code, agency=agency,
        context=content, at=at, by=by, language="en" if dossier.language == "en" else "vi",
    )  # fmt: skip
    note_issued(paper, dossier, move)
    return paper


def note_issued(paper: Paper, dossier: Dossier, move: Move) -> None:
    append(
        IssuedPaper(
            dossier=dossier, move=move, kind=paper.kind, paper=paper.code,
            issued_at=paper.issued_at,
        )
    )  # fmt: skip
