"""What goes in and out of the doors for programs."""

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import AwareDatetime, Field

from dothi.cases.choices import Act, Altered, Assurance, Delivery, News, Part, Status
from dothi.procedures.choices import Applicant, PaperForm, Way

Words = Annotated[str, Field(max_length=4000)]
Code = Annotated[str, Field(pattern=r"^[\w.-]{1,60}$")]
Short = Annotated[str, Field(max_length=300)]


class DossierFilters(Schema):
    """What the list is narrowed to; what is left out narrows nothing."""

    q: str = Field("", max_length=100, description="A code, a phone number, how a name begins.")
    status: list[Status] = Field(default_factory=list, description="Of the national list.")
    procedure: list[Code] = Field(default_factory=list)
    area: list[Code] = Field(default_factory=list)
    unit: list[Code] = Field(default_factory=list, description="Codes of units that have it.")
    overdue: bool = False
    closed: bool = Field(False, description="Closed ones, the last first; else open ones.")
    since: date | None = Field(None, description="Submitted on or after.")
    until: date | None = Field(None, description="Submitted on or before.")
    after: str = Field("", max_length=100, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=200)


class DossierOut(Schema):
    """How a dossier stands. Nothing personal: that is opened with a purpose."""

    code: str
    procedure: str
    procedure_name: str
    area: str
    way: Way
    origin: str
    status: Status
    status_name: str
    step: str
    unit: str = Field(description="Who decides.")
    receiving_unit: str
    handling_unit: str = Field(description="Who has it now.")
    handling_role: str
    submitted_at: datetime
    received_at: datetime | None
    promised_at: datetime | None
    due_at: datetime | None
    paused: bool
    overdue: bool
    done_at: datetime | None
    returned_at: datetime | None
    closed_at: datetime | None
    changed_at: datetime = Field(description="Send it as `seen` with an act.")
    ref: str = Field(description="Its number in the system that sent it in, for that system.")


class SignatureOut(Schema):
    """How who applied signed what was sent in online. Who it was is personal, and not told here."""

    level: Assurance
    at: datetime
    digest: str = Field(description="SHA-256 of what was signed (RFC 8785).")
    statement: dict[str, Any] = Field(description="What was signed: codes, digests, the moment.")
    altered: list[Altered] = Field(description="What is no longer as it was signed.")


class ActsOut(DossierOut):
    """A dossier, how it was signed, and what this program may do with it now."""

    signature: SignatureOut | None = None

    acts: list[Act]


class DossiersOut(Schema):
    """Some dossiers, and where the next ones begin."""

    items: list[DossierOut]
    next: str = Field(description="The `after` of the next page; empty: there are no more.")


class MoveOut(Schema):
    """One step in the life of a dossier. Reasons are personal, and not told here."""

    at: datetime
    act: Act
    was: Status | None
    now: Status
    from_step: str
    to_step: str
    outcome: str
    from_unit: str
    to_unit: str
    to_role: str
    due_before: datetime | None
    due_after: datetime | None


class FileOut(Schema):
    """A file. Its content is opened with a purpose."""

    code: str
    kind: str
    size: int
    sha256: str


class PaperOut(Schema):
    """A paper of a dossier, and whether it was handed in."""

    code: str
    name: str
    form: PaperForm
    number: int
    given_at: datetime | None
    files: list[FileOut]


class PersonIO(Schema):
    """Who applies, or acts for who applies; then `proof` says by what."""

    name: str = Field(max_length=200)
    kind: Applicant = Applicant.CITIZEN
    phone: str = Field("", max_length=20)
    email: str = Field("", max_length=254)
    address: str = Field("", max_length=300)
    citizen_id: str = Field("", max_length=20)
    tax_code: str = Field("", max_length=14)
    born_on: date | None = None
    female: bool | None = None
    proof: str = Field("", max_length=300)


class PartyOut(PersonIO):
    part: Part


class WholeOut(Schema):
    """All that is personal of a dossier. This opening was noted."""

    code: str
    summary: str
    parties: list[PartyOut]
    post_to: str = Field("", description="Where the result is sent by post.")
    answers: dict[str, Any]


class PaperIn(Schema):
    """A paper that is handed in: by its code in the procedure, or another one by its name."""

    code: Code
    name: Short = ""
    form: PaperForm | None = None
    number: int = Field(1, ge=1, le=99)
    files: list[Annotated[str, Field(pattern=r"^[0-9A-Z]{26}$")]] = Field(
        default_factory=list, max_length=20, description="Codes that `/cases/files` gave."
    )


class SubmitIn(Schema):
    """An application. `answers` are as the form of the procedure asks."""

    procedure: Code
    unit: Code = Field(description="Code of the unit that decides.")
    applicant: PersonIO
    agent: PersonIO | None = None
    answers: dict[str, Any] = Field(default_factory=dict)
    papers: list[PaperIn] = Field(default_factory=list, max_length=50)
    summary: Short = ""
    copies: int = Field(1, ge=1, le=999)
    pages: int = Field(1, ge=1, le=9999)
    news: News = News.NONE
    delivery: Delivery = Delivery.COUNTER
    post_to: Short = Field("", description="For `post`; empty: the address of the applicant.")
    language: str = Field("vi", pattern="^(vi|en)$")
    ref: str = Field("", max_length=120, description="Its number in your system, if it has one.")


class SubmittedOut(Schema):
    """The dossier, and the secret by which the applicant follows it: shown here only."""

    dossier: DossierOut
    secret: str
    url: str


class ActIn(Schema):
    """What an act needs; each reads what it is about, and leaves the rest."""

    seen: AwareDatetime | None = Field(
        None, description="`changed_at` as you read it: refused if it was moved since."
    )
    reason: Words = Field("", description="Why; for `ask`: what; for `propose`: the draft.")
    note: Words = ""
    outcome: str = Field("", max_length=40, description="For `hand_over`: how the step ended.")
    step: str = Field("", max_length=40, description="For `send_back` and `correct`.")
    amount: int = Field(0, ge=0, le=365, description="For `extend`: in units of the time limit.")
    parcel: str = Field("", max_length=40, description="For `give`: its number, if it was posted.")
    carrier: str = Field("", max_length=60, description="For `give`: who carries the parcel.")
    documents: list[Code] = Field(default_factory=list, max_length=50)
    papers: list[PaperIn] = Field(default_factory=list, max_length=50)
