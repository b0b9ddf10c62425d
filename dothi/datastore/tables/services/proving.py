"""Erase a person from several tables at once, and say so on one paper.

The steward who was given the values and the office that answers a citizen both come this way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dothi.accounts.models import User
from dothi.core.clock import local
from dothi.core.papers import services as issuing
from dothi.core.papers.models import Paper
from dothi.datastore.tables.models import Erasure, Table
from dothi.datastore.tables.registry import ERASED
from dothi.datastore.tables.services.erasing import StillThere, erase
from dothi.units import selectors as units
from dothi.units.models import Unit


@dataclass(frozen=True, kw_only=True)
class Place:
    """A column in which the person stands, and how they are written there."""

    table: str
    title: str
    column: str
    values: Sequence[str] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Stays:
    """What the law lets the office keep, and by which article."""

    title: str
    basis: str


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What came of it. Without a paper where something could not be cleared: `left` names it."""

    proofs: Sequence[Erasure]
    left: Sequence[str]
    paper: Paper | None


def erase_person(
    places: Sequence[Place], *, stays: Sequence[Stays] = (), unit: Unit, reason: str, by: User,
    at: datetime,
) -> Erased:  # fmt: skip
    """Erase a person wherever they were found (`erase`); one proof for each table, one paper for
    all. The paper names tables, counts and bases, and no person. Not within a transaction.

    Raises:
        ColumnUnknown: see there.
    """
    proofs: list[Erasure] = []
    left: list[str] = []
    for place in places:
        # Files may have come in before anything of them was published.
        Table.objects.get_or_create(code=place.table, defaults={"created_at": at})
        try:
            proofs.append(
                erase(
                    place.table, place.column, place.values, reason=reason, by=by.actor, at=at
                )
            )  # fmt: skip
        except StillThere:
            left.append(place.table)
    paper = None
    if proofs and not left:
        paper = _issue(proofs, places, stays, unit=unit, reason=reason, by=by, at=at)
    return Erased(proofs=proofs, left=left, paper=paper)


def _issue(
    proofs: Sequence[Erasure], places: Sequence[Place], stays: Sequence[Stays], *, unit: Unit,
    reason: str, by: User, at: datetime,
) -> Paper:  # fmt: skip
    root = units.root(on=local(at).date())
    above = root.name_vi if root.pk != unit.pk else ""
    return issuing.issue(
        kind=ERASED.code, subject=proofs[0].subject, unit_code=unit.code,
        agency=issuing.Agency(
            name=f"Ủy ban nhân dân {unit.name_vi}" if above else unit.name_vi, above=above,
            place=unit.name_vi, signer_title="Người thực hiện", signer=by.get_full_name(),
        ),
        context={
            "reason": reason,
            "erased": [
                _line(place, proof) for place, proof in zip(places, proofs, strict=True)
            ],
            "stays": [[one.title, one.basis] for one in stays],
        },
        at=at, by=by.actor,
    )  # fmt: skip


def _line(place: Place, proof: Erasure) -> list[Any]:
    """Dataset; number of the proof; rows, versions, received files, lines put aside, files dropped,
    records, files searched afterwards."""
    told, reached = proof.proof, proof.proof["reached"]
    incoming = reached.get("ingestion", {})
    versions = [one["before"] for one in told["versions"] if one["before"]]
    return [
        place.title, proof.pk, max(versions, default=0), len(versions),
        len(incoming.get("files", [])), incoming.get("lines_aside", 0),
        reached.get("sources", {}).get("dropped", 0),
        reached.get("resolution", {}).get("records", 0), told["files_searched"],
    ]  # fmt: skip
