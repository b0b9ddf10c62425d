"""What JSON doors for programs need: who shows which token, and refusals programs can read."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, JsonResponse
from ninja.errors import HttpError
from ninja.security.base import AuthBase

from dothi.accounts import registry, selectors, services
from dothi.accounts.models import Machine
from dothi.core import clock
from dothi.core.limits.services import hit

A_MINUTE = timedelta(minutes=1)
REQUESTS_A_MINUTE = 600
REALM = 'Bearer realm="dothi"'
KEY_LENGTH = 120


class Problem(HttpError):
    """An error of a door for programs: what goes into `application/problem+json`, and headers."""

    def __init__(
        self, status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(status, detail)
        self.headers = dict(headers or {})
        self.more = more


class MachineRequest(HttpRequest):
    """A request behind `Bearer`."""

    auth: Machine
    scopes: frozenset[str]


class Bearer(AuthBase):
    """Let programs pass that show a token with one of these scopes (RFC 6750)."""

    openapi_type = "oauth2"

    def __init__(self, *scopes: str) -> None:
        known = {code: str(label) for code, label in sorted(registry.scopes.items())}
        self.openapi_flows = {
            "clientCredentials": {"tokenUrl": "/api/oauth/token", "scopes": known}
        }
        super().__init__()
        self.scopes = frozenset(scopes)

    def __call__(self, request: HttpRequest) -> Machine:
        kind, _, text = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not text.strip():
            raise Problem(401, "A token is needed.", headers={"WWW-Authenticate": REALM})
        at = clock.now()
        token = selectors.token_of(text, at=at)
        if token is None:
            raise Problem(
                401, "This token is unknown, or it has ended.",
                headers={"WWW-Authenticate": f'{REALM}, error="invalid_token"'},
            )  # fmt: skip
        within_limits(token.machine)
        held = frozenset(token.scopes) & frozenset(token.machine.scopes)
        if self.scopes and not self.scopes & held:
            wanted = " ".join(sorted(self.scopes))
            raise Problem(
                403, f"This token lacks the scope: {wanted}.",
                headers={
                    "WWW-Authenticate": f'{REALM}, error="insufficient_scope", scope="{wanted}"'
                },
            )  # fmt: skip
        request.scopes = held  # type: ignore[attr-defined]
        return token.machine


def within_limits(machine: Machine) -> None:
    """Count the request.

    Raises:
        Problem: too many in this minute.
    """
    key = f"machine\0{machine.pk}"
    if not hit(key=key, limit=REQUESTS_A_MINUTE, per=A_MINUTE, at=clock.now()):
        raise Problem(
            429, "Too many requests. Please come back in a minute.", headers={"Retry-After": "60"}
        )


def answered_once(
    request: MachineRequest, asked: object, do: Callable[[], tuple[int, dict[str, Any]]]
) -> JsonResponse:
    """Do what a request asks, once for each `Idempotency-Key` of the program.

    Raises:
        Problem: there is no key, or it came before with something else.
    """
    key = request.headers.get("Idempotency-Key", "").strip().strip('"')
    if not key or len(key) > KEY_LENGTH or not key.isprintable():
        raise Problem(
            400, f"Please send an Idempotency-Key of at most {KEY_LENGTH} characters: the same one "
            "when you send the same request again.",
        )  # fmt: skip
    whole = [request.method, request.path, asked]
    try:
        answer = services.once(machine=request.auth, key=key, asked=whole, at=clock.now(), do=do)
    except services.KeyUsed as error:
        raise Problem(
            422, "This Idempotency-Key came before with another request. Please use a new one."
        ) from error
    response = JsonResponse(answer.body, status=answer.status)
    response["Cache-Control"] = "no-store"
    if answer.again:
        response["Idempotency-Replayed"] = "true"
    return response
