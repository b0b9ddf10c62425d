"""Where programs get a token (RFC 6749, section 4.4) and give it back (RFC 7009)."""

import base64
import binascii
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from dothi.accounts import selectors, services
from dothi.accounts.models import Machine
from dothi.core import clock
from dothi.core.limits.http import limited

PER = timedelta(minutes=10)
TRIES = 120


@csrf_exempt
@never_cache
@require_POST
@limited("oauth.token", limit=TRIES, per=PER)
@sensitive_post_parameters("client_secret")
def token(request: HttpRequest) -> HttpResponse:
    """A token for a program that shows its id and its secret."""
    machine = _client(request)
    if machine is None:
        return _unknown()
    if request.POST.get("grant_type") != "client_credentials":
        return _refused("unsupported_grant_type", "Only client_credentials is served here.")
    try:
        made, text = services.issue_token(
            machine=machine, scopes=request.POST.get("scope", "").split(), at=clock.now()
        )
    except services.NotOffered:
        return _refused("invalid_scope", "This client was not given such a scope.")
    return _answer(
        {
            "access_token": text,
            "token_type": "Bearer",
            "expires_in": int((made.expires_at - made.made_at).total_seconds()),
            "scope": " ".join(made.scopes),
        }
    )


@csrf_exempt
@never_cache
@require_POST
@limited("oauth.revoke", limit=TRIES, per=PER)
@sensitive_post_parameters("client_secret", "token")
def revoke(request: HttpRequest) -> HttpResponse:
    """End a token. What is no token of this program is answered alike (RFC 7009, section 2.2)."""
    machine = _client(request)
    if machine is None:
        return _unknown()
    services.revoke_token(machine=machine, text=request.POST.get("token", ""), at=clock.now())
    return HttpResponse(status=200)


def _client(request: HttpRequest) -> Machine | None:
    """Who asks: by HTTP Basic, or by two fields of the form (RFC 6749, section 2.3.1)."""
    kind, _, coded = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            shown = base64.b64decode(coded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
        code, _, secret = (unquote_plus(part) for part in shown.partition(":"))
    else:
        code = request.POST.get("client_id", "")
        secret = request.POST.get("client_secret", "")
    return selectors.machine_of(code.replace("\0", ""), secret)


def _unknown() -> HttpResponse:
    response = _refused("invalid_client", "This client or its secret is not known.", status=401)
    response["WWW-Authenticate"] = 'Basic realm="dothi"'
    return response


def _refused(error: str, words: str, *, status: int = 400) -> HttpResponse:
    return _answer({"error": error, "error_description": words}, status=status)


def _answer(body: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return JsonResponse(body, status=status)
