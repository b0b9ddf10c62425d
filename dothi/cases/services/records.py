"""A dossier, and one step of it, for the national portal. Personal: who sends it notes that."""

from django.conf import settings
from django.utils import translation

from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.cases import selectors
from dothi.cases.choices import Act, Origin, Part
from dothi.cases.models import Dossier, Move, Party, Result, Supplement
from dothi.core.attachments.selectors import of_all
from dothi.core.clock import local
from dothi.lib import national_portal as portal
from dothi.procedures import selectors as procedures
from dothi.units import selectors as units


def national_code(dossier: Dossier) -> str:
    """Its number there, where it came from there; else ours."""
    return dossier.source_ref if dossier.origin == Origin.NATIONAL else dossier.code


def case_of(dossier: Dossier) -> portal.Case:
    """The dossier as it stands now."""
    definition = procedures.content_of(dossier.version_id)
    applicant = Party.objects.get(dossier=dossier, part=Part.APPLICANT)
    on = local(dossier.submitted_at).date()
    agency = selectors.agency_of(dossier.unit, on=on)
    # Finished, or at an end without a result: whichever came.
    ended = dossier.done_at or dossier.closed_at
    return portal.Case(
        code=national_code(dossier),
        procedure=dossier.procedure,
        procedure_name=definition.name.vi,
        area=dossier.area,
        area_name=_area_name(dossier.area),
        applicant=applicant.name,
        applicant_kind=applicant.kind,
        applicant_number=applicant.citizen_id or applicant.tax_code,
        email=applicant.email,
        phone=applicant.phone,
        summary=dossier.summary,
        agency=agency.code if agency else dossier.unit.code,
        status=dossier.status,
        received_at=dossier.received_at,
        due_at=dossier.due_at,
        done_at=ended,
        returned_at=dossier.returned_at,
        delivery=dossier.delivery,
        files=_files(dossier),
        fees=_fees(dossier),
        supplements=_supplements(dossier),
        results=_results(dossier),
    )


def step_of(dossier: Dossier, move: Move) -> portal.Step:
    """One line of its history, with the officer who did it."""
    before = Move.objects.filter(dossier=dossier, id__lt=move.pk).order_by("-id").first()
    role = Role(move.from_role or move.to_role)
    with translation.override("vi"):
        words = f"{Act(move.act).label}: {move.reason}" if move.told else Act(move.act).label
        title = str(role.label)
    unit = units.unit_of(move.from_unit or move.to_unit, on=local(move.at).date())
    return portal.Step(
        code=national_code(dossier),
        person=selectors.officers_in(dossier, [move]).get(move.pk, ""),
        title=title,
        unit=unit.name_vi,
        what=str(words),
        status=move.now,
        at=move.at,
        began_at=before.at if before else dossier.submitted_at,
        due_at=move.due_after,
    )


def _area_name(code: str) -> str:
    return next((area.name_vi for area in procedures.all_areas() if area.code == code), code)


def _names(actors: list[str]) -> dict[str, str]:
    """Officers by name; citizens and systems by none."""
    known = accounts.names_of(actors)
    return {actor: known.get(actor, "") for actor in actors}


def _files(dossier: Dossier) -> list[portal.File]:
    return [
        portal.File(
            id=file.code,
            name=file.name or row.name,
            paper=row.code,
            url=_url(dossier, file.code),
            digitised=row.digitised,
            reused=row.reused_from_id is not None,
        )
        for row, files in selectors.papers_of(dossier)
        for file in files
    ]


def _url(dossier: Dossier, file: str) -> str:
    return f"{settings.PUBLIC_URL}/api/v1/cases/{dossier.code}/files/{file}"


def _fees(dossier: Dossier) -> list[portal.Fee]:
    return [
        portal.Fee(
            name=line.name_vi,
            code=line.code,
            amount=line.amount,
            kind=line.kind,
            collected=line.collected,
        )
        for line in selectors.fees_of(dossier).lines
    ]


def _supplements(dossier: Dossier) -> list[portal.Supplement]:
    rows = list(Supplement.objects.filter(dossier=dossier).order_by("id"))
    names = _names([actor for row in rows for actor in (row.asked_by, row.met_by)])
    return [
        portal.Supplement(
            id=str(row.pk),
            asked_by=names[row.asked_by],
            what=row.what,
            asked_at=row.asked_at,
            met_by=names[row.met_by],
            said=row.said,
            met_at=row.met_at,
            due_before=row.due_before,
            due_after=row.due_after,
        )
        for row in rows
    ]


def _results(dossier: Dossier) -> list[portal.Result]:
    rows = list(
        Result.objects.filter(dossier=dossier, revoked_at=None, signed_at__isnull=False)
    )  # fmt: skip
    files = of_all([row.subject for row in rows])
    return [
        portal.Result(
            id=row.paper or str(row.pk),
            name=row.name,
            code=row.code,
            url=_url(dossier, files[row.subject][0].code) if files[row.subject] else "",
        )
        for row in rows
    ]
