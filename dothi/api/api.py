"""The JSON doors of the house, version 1: programs read here what citizens see on pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from dothi.accounts.bearer import Problem
from dothi.api.hooks import router as hooks
from dothi.api.problems import problem
from dothi.cases.api import cases, govstack
from dothi.datastore.indicators.api import router as indicators
from dothi.datastore.lineage.api import router as lineage
from dothi.feedback.api.tickets import router as feedback
from dothi.portal.api import router as news


class House(NinjaAPI):
    """It also says by which scopes each door opens: one of them is enough."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(*args, **kwargs)
        for doors in schema["paths"].values():
            for door in doors.values():
                if scopes := door.pop("x-scopes", None):
                    door["security"] = [{"Bearer": [scope]} for scope in scopes]
        return schema


api = House(
    title="dothi",
    version="1",
    description="Open data and services of a local government. Errors follow RFC 9457.",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api-1",
)
api.add_router("/feedback", feedback)
api.add_router("/cases", cases)
api.add_router("/hooks", hooks)
api.add_router("/news", news)
api.add_router("/indicators", indicators)
api.add_router("/lineage", lineage)


# Standards of others stand beside the versions of ours, each with a description of its own.
registration = House(
    title="GovStack Registration building block",
    version="0.1.1",
    description="Dossiers of a local government in the words of GovStack. Errors follow RFC 9457.",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="govstack-registration",
)
registration.add_router("", govstack)


@registration.exception_handler(HttpError)
@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if not isinstance(error, Problem):
        return problem(error.status_code, detail=str(error))
    response = problem(error.status_code, detail=str(error), **error.more)
    for name, value in error.headers.items():
        response[name] = value
    return response


@registration.exception_handler(ValidationError)
@api.exception_handler(ValidationError)
def on_validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults: list[dict[str, Any]] = [
        {"field": ".".join(str(part) for part in fault["loc"][1:]), "message": fault["msg"]}
        for fault in error.errors
    ]
    return problem(422, detail="Some values cannot be taken.", faults=faults)
