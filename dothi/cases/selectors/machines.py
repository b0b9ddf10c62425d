"""What programs may see of dossiers: those of their posts, and those that they brought."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q, QuerySet

from dothi.accounts.models import Machine
from dothi.cases.choices import Scope
from dothi.cases.models import Document, Dossier, Result, Signature
from dothi.cases.selectors.desk import dossiers_seen_by
from dothi.cases.selectors.tracking import loaded
from dothi.core.attachments.models import Attachment
from dothi.core.attachments.selectors import of_all

BY_POST = frozenset({Scope.READ.value, Scope.ACT.value})


def dossiers_of_machine(
    machine: Machine, *, scopes: Collection[str], on: date
) -> QuerySet[Dossier]:
    """Those that its posts let it see, where a scope allows it; those that it sent in, anyway."""
    own = Q(source=machine.code)
    if not BY_POST & set(scopes):
        return loaded().filter(own)
    seen = dossiers_seen_by(machine.user, on=on)
    return loaded().filter(own | Q(pk__in=seen.values("pk")))


def papers_of(dossier: Dossier) -> list[tuple[Document, list[Attachment]]]:
    """The papers of a dossier with their files, in the order of the version."""
    rows = list(
        Document.objects.filter(dossier=dossier).select_related("reused_from").order_by("id")
    )
    files = of_all([owner for row in rows for owner in _owners(row)])
    return [(row, [file for owner in _owners(row) for file in files[owner]]) for row in rows]


def files_of(dossier: Dossier) -> dict[str, Attachment]:
    """Every file of a dossier by its code: of its papers, its results, and what was signed."""
    papers = Document.objects.filter(dossier=dossier).select_related("reused_from")
    owners = [owner for row in papers for owner in _owners(row)]
    owners += [row.subject for row in Result.objects.filter(dossier=dossier, revoked_at=None)]
    owners += [row.subject for row in Signature.objects.filter(dossier=dossier)]
    return {file.code: file for files in of_all(owners).values() for file in files}


def _owners(paper: Document) -> list[str]:
    """Who has the files of a paper: it itself, and the one that was given before."""
    return [paper.subject, *([paper.reused_from.subject] if paper.reused_from else [])]
