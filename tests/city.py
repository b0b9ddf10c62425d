"""The city that tests of feedback and of the wall start from."""

from collections.abc import Iterator
from typing import Any

import pytest

from dothi.feedback.tests.factories import City
from tests.standing import Standing, standing


@pytest.fixture(scope="module")
def city_of_the_file(django_db_setup: None, django_db_blocker: Any) -> Iterator[Standing[City]]:
    yield from standing(City, django_db_blocker)


@pytest.fixture
def city(request: pytest.FixtureRequest, city_of_the_file: Standing[City], db: None) -> City:
    """Two wards, by the river and uphill, and the people of their posts.

    A test that commits cannot stand inside another transaction: it builds its own.
    """
    marks = request.node.iter_markers("django_db")
    if any(mark.kwargs.get("transaction") for mark in marks):
        city_of_the_file.take_back()
    return city_of_the_file.visit() if city_of_the_file.stands else City()
