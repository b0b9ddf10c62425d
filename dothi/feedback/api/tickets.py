"""Reports as programs read them: public facts only."""

from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import AwareDatetime, Field

from dothi.core import clock
from dothi.feedback import selectors
from dothi.feedback.choices import AnswerKind, State
from dothi.feedback.models import Category, Question
from dothi.feedback.selectors.public import PublicFilters, PublicTicket
from dothi.units import selectors as units
from dothi.units.models import Unit

router = Router(tags=["feedback"])
CODE = r"^[\w-]{1,40}$"
Code = Annotated[str, Field(pattern=CODE)]


class OptionOut(Schema):
    """One answer to choose from."""

    key: str
    name: str


class QuestionOut(Schema):
    """What a subject asks besides the words."""

    code: str
    kind: AnswerKind
    label: str
    help: str
    required: bool
    options: list[OptionOut]


class CategoryOut(Schema):
    """A subject that people report on."""

    code: str
    name: str
    help: str
    group: str
    dangers: list[str] = Field(description="Whom to call first: 113, 114 or 115.")
    questions: list[QuestionOut]


class AnswerOut(Schema):
    """An answer to a question of the subject."""

    code: str
    label: str
    words: str


class ReportOut(Schema):
    """A report as everybody sees it. Words are empty until the office has released them."""

    code: str
    category: str
    category_name: str
    state: State
    state_label: str
    unit_code: str
    unit_name: str
    lon: float | None
    lat: float | None
    received_at: datetime
    changed_at: datetime
    due_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    is_open: bool
    is_overdue: bool
    paused: bool
    age_days: int
    me_too: int
    reopened: int
    rating: int | None
    title: str
    text: str
    address: str
    answer: str
    handling_unit_name: str
    partner_name: str
    merged_into: str
    answers: list[AnswerOut]
    photos: list[str] = Field(description="Codes of pictures: /files/CODE/960")


class PageOut(Schema):
    """Some reports, and where the next ones begin."""

    items: list[ReportOut]
    next: str = Field(description="The `after` of the next page; empty: there are no more.")


class StepOut(Schema):
    """One step in the life of a report."""

    at: datetime
    act: str
    label: str
    unit_code: str
    words: str


class Filters(Schema):
    """What the list is narrowed to; what is left out narrows nothing."""

    q: str = Field("", max_length=100, description="Words, without marks if you like.")
    category: str = Field("", max_length=40)
    unit: str = Field("", max_length=20, description="A unit in force, and all below it.")
    state: list[State] = Field(default_factory=list)
    open: bool | None = None
    overdue: bool = False
    since: AwareDatetime | None = Field(None, description="Received at or after.")
    until: AwareDatetime | None = Field(None, description="Received at or before.")
    after: str = Field("", max_length=100, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=200)


def _problem(status: int, words: str) -> dict[int, Any]:
    """How an error of this door is described (RFC 9457)."""
    shape = {
        "type": "object",
        "required": ["title", "status", "detail"],
        "properties": {
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "faults": {"type": "array", "items": {"type": "object"}},
        },
    }
    return {status: {"description": words, "content": {"application/problem+json":
                                                         {"schema": shape}}}}  # fmt: skip


BAD = {"responses": _problem(422, "A value cannot be taken.")}
GONE = {"responses": {**_problem(404, "There is no such thing."), **BAD["responses"]}}


@router.get("", response=PageOut, openapi_extra=GONE)
def reports(request: HttpRequest, filters: Query[Filters]) -> dict[str, object]:
    """The newest public reports; `next` is the `after` of the next page."""
    at = clock.now()
    wanted = PublicFilters(
        search=filters.q,
        category=filters.category,
        unit=_unit(filters.unit),
        states=frozenset(filters.state),
        open_only=filters.open is True,
        closed_only=filters.open is False,
        overdue_at=at if filters.overdue else None,
        since=_in_reach(filters.since),
        until=_in_reach(filters.until),
    )
    page = selectors.public_list(
        at=at, filters=wanted, after=filters.after, limit=filters.limit, with_photos=True
    )
    return {"items": page.items, "next": page.next}


@router.get("/categories", response=list[CategoryOut])
def categories(request: HttpRequest) -> list[dict[str, object]]:
    """The subjects in force, with what they ask."""
    known, on = selectors.catalogue.current(), clock.now().date()
    return [
        _category(subject, known.questions(subject.pk, on=on))
        for subject in known.categories(on=on)
    ]


@router.get("/{code}", response=ReportOut, openapi_extra=GONE)
def report(request: HttpRequest, code: Code) -> PublicTicket:
    """One public report."""
    found = selectors.public_ticket(code, at=clock.now())
    if found is None:
        raise HttpError(404, "There is no such report.")
    return found


@router.get("/{code}/steps", response=list[StepOut], openapi_extra=GONE)
def steps(request: HttpRequest, code: Code) -> list[dict[str, object]]:
    """What happened to a report so far, the oldest first."""
    ticket = selectors.public_tickets().filter(code=code).first()
    if ticket is None:
        raise HttpError(404, "There is no such report.")
    return [
        {"at": step.at, "act": step.act.value, "label": step.label, "unit_code": step.unit_code,
         "words": step.words}
        for step in selectors.public_timeline(ticket)
    ]  # fmt: skip


def _unit(code: str) -> Unit | None:
    if not code:
        return None
    try:
        return units.unit_of(code.replace("\0", "?"), on=clock.now().date())
    except Unit.DoesNotExist as error:
        raise HttpError(404, "There is no such unit today.") from error


def _in_reach(at: datetime | None) -> datetime | None:
    """Times of other centuries narrow nothing, and some cannot be told in our zone."""
    if at is None or not 1900 < at.year < 2200:
        return None
    # Offsets that no place has are valid in a date, but not to a database.
    return at.astimezone(UTC) if at.tzinfo else at


def _category(subject: Category, questions: list[Question]) -> dict[str, object]:
    return {
        "code": subject.code,
        "name": subject.name,
        "help": subject.help,
        "group": subject.group_name,
        "dangers": subject.dangers,
        "questions": [
            {
                "code": question.code,
                "kind": question.kind,
                "label": question.label,
                "help": question.help,
                "required": question.required,
                "options": [{"key": key, "name": name} for key, name in question.choices],
            }
            for question in questions
        ],
    }
