"""The city that tests start from, built once a file: building it costs more than most tests."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.db import connection, transaction

from dothi.feedback.tests.factories import City


class StandingCity:
    """A city in a transaction around the tests of a file; each test takes back its own rows."""

    def __init__(self) -> None:
        self._around = transaction.atomic()
        self._around.__enter__()
        with connection.cursor() as cursor:
            cursor.execute("set local idle_in_transaction_session_timeout = 0")
        self._built = City()
        self.stands = True

    def visit(self) -> City:
        return deepcopy(self._built)

    def take_back(self) -> None:
        if self.stands:
            transaction.set_rollback(True)
            self._around.__exit__(None, None, None)
        self.stands = False


@pytest.fixture(scope="module")
def city_of_the_file(django_db_setup: None, django_db_blocker: Any) -> Iterator[StandingCity]:
    with django_db_blocker.unblock():
        standing = StandingCity()
    yield standing
    with django_db_blocker.unblock():
        standing.take_back()


@pytest.fixture
def city(request: pytest.FixtureRequest, city_of_the_file: StandingCity, db: None) -> City:
    """Two wards, by the river and uphill, and the people of their posts.

    Tests that commit are the last of a file (pytest-django sees to it): the city that stood for
    the others is taken back first, and each of them builds its own.
    """
    marks = request.node.iter_markers("django_db")
    if any(mark.kwargs.get("transaction") for mark in marks):
        city_of_the_file.take_back()
    return city_of_the_file.visit() if city_of_the_file.stands else City()
