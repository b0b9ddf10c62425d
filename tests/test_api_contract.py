"""The JSON doors do what their description says, whatever is sent (schemathesis, bounded)."""

from collections.abc import Iterator
from enum import Enum
from typing import Any, get_args

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, assume, given, settings
from pydantic import BaseModel
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dothi.cases.tests.factories import Office
from dothi.cases.tests.test_api import Program
from dothi.feedback import services
from dothi.feedback.tests.factories import MONDAY_9AM, City, submit

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_schema_conformance,
]  # fmt: skip
BOUNDED = settings(
    max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def all_of(schema: Any, paths: str) -> list[Any]:
    """The operations of these paths."""
    return [found.ok() for found in schema.include(path_regex=paths).get_all_operations()]


def assume_its_own(case: Any, operations: list[Any]) -> None:
    """A code that reads like a path of its own is that path (OpenAPI 3.1, 4.8.8): another case."""
    concrete = {one.path for one in operations if "{" not in one.path}
    assume(case.operation.path in concrete or case.formatted_path not in concrete)


@pytest.fixture
def one_connection() -> Iterator[None]:
    """A request of its own would close the connection that holds the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def city(db: None, one_connection: None) -> City:
    made = City()
    services.accept(ticket=submit().ticket, by=made.operator, at=MONDAY_9AM, publish=True)
    return made


def test_feedback_keeps_to_its_description(city: City) -> None:
    from dothi.config.wsgi import application

    schema: Any = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
    tried = []
    operations = all_of(schema, "^/api/v1/feedback")
    for operation in operations:

        @BOUNDED
        @given(case=operation.as_strategy())
        def keeps_its_word(case: Any) -> None:
            assume_its_own(case, operations)
            plain = {"Accept-Encoding": "identity"}  # The test client unpacks nothing.
            case.validate_response(case.call(headers=plain), checks=CHECKS)

        keeps_its_word()
        tried.append(operation.path)
    assert len(tried) == 4


def test_dossiers_keep_to_their_description(db: None, one_connection: None) -> None:
    from dothi.config.wsgi import application

    office = Office()
    office.submitted()
    office.received()
    headers = {"Accept-Encoding": "identity", **Program(office.river).headers}
    schema: Any = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
    tried = []
    operations = all_of(schema, "^/api/v1/(cases|hooks)")
    for operation in operations:
        if operation.path.endswith(("/files", "/files/{file}")):
            continue  # Bytes, not JSON: tried with real files in the tests of the domain.

        @settings(BOUNDED, max_examples=5)
        @given(case=operation.as_strategy())
        def keeps_its_word(case: Any) -> None:
            assume_its_own(case, operations)
            case.validate_response(case.call(headers=headers), checks=CHECKS)

        keeps_its_word()
        tried.append((operation.method, operation.path))
    assert len(tried) == 14


@pytest.mark.parametrize("since", ["2026-11-02T10:36:19-23:18", "2026-11-02T10:36:19+23:59"])
def test_offsets_that_no_place_has_are_read_as_the_moment_they_name(
    city: City, client: Client, since: str
) -> None:
    submit()
    answer = client.get("/api/v1/feedback", {"since": since})
    assert answer.status_code == 200, answer.content


def test_no_two_shapes_of_the_description_have_one_name() -> None:
    """The description knows shapes by their names alone: the second would stand for the first."""
    from dothi.api.api import api, registration

    for doors in (api, registration):
        named: dict[str, set[str]] = {}
        for _prefix, router in doors._routers:
            for view in router.path_operations.values():
                for operation in view.operations:
                    for name, where in _shapes(operation):
                        named.setdefault(name, set()).add(where)
        assert {name: places for name, places in named.items() if len(places) > 1} == {}


def _shapes(operation: Any) -> Iterator[tuple[str, str]]:
    """Every shape and list of codes behind the answers and bodies of a door."""
    bodies = [model for model in operation.models if model.__ninja_param_source__ == "body"]
    waiting = [model for model in operation.response_models.values() if model] + bodies
    seen: set[Any] = set()
    while waiting:
        one = waiting.pop()
        waiting += get_args(one)
        if not isinstance(one, type) or one in seen:
            continue
        seen.add(one)
        waiting += [field.annotation for field in getattr(one, "model_fields", {}).values()]
        if one.__module__.startswith("dothi.") and issubclass(one, BaseModel | Enum):
            yield one.__name__, one.__module__
