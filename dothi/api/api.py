"""The JSON doors of the house, version 1: programs read here what citizens see on pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from dothi.api.problems import problem
from dothi.datastore.indicators.api import router as indicators
from dothi.datastore.lineage.api import router as lineage
from dothi.feedback.api.tickets import router as feedback
from dothi.portal.api import router as news

api = NinjaAPI(
    title="dothi",
    version="1",
    description="Open data and services of a local government. Errors follow RFC 9457.",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api-1",
)
api.add_router("/feedback", feedback)
api.add_router("/news", news)
api.add_router("/indicators", indicators)
api.add_router("/lineage", lineage)


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, detail=str(error))


@api.exception_handler(ValidationError)
def on_validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults: list[dict[str, Any]] = [
        {"field": ".".join(str(part) for part in fault["loc"][1:]), "message": fault["msg"]}
        for fault in error.errors
    ]
    return problem(422, detail="Some values cannot be taken.", faults=faults)
