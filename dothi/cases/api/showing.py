"""Dossiers as the doors for programs show them: plain values, nothing personal."""

from datetime import datetime

from dothi.accounts.models import Machine
from dothi.cases import selectors, services
from dothi.cases.api.shapes import DossierOut, FileOut, MoveOut, PaperOut, PartyOut, SignatureOut
from dothi.cases.choices import Act, Assurance, Part, Status
from dothi.cases.models import Dossier, Party
from dothi.core.attachments.models import Attachment
from dothi.procedures import selectors as procedures
from dothi.procedures.choices import Applicant, PaperForm, Way


def dossier_out(dossier: Dossier, *, machine: Machine, at: datetime) -> DossierOut:
    """How a dossier stands now."""
    return DossierOut(
        code=dossier.code,
        procedure=dossier.procedure,
        procedure_name=procedures.content_of(dossier.version_id).name.vi,
        area=dossier.area,
        way=Way(dossier.way),
        origin=dossier.origin,
        status=Status(dossier.status),
        status_name=str(Status(dossier.status).label),
        step=dossier.step,
        unit=dossier.unit.code,
        receiving_unit=dossier.receiving_unit.code,
        handling_unit=dossier.handling_unit.code,
        handling_role=dossier.handling_role,
        submitted_at=dossier.submitted_at,
        received_at=dossier.received_at,
        promised_at=dossier.promised_at,
        due_at=dossier.due_at,
        paused=dossier.paused,
        overdue=is_overdue(dossier, at=at),
        done_at=dossier.done_at,
        returned_at=dossier.returned_at,
        closed_at=dossier.closed_at,
        changed_at=dossier.changed_at,
        ref=dossier.source_ref if dossier.source == machine.code else "",
    )


def is_overdue(dossier: Dossier, *, at: datetime) -> bool:
    """Read off the clock: the day is over, nobody waits for the applicant, and it is not done."""
    waits = dossier.paused or dossier.done_at is not None or dossier.closed_at is not None
    return dossier.due_at is not None and not waits and dossier.due_at < at


def moves_out(dossier: Dossier) -> list[MoveOut]:
    """Its history, oldest first."""
    return [
        MoveOut(
            at=move.at,
            act=Act(move.act),
            was=Status(move.was) if move.was else None,
            now=Status(move.now),
            from_step=move.from_step,
            to_step=move.to_step,
            outcome=move.outcome,
            from_unit=move.from_unit,
            to_unit=move.to_unit,
            to_role=move.to_role,
            due_before=move.due_before,
            due_after=move.due_after,
        )
        for move in selectors.history(dossier)
    ]


def papers_out(dossier: Dossier) -> list[PaperOut]:
    """Its papers. What somebody called another paper is personal: its code stands for it."""
    known = {paper.code: paper for paper in procedures.content_of(dossier.version_id).papers}
    return [
        PaperOut(
            code=row.code,
            name=known[row.code].name.vi if row.code in known else row.code,
            form=PaperForm(row.form),
            number=row.number,
            given_at=row.given_at,
            files=[file_out(file) for file in files],
        )
        for row, files in selectors.papers_of(dossier)
    ]


def signature_out(dossier: Dossier) -> SignatureOut | None:
    """How it was signed, if it was."""
    row = selectors.signature_of(dossier)
    if row is None:
        return None
    return SignatureOut(
        level=Assurance(row.level), at=row.at, digest=row.digest, statement=row.statement,
        altered=services.differences(row),
    )  # fmt: skip


def file_out(file: Attachment) -> FileOut:
    return FileOut(code=file.code, kind=file.kind, size=file.size, sha256=file.sha256)


def party_out(party: Party) -> PartyOut:
    return PartyOut(
        part=Part(party.part),
        name=party.name,
        kind=Applicant(party.kind),
        phone=party.phone,
        email=party.email,
        address=party.address,
        citizen_id=party.citizen_id,
        tax_code=party.tax_code,
        born_on=party.born_on,
        female=party.female,
        proof=party.proof,
    )
