"""The CKAN Action API, version 3: the door by which `ckanapi` and harvesters come in.

A program without a key reads what is open. With a key (`Authorization`) it reads and writes what
the person may in whose name it was made. Cookies are not looked at.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from dothi.core import clock
from dothi.core.limits.http import address_of, limited
from dothi.datastore.catalogue import ports, selectors
from dothi.datastore.catalogue.api import reading, writing
from dothi.datastore.catalogue.api.asking import Asked, Denied, Invalid, NotFound, NotUnderstood

PER_HOUR = 3600
Action = Callable[[Asked], Any]
READS: dict[str, Action] = reading.ACTIONS
WRITES: dict[str, Action] = writing.ACTIONS


@csrf_exempt
@require_http_methods(["GET", "POST", "OPTIONS"])
@limited("ckan", limit=PER_HOUR, per=timedelta(hours=1), methods=("GET", "POST"))
def action(request: HttpRequest, name: str) -> HttpResponse:
    """One action by its name. The answer says `success`, and `result` or `error`."""
    reads, writes = READS | ports.reads, WRITES | ports.writes
    known = reads.get(name) or writes.get(name)
    if known is None:
        return _failed(request, 400, {"__type": "Bad Request", "message": f"no action {name}"})
    if name in writes and request.method != "POST":
        return _failed(request, 400, {"__type": "Bad Request", "message": "send it by POST"})
    try:
        answer = known(_asked(request))
    except NotFound:
        return _failed(request, 404, {"__type": "Not Found Error", "message": "Not found"})
    except Denied as error:
        return _failed(
            request, 403, {"__type": "Authorization Error", "message": f"Access denied: {error}"}
        )
    except Invalid as error:
        return _failed(request, 409, {"__type": "Validation Error", **error.faults})
    except NotUnderstood as error:
        return _failed(request, 400, {"__type": "Search Query Error", "message": str(error)})
    return _open(JsonResponse({"help": _help(request), "success": True, "result": answer}), request)


def _help(request: HttpRequest) -> str:
    return request.build_absolute_uri(request.path)


def _failed(request: HttpRequest, status: int, error: dict[str, Any]) -> HttpResponse:
    body = {"help": _help(request), "success": False, "error": error}
    return _open(JsonResponse(body, status=status), request)


def _open(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """Pages of others may read here, too; no cookie is at stake."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Headers"] = "Authorization, Content-Type, X-CKAN-API-Key"
    if request.headers.get("Authorization"):
        response["Cache-Control"] = "private, no-store"
    return response


def _asked(request: HttpRequest) -> Asked:
    at = clock.now()
    key = request.headers.get("Authorization") or request.headers.get("X-CKAN-API-Key") or ""
    held = selectors.key_of(key, at=at) if key else None
    if key and held is None:
        raise Denied("the key opens nothing")
    return Asked(
        data=_data(request), user=held.user if held else AnonymousUser(), at=at,
        key=held.pk if held else None, address=address_of(request),
    )  # fmt: skip


def _data(request: HttpRequest) -> dict[str, Any]:
    if request.method != "POST":
        return request.GET.dict()
    if request.POST:  # A form; JSON is in the body, whatever its type is called.
        return request.POST.dict()
    if not request.body.strip():
        return {}
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Invalid({"message": ["this is no JSON"]}) from error
    if not isinstance(found, dict):
        raise Invalid({"message": ["the body must be a JSON object"]})
    return found
