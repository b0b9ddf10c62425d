"""Webhooks: a program says where it wants to be told of which facts, and looks after it itself.

Messages are signed as Standard Webhooks has it (`webhook-id`, `webhook-timestamp`,
`webhook-signature`), and hold codes, states and times; what is personal is asked for with a token.
"""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, JsonResponse
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from dothi.accounts.bearer import Bearer, MachineRequest, Problem, answered_once
from dothi.core import clock
from dothi.core.hooks import registry, selectors, services
from dothi.core.hooks.choices import Stage
from dothi.core.hooks.models import Hook, Message
from dothi.core.paging import take

router = Router(tags=["hooks"], auth=Bearer())
Code = Annotated[str, Field(pattern=r"^[0-9A-Z]{26}$")]
WORDS = {
    "url": "Messages go to https:// addresses of the open internet only.",
    "events": "One of these facts is not offered.",
    "too many": "This program has as many hooks as it may.",
}
PROBLEM = {"content": {"application/problem+json": {"schema": {"type": "object"}}}}
TOLD = {
    "responses": {
        status: {"description": words, **PROBLEM}
        for status, words in (
            (401, "There is no token that opens."),
            (404, "This program has no such hook."),
            (422, "A value cannot be taken."),
            (429, "Too many requests."),
        )
    }
}


class HookIn(Schema):
    """Where to tell, and what of."""

    url: str = Field(max_length=500, description="https://")
    events: list[Annotated[str, Field(max_length=60)]] = Field(min_length=1, max_length=20)


class HookOut(Schema):
    """A hook of this program."""

    code: str
    url: str
    events: list[str]
    made_at: datetime


class SecretOut(HookOut):
    """A hook, and the secret that its messages are signed with: shown here only."""

    secret: str


class Wanted(Schema):
    state: Stage | None = None
    after: str = Field("", max_length=100, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=200)


class MessageOut(Schema):
    """A message, and how far it has come."""

    code: str = Field(description="As `webhook-id` has it.")
    event: str
    state: Stage
    attempts: int
    made_at: datetime
    next_try_at: datetime | None
    sent_at: datetime | None
    status: int = Field(description="Of the last answer; 0: there was none.")
    error: str


class MessagesOut(Schema):
    items: list[MessageOut]
    next: str


class CountOut(Schema):
    count: int


@router.get("/events", response=list[str], openapi_extra=TOLD)
def offered(request: HttpRequest) -> list[str]:
    """The facts that programs may be told of."""
    return sorted(registry.offered)


@router.get("", response=list[HookOut], openapi_extra=TOLD)
def hooks(request: MachineRequest) -> list[HookOut]:
    """The hooks of this program."""
    return [_shown(hook) for hook in selectors.hooks_of(request.auth.subject)]


@router.post("", response={201: SecretOut}, openapi_extra=TOLD)
def subscribe(request: MachineRequest, said: HookIn) -> JsonResponse:
    """Be told of facts about what this program may see, from now on. Needs an Idempotency-Key."""

    def do() -> tuple[int, dict[str, Any]]:
        try:
            made = services.subscribe(
                owner=request.auth.subject, url=said.url, events=said.events,
                by=request.auth.user.actor, at=clock.now(),
            )  # fmt: skip
        except services.BadHook as error:
            raise Problem(422, WORDS[str(error)], code=str(error).replace(" ", "-")) from error
        return 201, _with_secret(made.hook, made.secret)

    return answered_once(request, said.model_dump(mode="json"), do)


@router.delete("/{code}", response={204: None}, openapi_extra=TOLD)
def end(request: MachineRequest, code: Path[Code]) -> Status[None]:
    """Be told nothing more there."""
    services.end(hook=_mine(request, code), by=request.auth.user.actor, at=clock.now())
    return Status(204, None)


@router.post("/{code}/secret", response=SecretOut, openapi_extra=TOLD)
def renew(request: MachineRequest, code: Path[Code]) -> JsonResponse:
    """A new secret; the one before signs beside it for a day. Needs an Idempotency-Key."""

    def do() -> tuple[int, dict[str, Any]]:
        hook = _mine(request, code)
        secret = services.renew_secret(hook=hook, by=request.auth.user.actor, at=clock.now())
        return 200, _with_secret(hook, secret)

    return answered_once(request, {}, do)


@router.get("/{code}/messages", response=MessagesOut, openapi_extra=TOLD)
def messages(request: MachineRequest, code: Path[Code], filters: Query[Wanted]) -> MessagesOut:
    """What was sent there, waits, or was given up; the newest first."""
    rows = selectors.messages_of(_mine(request, code))
    if filters.state is not None:
        rows = rows.filter(state=filters.state)
    found, following = take(
        rows, field="made_at", newest_first=True, after=filters.after, limit=filters.limit
    )
    return MessagesOut(items=[_message(row) for row in found], next=following)


@router.post("/{code}/messages/again", response=CountOut, openapi_extra=TOLD)
def again(request: MachineRequest, code: Path[Code]) -> CountOut:
    """Send what was given up once more, each under its old id."""
    _mine(request, code)
    count = services.send_again(
        owner=request.auth.subject, by=request.auth.user.actor, at=clock.now()
    )
    return CountOut(count=count)


def _mine(request: MachineRequest, code: str) -> Hook:
    found = selectors.hooks_of(request.auth.subject).filter(code=code).first()
    if found is None:
        raise Problem(404, "This program has no such hook.")
    return found


def _shown(hook: Hook) -> HookOut:
    return HookOut(code=hook.code, url=hook.url, events=hook.events, made_at=hook.made_at)


def _with_secret(hook: Hook, secret: str) -> dict[str, Any]:
    return {**_shown(hook).model_dump(mode="json"), "secret": secret}


def _message(row: Message) -> MessageOut:
    return MessageOut(
        code=row.code,
        event=row.event,
        state=Stage(row.state),
        attempts=row.attempts,
        made_at=row.made_at,
        next_try_at=row.next_try_at if row.state == Stage.WAITING else None,
        sent_at=row.sent_at,
        status=row.status,
        error=row.error,
    )
