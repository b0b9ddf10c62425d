"""How often a verb asks the database: the price of every report of the city."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dothi.feedback import selectors, services
from dothi.feedback.tests.factories import MONDAY, MONDAY_9AM, City, fresh

LATER = MONDAY_9AM + timedelta(hours=1)


@pytest.fixture
def asked(settings: object, city: City) -> Callable[[Callable[[], object]], int]:
    """Count the statements of one act in a process that has been running for a while."""
    settings.AREAS_CHECKED_EVERY = 60.0  # type: ignore[attr-defined]
    settings.CALENDAR_CHECKED_EVERY = 60.0  # type: ignore[attr-defined]
    city.route_to_wards()
    city.submit()  # Everything that is kept in memory is there now.

    def count(act: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as seen:
            act()
        return len(seen)

    return count


def test_the_life_of_a_report_costs_few_statements(
    city: City, asked: Callable[[Callable[[], object]], int]
) -> None:
    made: list[str] = []
    costs = {"submit": asked(lambda: made.append(city.submit().code))}
    ticket = selectors.ticket_seen_by(city.lan, made[0], on=MONDAY)
    costs["assign"] = asked(
        lambda: services.assign(ticket=ticket, to=city.lan, by=city.lan, at=LATER)
    )
    costs["resolve"] = asked(
        lambda: services.resolve(ticket=ticket, text="Xong", by=city.lan, at=LATER)
    )
    costs["read"] = asked(lambda: selectors.public_ticket(ticket.code, at=LATER))
    print(costs)  # noqa: T201
    # Savepoints of nested verbs are counted here, too.
    assert costs["submit"] <= 11, costs
    assert costs["assign"] <= 7, costs
    assert costs["resolve"] <= 13, costs
    assert costs["read"] <= 4, costs


def test_one_page_of_the_worklist_is_one_question_of_the_table(
    city: City, asked: Callable[[Callable[[], object]], int]
) -> None:
    for _ in range(3):
        city.submit()
    on = MONDAY
    assert asked(lambda: selectors.queue(city.lan, on=on)) <= 4
    assert asked(lambda: fresh(city.submit())) <= 13
