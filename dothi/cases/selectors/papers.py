"""Which papers a dossier has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dothi.cases import registry
from dothi.cases.models import Dossier, IssuedPaper
from dothi.core.papers.choices import State
from dothi.core.papers.models import Paper
from dothi.core.papers.registry import Kind, kinds

INNER = frozenset({registry.CONTROL.code})  # For the office alone.


@dataclass(frozen=True, kw_only=True)
class PaperOf:
    """A paper of a dossier, as a list shows it."""

    code: str
    kind: Kind
    number: str
    issued_at: datetime
    valid: bool
    signed: bool
    signed_by: str


def papers_of_dossier(dossier: Dossier, *, inner: bool = True) -> list[PaperOf]:
    """The papers of a dossier, oldest first; without `inner` those that the applicant gets."""
    rows = IssuedPaper.objects.filter(dossier=dossier).order_by("id")
    if not inner:
        rows = rows.exclude(kind__in=INNER)
    listed = list(rows.values_list("paper", flat=True))
    found = {one.code: one for one in _papers(listed)}
    return [_shown(found[code]) for code in listed]


def _papers(codes: Sequence[str]) -> list[Paper]:
    return list(Paper.objects.filter(code__in=codes).select_related("signer")) if codes else []


def _shown(paper: Paper) -> PaperOf:
    return PaperOf(
        code=paper.code,
        kind=kinds[paper.kind],
        number=paper.number,
        issued_at=paper.issued_at,
        valid=paper.state == State.VALID,
        signed=paper.signed_at is not None,
        signed_by=str(paper.signer) if paper.signer else "",
    )
