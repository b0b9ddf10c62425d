from collections.abc import Iterator
from typing import Any

import pytest

from dothi.cases.tests.factories import Office
from tests.standing import Standing, standing


@pytest.fixture(scope="module")
def office_of_the_file(django_db_setup: None, django_db_blocker: Any) -> Iterator[Standing[Office]]:
    yield from standing(Office, django_db_blocker)


@pytest.fixture
def office(
    request: pytest.FixtureRequest, office_of_the_file: Standing[Office], db: None
) -> Office:
    """Two wards, two procedures, and the people of their posts."""
    marks = request.node.iter_markers("django_db")
    if any(mark.kwargs.get("transaction") for mark in marks):
        office_of_the_file.take_back()
    return office_of_the_file.visit() if office_of_the_file.stands else Office()
