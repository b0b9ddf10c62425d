"""What a page of staff shows of a dossier and of lists of them: plain rows, asked for at once."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.cases.choices import Part, Power
from dothi.cases.models import (
    Consultation,
    Document,
    Dossier,
    Party,
    Posting,
    Proposal,
    Result,
    Signature,
    Supplement,
)
from dothi.cases.selectors.desk import dossiers_seen_by
from dothi.cases.selectors.machines import papers_of
from dothi.cases.selectors.tracking import loaded
from dothi.core.attachments.models import Attachment
from dothi.units.models import Unit


@dataclass(frozen=True, kw_only=True)
class Inside:
    """Everything that hangs on one dossier, but for its history and what is paid."""

    parties: list[Party] = field(default_factory=list)
    papers: list[tuple[Document, list[Attachment]]] = field(default_factory=list)
    supplements: list[Supplement] = field(default_factory=list)
    consultations: list[Consultation] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    signature: Signature | None = None
    posting: Posting | None = None
    together: list[Dossier] = field(default_factory=list)  # Brought in on the same visit.


def inside(dossier: Dossier, *, user: User, on: date) -> Inside:
    """What belongs to a dossier that the person may see, and what of the same visit they may."""
    mates = Dossier.objects.none()
    if dossier.visit:
        mates = (
            dossiers_seen_by(user, on=on)
            .filter(visit=dossier.visit, receiving_unit=dossier.receiving_unit_id)
            .exclude(pk=dossier.pk)
        )
    return Inside(
        parties=list(Party.objects.filter(dossier=dossier).order_by("id")),
        papers=papers_of(dossier),
        supplements=list(Supplement.objects.filter(dossier=dossier).order_by("id")),
        consultations=list(Consultation.objects.filter(dossier=dossier).order_by("id")),
        proposals=list(Proposal.objects.filter(dossier=dossier).order_by("id")),
        results=list(Result.objects.filter(dossier=dossier).order_by("id")),
        signature=signature_of(dossier),
        posting=posting_of(dossier),
        together=list(mates.order_by("id")),
    )


def signature_of(dossier: Dossier) -> Signature | None:
    """How who applied signed it; None where it was not sent in online."""
    return Signature.objects.filter(dossier=dossier).select_related("dossier").first()


def all_signatures() -> Iterator[Signature]:
    """Every signed application with its dossier, one after the other."""
    return Signature.objects.select_related("dossier").order_by("id").iterator(chunk_size=500)


def posting_of(dossier: Dossier) -> Posting | None:
    """Where the result goes by post; None where nobody wants that."""
    return Posting.objects.filter(dossier=dossier).first()


def applicants_of(dossiers: Sequence[Dossier]) -> dict[int, Party]:
    """Who applies, by the dossier: for a list, which shows the names masked."""
    rows = Party.objects.filter(dossier__in=dossiers, part=Part.APPLICANT)
    return {one.dossier_id: one for one in rows}


def of_visit(user: User, visit: str, *, on: date) -> list[Dossier]:
    """The dossiers of one visit to a counter of the person, in the order in which they came."""
    where = accounts.standing(user, on=on).units_for(Power.RECEIVE)
    if not visit or not where:
        return []
    return list(loaded().filter(visit=visit, receiving_unit__in=where).order_by("id"))


def consultation_seen_by(user: User, pk: int, *, on: date) -> Consultation:
    """A question to an agency, for those of the house that were asked and who asked.

    Raises:
        Consultation.DoesNotExist: there is none that this person may see.
    """
    standing = accounts.standing(user, on=on)
    row = Consultation.objects.select_related("unit").get(pk=pk)
    row.dossier = loaded().get(pk=row.dossier_id)
    asked = row.unit_id is not None and may_answer(standing.pairs, row.unit)
    seen = standing.units_for(Power.SEE)
    mine = {row.dossier.unit_id, row.dossier.receiving_unit_id, row.dossier.handling_unit_id}
    if not asked and not seen & mine:
        raise Consultation.DoesNotExist
    return row


def may_answer(pairs: Collection[tuple[str, str]], unit: Unit | None) -> bool:
    """Whether somebody with these posts answers for a unit that was asked."""
    if unit is None:
        return False
    return bool({(unit.code, Role.SPECIALIST.value), (unit.code, Role.LEADER.value)} & set(pairs))
