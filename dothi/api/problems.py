"""Errors that a program can read (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from django.http import JsonResponse


def problem(status: int, *, detail: str, **more: Any) -> JsonResponse:
    """Return `application/problem+json`; `more` are extension members."""
    body = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return JsonResponse(body, status=status, content_type="application/problem+json")
