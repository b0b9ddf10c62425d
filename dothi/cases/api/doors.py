"""The doors: list, one, history, papers; submit and act; and what is personal, with a purpose."""

from datetime import datetime
from typing import Annotated, Any

from django.core.files.storage import default_storage
from django.db import IntegrityError
from django.http import FileResponse, HttpResponseBase, JsonResponse
from ninja import File, Path, Query, Router, Status
from ninja.files import UploadedFile
from pydantic import Field

from dothi.accounts.bearer import Bearer, MachineRequest, Problem, answered_once
from dothi.cases import selectors, services
from dothi.cases.api import acting, asking, showing
from dothi.cases.api.shapes import (
    ActIn,
    ActsOut,
    DossierFilters,
    DossierOut,
    DossiersOut,
    FileOut,
    MoveOut,
    PaperOut,
    SubmitIn,
    SubmittedOut,
    WholeOut,
)
from dothi.cases.choices import Act, Scope
from dothi.cases.selectors import QueueFilters
from dothi.core import clock
from dothi.core.attachments import rules as files
from dothi.core.attachments.choices import Kind
from dothi.core.attachments.services import take

router = Router(tags=["cases"])
SEEING = Bearer(Scope.READ, Scope.ACT, Scope.SUBMIT)
Code = Annotated[str, Field(pattern=r"^[0-9A-Z][0-9A-Z.-]{5,59}$")]
Purpose = Annotated[str, Field(min_length=3, max_length=200)]
KEY = {
    "name": "Idempotency-Key", "in": "header", "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 120},
    "description": "The same one when the same request is sent again: it is done once.",
}  # fmt: skip
PROBLEM = {
    "type": "object",
    "required": ["title", "status", "detail"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "What a program tells refusals apart by."},
        "faults": {"type": "array", "items": {"type": "object"}},
    },
}
WORDS = {
    400: "There is no Idempotency-Key.",
    401: "There is no token that opens.",
    403: "The scope or the posts of the program do not allow it.",
    404: "There is no such thing that this program may see.",
    409: "It cannot be done as things stand.",
    422: "A value cannot be taken.",
    429: "Too many requests.",
}


def told(*statuses: int, scopes: tuple[Scope, ...], key: bool = False) -> dict[str, Any]:
    """How a door's errors and scopes are described."""
    errors = {
        status: {
            "description": WORDS[status],
            "content": {"application/problem+json": {"schema": PROBLEM}},
        }
        for status in (401, 403, 422, 429, *statuses)
    }
    described: dict[str, Any] = {
        "responses": errors, "x-scopes": [scope.value for scope in scopes],
    }  # fmt: skip
    return described | ({"parameters": [KEY]} if key else {})


ALL = (Scope.READ, Scope.ACT, Scope.SUBMIT)


@router.get(
    "", response=DossiersOut, auth=Bearer(Scope.READ), openapi_extra=told(scopes=(Scope.READ,))
)
def dossiers(request: MachineRequest, filters: Query[DossierFilters]) -> DossiersOut:
    """The dossiers on the tables of the program's units, the most urgent first."""
    at = clock.now()
    wanted = QueueFilters(
        search=filters.q.replace("\0", ""),
        statuses=frozenset(status.value for status in filters.status),
        procedures=frozenset(filters.procedure),
        areas=frozenset(filters.area),
        unit_codes=frozenset(filters.unit),
        overdue_at=at if filters.overdue else None,
        since=filters.since,
        until=filters.until,
        closed=filters.closed,
    )
    page = selectors.queue(
        request.auth.user, on=at.date(), filters=wanted, after=filters.after, limit=filters.limit
    )
    items = [showing.dossier_out(row, machine=request.auth, at=at) for row in page.items]
    return DossiersOut(items=items, next=page.next)


@router.post(
    "", response={201: SubmittedOut}, auth=Bearer(Scope.SUBMIT),
    openapi_extra=told(400, 409, scopes=(Scope.SUBMIT,), key=True),
)  # fmt: skip
def submit(request: MachineRequest, said: SubmitIn) -> JsonResponse:
    """Send in an application. It is submitted once, however often the request comes."""
    at = clock.now()

    def do() -> tuple[int, dict[str, Any]]:
        return 201, acting.submit(request, said, at=at)

    try:
        response = answered_once(request, said.model_dump(mode="json"), do)
    except IntegrityError as error:
        if "dossier_taken_over_once" not in str(error):
            raise
        raise Problem(
            409, "Your system sent in a dossier of this number before.", code="ref-used"
        ) from error
    return response


@router.post(
    "/files", response={201: FileOut}, auth=Bearer(Scope.SUBMIT, Scope.ACT),
    openapi_extra=told(scopes=(Scope.SUBMIT, Scope.ACT)),
)  # fmt: skip
def upload(request: MachineRequest, file: File[UploadedFile]) -> Status[FileOut]:
    """Send a picture or a PDF beforehand; name its code within a day, or it is thrown away."""
    with asking.refusals_told():
        taken = take(
            file=file, name=file.name or "", by=request.auth.user.actor, at=clock.now()
        )  # fmt: skip
    return Status(201, showing.file_out(taken.attachment))


@router.get("/{code}", response=ActsOut, auth=SEEING, openapi_extra=told(404, scopes=ALL))
def one(request: MachineRequest, code: Path[Code]) -> dict[str, Any]:
    """One dossier: of the program's units, or one that it sent in."""
    at = clock.now()
    dossier = asking.dossier_of(request, code, at=at)
    shown = showing.dossier_out(dossier, machine=request.auth, at=at)
    return {
        **shown.model_dump(),
        "acts": acting.acts_for(request, dossier, at=at),
        "signature": showing.signature_out(dossier),
    }


@router.get(
    "/{code}/history", response=list[MoveOut], auth=SEEING, openapi_extra=told(404, scopes=ALL)
)
def history(request: MachineRequest, code: Path[Code]) -> list[MoveOut]:
    """What happened to a dossier so far, the oldest first."""
    return showing.moves_out(asking.dossier_of(request, code, at=clock.now()))


@router.get(
    "/{code}/papers", response=list[PaperOut], auth=SEEING, openapi_extra=told(404, scopes=ALL)
)
def papers(request: MachineRequest, code: Path[Code]) -> list[PaperOut]:
    """The papers of a dossier, and which were handed in."""
    return showing.papers_out(asking.dossier_of(request, code, at=clock.now()))


@router.get(
    "/{code}/whole", response=WholeOut, auth=Bearer(Scope.READ),
    openapi_extra=told(404, scopes=(Scope.READ,)),
)  # fmt: skip
def whole(request: MachineRequest, code: Path[Code], purpose: Query[Purpose]) -> dict[str, Any]:
    """Who applies and what was answered: for the post that has the dossier. It is noted."""
    at = clock.now()
    dossier = asking.dossier_of(request, code, at=at)
    with asking.refusals_told():
        found = services.open_whole(
            dossier=dossier, machine=request.auth, purpose=asking.purpose_of(purpose), at=at
        )
    return {
        "code": dossier.code,
        "summary": found.summary,
        "parties": [showing.party_out(party) for party in found.parties],
        "answers": found.answers,
        "post_to": found.post_to,
    }


@router.get(
    "/{code}/files/{file}", auth=Bearer(Scope.READ), response={200: bytes},
    openapi_extra=told(404, scopes=(Scope.READ,)),
)  # fmt: skip
def content(
    request: MachineRequest,
    code: Path[Code],
    file: Annotated[str, Path(pattern=r"^[0-9A-Z]{26}$")],
    purpose: Query[Purpose],
) -> HttpResponseBase:
    """The content of a file: for the post that has the dossier. It is noted."""
    at = clock.now()
    dossier = asking.dossier_of(request, code, at=at)
    with asking.refusals_told():
        found = services.open_file(
            dossier=dossier, code=file, machine=request.auth,
            purpose=asking.purpose_of(purpose), at=at,
        )  # fmt: skip
    if found is None or not default_storage.exists(found.path()):
        raise Problem(404, "There is no such file.")
    response = FileResponse(
        default_storage.open(found.path()), content_type=files.MIME[Kind(found.kind)]
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@router.post(
    "/{code}/acts/{act}", response=DossierOut, auth=Bearer(Scope.ACT, Scope.SUBMIT),
    openapi_extra=told(400, 404, 409, scopes=(Scope.ACT, Scope.SUBMIT), key=True),
)  # fmt: skip
def do_act(request: MachineRequest, code: Path[Code], act: Path[Act], said: ActIn) -> JsonResponse:
    """Do something with a dossier, as the post of the program may."""
    at = clock.now()

    def do() -> tuple[int, dict[str, Any]]:
        dossier = asking.dossier_of(request, code, at=at)
        acting.act(request, dossier, act, said, at=at)
        return 200, _shown(request, code, at=at)

    return answered_once(request, said.model_dump(mode="json"), do)


def _shown(request: MachineRequest, code: str, *, at: datetime) -> dict[str, Any]:
    dossier = asking.dossier_of(request, code, at=at)
    return showing.dossier_out(dossier, machine=request.auth, at=at).model_dump(mode="json")
