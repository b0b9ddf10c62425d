"""Rows that all tests of a file start from, made once: making them costs more than most tests.

A fixture of the file's scope, named …_of_the_file, makes them; one of each test hands them out:

    @pytest.fixture(scope="module")
    def office_of_the_file(
        django_db_setup: None, django_db_blocker: Any
    ) -> Iterator[Standing[Office]]:
        yield from standing(make_office, django_db_blocker)

    @pytest.fixture
    def office(office_of_the_file: Standing[Office], db: None) -> Office:
        return office_of_the_file.visit()

Tests of the file without it run before, those that commit run last (`tests/order_plugin.py`).
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, Generic, TypeVar

from django.db import connection, transaction

Made = TypeVar("Made")


class Standing(Generic[Made]):
    """What was made, in a transaction around the tests; each of them takes back its own rows."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self._around = transaction.atomic()
        self._around.__enter__()
        with connection.cursor() as cursor:
            cursor.execute("set local idle_in_transaction_session_timeout = 0")
        self._made = make()
        self.stands = True

    def visit(self) -> Made:
        """A copy of the objects: a test may change them."""
        return deepcopy(self._made)

    def take_back(self) -> None:
        if self.stands:
            transaction.set_rollback(True)
            self._around.__exit__(None, None, None)
        self.stands = False


def standing(make: Callable[[], Made], blocker: Any) -> Iterator[Standing[Made]]:
    with blocker.unblock():
        made = Standing(make)
    yield made
    with blocker.unblock():
        made.take_back()
