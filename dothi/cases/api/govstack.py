"""The API of GovStack's Registration building block, over the same verbs as the doors of the house.

As the building block has it in its version 1.0 (API 0.1.1): services, eForms, applications, tasks
and documents. A service is a procedure in force, its eForm the form of that version, an application
file a dossier, a task the step that a dossier is at. `PUT /applications/{fileId}` is not served:
what was answered is not changed afterwards. Nothing personal is told here: `applicantId` is empty.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.db import transaction
from django.http import JsonResponse
from ninja import File, Path, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field, ValidationError

from dothi.accounts import selectors as accounts
from dothi.accounts.bearer import Bearer, MachineRequest, Problem, answered_once
from dothi.cases import selectors
from dothi.cases.api import acting, asking
from dothi.cases.api.doors import told
from dothi.cases.api.shapes import ActIn, SubmitIn
from dothi.cases.choices import Act, Scope
from dothi.cases.choices import Status as Standing
from dothi.cases.models import Dossier
from dothi.core import clock
from dothi.core.attachments.services import take
from dothi.procedures import selectors as procedures
from dothi.procedures.choices import Channel, End, PaperForm
from dothi.procedures.rules import forms

if TYPE_CHECKING:
    from dothi.procedures.models import Version

router = Router(tags=["govstack"])
READING = Bearer(Scope.READ, Scope.SUBMIT, Scope.ACT)
ALL = (Scope.READ, Scope.SUBMIT, Scope.ACT)
Key = Annotated[str, Field(pattern=r"^\d\.\d{6}$")]
FORM = r"^\d\.\d{6}(-\d{1,4})?$"
Task = Annotated[str, Field(pattern=r"^[0-9A-Z][0-9A-Z.-]{5,59}:[a-z0-9_]{1,40}$")]
MOST = 200
RECEPTION = "reception"
REJECTED = frozenset({Standing.NOT_RECEIVED, Standing.WITHDRAWN, Standing.STOPPED})


class ServiceOut(Schema):
    """A procedure in force."""

    id: str
    serviceKey: str
    name: str
    version: str
    type: str = "Public"
    isExecutable: bool
    description: str


class FormOut(Schema):
    eFormId: str
    name: str
    description: str
    version: str
    latest: bool


class WholeFormOut(FormOut):
    form: dict[str, Any] = Field(alias="schema", description="JSON Schema 2020-12.")


class FormData(Schema):
    data: dict[str, Any] = Field(default_factory=dict)
    eFormId: str = Field("", max_length=20)


class ApplicationIn(Schema):
    """Who applies by name and identification number, the answers, and addresses of documents."""

    applicationName: str = Field("", max_length=200)
    applicantId: str = Field(max_length=60)
    formData: FormData = Field(default_factory=lambda: FormData.model_validate({}))
    documentUrls: list[Annotated[str, Field(max_length=500)]] = Field(
        default_factory=list, max_length=50
    )


class StatusOut(Schema):
    code: str = Field(description="PENDING, APPROVED, SENDBACK or REJECTED.")
    title: str


class FileOut(Schema):
    """A dossier as an application file."""

    fileId: str
    registered: datetime
    serviceKey: str
    serviceName: str
    status: StatusOut
    ended: bool
    applicantId: str = ""


class TaskOut(Schema):
    """The step that a dossier is at."""

    taskId: str
    mainTaskId: str
    name: str
    roleId: str
    created: datetime
    serviceKey: str
    serviceName: str
    fileId: str
    eFormId: str
    status: StatusOut


class CompleteIn(Schema):
    """`data`: `act` (else receive, or hand over), and what it needs, such as `outcome`."""

    data: dict[str, Any] = Field(default_factory=dict)


class CompletedOut(Schema):
    taskId: str
    fileId: str
    serviceKey: str
    status: StatusOut


class UploadedOut(Schema):
    code: int = 200
    type: str
    message: str = ""
    url: str


class Rows(Schema):
    firstResult: int = Field(0, ge=0, le=10_000)
    maxResult: int = Field(50, ge=1, le=MOST)


class FileFilters(Rows):
    serviceKey: str = Field("", max_length=20)


class TaskFilters(Rows):
    fileId: str = Field("", max_length=60)


# --- Services and forms --------------------------------------------------------------------------


@router.get("/services", response=list[ServiceOut], auth=READING, openapi_extra=told(scopes=ALL))
def services(
    request: MachineRequest, name: Annotated[str, Query(max_length=100)] = ""
) -> list[ServiceOut]:
    """The procedures in force, or those whose words fit."""
    found = procedures.search(name.replace("\0", ""), on=clock.now().date())
    return [_service(version) for version in found.versions]


@router.get(
    "/services/{serviceKey}", response=ServiceOut, auth=READING,
    openapi_extra=told(404, scopes=ALL),
)  # fmt: skip
def service(request: MachineRequest, serviceKey: Path[Key]) -> ServiceOut:
    """One procedure."""
    return _service(_version(serviceKey))


@router.get(
    "/services/{serviceKey}/eForms", response=list[FormOut], auth=READING,
    openapi_extra=told(404, scopes=ALL),
)  # fmt: skip
def service_forms(request: MachineRequest, serviceKey: Path[Key]) -> list[FormOut]:
    """The form of a procedure: one, of the version in force."""
    return [_form(_version(serviceKey))]


@router.get(
    "/eForms/{key}",
    response=list[FormOut] | WholeFormOut,
    auth=READING,
    openapi_extra=told(404, scopes=ALL),
)
def form(request: MachineRequest, key: Annotated[str, Path(pattern=FORM)]) -> JsonResponse:
    """By the key of a service its forms; by the id of a form that form with its JSON Schema."""
    code, _, number = key.partition("-")
    version = _version(code)
    shown = _form(version).model_dump(mode="json")
    if not number:
        return JsonResponse([shown], safe=False)
    if str(version.number) != number:
        raise Problem(404, "This form is not in force.")
    content = procedures.content_of(version.pk).form
    return JsonResponse(shown | {"schema": forms.schema(content, {}, on=clock.now().date())})


def _version(code: str) -> "Version":
    found = procedures.version_of(code, on=clock.now().date())
    if found is None:
        raise Problem(404, "There is no such service today.")
    return found


def _service(version: "Version") -> ServiceOut:
    content = procedures.content_of(version.pk)
    return ServiceOut(
        id=content.code,
        serviceKey=content.code,
        name=content.name.vi,
        version=str(version.number),
        isExecutable=content.channel != Channel.NATIONAL,
        description=content.name.en,
    )


def _form(version: "Version") -> FormOut:
    content = procedures.content_of(version.pk)
    return FormOut(
        eFormId=f"{content.code}-{version.number}",
        name=content.name.vi,
        description=content.name.en,
        version=str(version.number),
        latest=True,
    )


# --- Applications and documents ------------------------------------------------------------------


@router.post(
    "/documents", response=UploadedOut, auth=Bearer(Scope.SUBMIT),
    openapi_extra=told(scopes=(Scope.SUBMIT,)),
)  # fmt: skip
def upload(
    request: MachineRequest, file: File[UploadedFile],
    additionalMetadata: Annotated[str, Query(pattern=r"^[a-z][a-z0-9_]{0,39}$")] = "document",
) -> UploadedOut:  # fmt: skip
    """Send a file beforehand; `additionalMetadata` is the code of the paper that it is."""
    with asking.refusals_told():
        taken = take(
            file=file, name=file.name or "", by=request.auth.user.actor, at=clock.now()
        )  # fmt: skip
    code = taken.attachment.code
    base = f"{settings.PUBLIC_URL}/api/govstack/registration/documents"
    return UploadedOut(type=taken.attachment.kind, url=f"{base}/{code}?paper={additionalMetadata}")


@router.post(
    "/services/{serviceKey}/applications", response=FileOut, auth=Bearer(Scope.SUBMIT),
    openapi_extra=told(404, 409, scopes=(Scope.SUBMIT,)),
)  # fmt: skip
def apply(request: MachineRequest, serviceKey: Path[Key], said: ApplicationIn) -> JsonResponse:
    """Send in an application, to the unit of the program's own post."""
    at = clock.now()
    _version(serviceKey)

    def do() -> tuple[int, dict[str, Any]]:
        made = acting.submit(request, _as_ours(request, serviceKey, said, at=at), at=at)
        dossier = asking.dossier_of(request, made["dossier"]["code"], at=at)
        return 200, _file(dossier).model_dump(mode="json")

    return _maybe_once(request, said.model_dump(mode="json"), do)


def _as_ours(
    request: MachineRequest, key: str, said: ApplicationIn, *, at: datetime
) -> SubmitIn:  # fmt: skip
    posts = accounts.standing(request.auth.user, on=at.date()).posts
    if not posts:
        raise Problem(403, "This program has no post today.", code="not-your-unit")
    try:
        return SubmitIn.model_validate(
            {
                "procedure": key,
                "unit": posts[0].unit.code,
                "applicant": {"name": said.applicationName, "citizen_id": said.applicantId},
                "answers": said.formData.data,
                "papers": _papers(said.documentUrls),
            }
        )
    except ValidationError as error:
        raise Problem(422, "Some values cannot be taken.") from error


def _papers(urls: list[str]) -> list[dict[str, Any]]:
    files: dict[str, list[str]] = {}
    for url in urls:
        parts = urlsplit(url)
        paper = parse_qs(parts.query).get("paper", ["document"])[0]
        files.setdefault(paper, []).append(parts.path.rpartition("/")[2])
    return [
        {"code": paper, "form": PaperForm.ELECTRONIC, "files": codes}
        for paper, codes in files.items()
    ]


@router.get(
    "/applications", response=list[FileOut], auth=READING, openapi_extra=told(scopes=ALL)
)  # fmt: skip
def applications(request: MachineRequest, filters: Query[FileFilters]) -> list[FileOut]:
    """The application files that this program may see, the newest first."""
    rows = selectors.dossiers_of_machine(
        request.auth, scopes=request.scopes, on=clock.now().date()
    )  # fmt: skip
    if filters.serviceKey:
        rows = rows.filter(procedure=filters.serviceKey.replace("\0", ""))
    ordered = rows.order_by("-submitted_at", "-id")
    return [_file(row) for row in ordered[_span(filters)]]


@router.get(
    "/applications/{fileId}", response=FileOut, auth=READING, openapi_extra=told(404, scopes=ALL)
)
def application(
    request: MachineRequest, fileId: Annotated[str, Path(pattern=r"^[0-9A-Z][0-9A-Z.-]{5,59}$")]
) -> FileOut:
    """One application file."""
    return _file(asking.dossier_of(request, fileId, at=clock.now()))


def _file(dossier: Dossier) -> FileOut:
    return FileOut(
        fileId=dossier.code,
        registered=dossier.submitted_at,
        serviceKey=dossier.procedure,
        serviceName=procedures.content_of(dossier.version_id).name.vi,
        status=_status(dossier),
        ended=dossier.closed_at is not None,
    )


def _status(dossier: Dossier) -> StatusOut:
    standing = Standing(dossier.status)
    code = "PENDING"
    if standing == Standing.SUPPLEMENT:
        code = "SENDBACK"
    elif standing in REJECTED or dossier.end == End.REFUSED:
        code = "REJECTED"
    elif standing in {Standing.DONE, Standing.RETURNED}:
        code = "APPROVED"
    return StatusOut(code=code, title=str(standing.label))


# --- Tasks ---------------------------------------------------------------------------------------


@router.get(
    "/tasks", response=list[TaskOut], auth=Bearer(Scope.ACT),
    openapi_extra=told(scopes=(Scope.ACT,)),
)  # fmt: skip
def tasks(request: MachineRequest, filters: Query[TaskFilters]) -> list[TaskOut]:
    """What lies on the tables of the program's units, the oldest first."""
    rows = selectors.dossiers_of_machine(
        request.auth, scopes=request.scopes, on=clock.now().date()
    )  # fmt: skip
    rows = rows.filter(closed_at=None)
    if filters.fileId:
        rows = rows.filter(code=filters.fileId.replace("\0", ""))
    return [_task(row) for row in rows.order_by("id")[_span(filters)]]


@router.get(
    "/tasks/{taskId}", response=TaskOut, auth=Bearer(Scope.ACT),
    openapi_extra=told(404, scopes=(Scope.ACT,)),
)  # fmt: skip
def task(request: MachineRequest, taskId: Path[Task]) -> TaskOut:
    """One task, while the dossier is at that step."""
    return _task(_at_step(request, taskId))


@router.post(
    "/tasks/{taskId}/complete", response=CompletedOut, auth=Bearer(Scope.ACT),
    openapi_extra=told(404, 409, scopes=(Scope.ACT,)),
)  # fmt: skip
def complete(request: MachineRequest, taskId: Path[Task], said: CompleteIn) -> JsonResponse:
    """Do what the step asks: receive, or end it with an outcome; the post has to be its own."""
    what, words = _read(said, reception=taskId.endswith(f":{RECEPTION}"))

    def do() -> tuple[int, dict[str, Any]]:
        at = clock.now()
        dossier = _at_step(request, taskId)
        if what == Act.HAND_OVER and dossier.status == Standing.RECEIVED:
            acting.act(request, dossier, Act.BEGIN, ActIn.model_validate({}), at=at)
        acting.act(request, dossier, what, words, at=at)
        done = CompletedOut(
            taskId=taskId, fileId=dossier.code, serviceKey=dossier.procedure,
            status=_status(dossier),
        )  # fmt: skip
        return 200, done.model_dump(mode="json")

    return _maybe_once(request, said.model_dump(mode="json"), do)


def _read(said: CompleteIn, *, reception: bool) -> tuple[Act, ActIn]:
    given = dict(said.data)
    usual = Act.RECEIVE if reception else Act.HAND_OVER
    try:
        return Act(given.pop("act", usual)), ActIn.model_validate(given)
    except ValueError as error:
        raise Problem(422, "Some values cannot be taken.") from error


def _at_step(request: MachineRequest, task: str) -> Dossier:
    code, _, step = task.partition(":")
    dossier = asking.dossier_of(request, code, at=clock.now())
    if (dossier.step or RECEPTION) != step or dossier.closed_at is not None:
        raise Problem(404, "The dossier is not at that step any more.")
    return dossier


def _task(dossier: Dossier) -> TaskOut:
    content = procedures.content_of(dossier.version_id)
    step = next((one for one in content.steps if one.code == dossier.step), None)
    return TaskOut(
        taskId=f"{dossier.code}:{dossier.step or RECEPTION}",
        mainTaskId=dossier.code,
        name=step.name.vi if step else str(Standing(dossier.status).label),
        roleId=dossier.handling_role,
        created=dossier.changed_at,
        serviceKey=dossier.procedure,
        serviceName=content.name.vi,
        fileId=dossier.code,
        eFormId=dossier.procedure,
        status=_status(dossier),
    )


# --- Both ----------------------------------------------------------------------------------------


def _span(rows: Rows) -> slice:
    return slice(rows.firstResult, rows.firstResult + rows.maxResult)


def _maybe_once(
    request: MachineRequest, asked: object, do: Callable[[], tuple[int, dict[str, Any]]]
) -> JsonResponse:
    """The building block knows no Idempotency-Key: who sends one all the same is heard."""
    if request.headers.get("Idempotency-Key"):
        return answered_once(request, asked, do)
    with transaction.atomic():
        status, body = do()
    return JsonResponse(body, status=status)
