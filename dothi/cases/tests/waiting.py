"""A ward with two groups and two counters at which two officers serve."""

from datetime import datetime, time
from typing import Any

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.cases.models import Counter, ServiceGroup, Turn
from dothi.cases.services import counters
from dothi.cases.tests.factories import MONDAY_9AM, SINCE, Office, make_officer


class Hall:
    """The one-stop hall of the ward by the river."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.unit = office.river
        self.hoa: User = office.counter
        self.mai = make_officer("mai", unit=office.river, role=Role.COUNTER)
        self.civil = self.group("A", "Hộ tịch, chứng thực", "Civil status")
        self.building = self.group("B", "Xây dựng, đất đai", "Building, land")
        self.first = self.counter(1, self.civil, self.building)
        self.second = self.counter(2, self.civil)

    def group(self, letter: str, name_vi: str, name_en: str) -> ServiceGroup:
        return counters.set_group(
            unit=self.unit, letter=letter, name_vi=name_vi, name_en=name_en, by="system",
            at=MONDAY_9AM,
        )  # fmt: skip

    def counter(self, number: int, *groups: ServiceGroup) -> Counter:
        return counters.set_counter(
            unit=self.unit, number=number, groups=groups, by="system", at=MONDAY_9AM
        )

    def seated(self) -> None:
        counters.sit_down(counter=self.first, by=self.hoa, at=MONDAY_9AM)
        counters.sit_down(counter=self.second, by=self.mai, at=MONDAY_9AM)

    def take(self, at: datetime = MONDAY_9AM, **more: Any) -> Turn:
        given: dict[str, Any] = {"group": self.civil, "by": "public", "at": at}
        return counters.take_turn(**(given | more)).turn

    def next(self, at: datetime = MONDAY_9AM) -> str:
        """Hoa calls; the number, or nothing."""
        turn = counters.call_next(counter=self.first, by=self.hoa, at=at)
        return turn.label if turn else ""

    def slots(self, **more: Any) -> None:
        """Two people each half hour on Tuesday mornings."""
        given: dict[str, Any] = {
            "group": self.civil, "weekday": 1, "opens": time(8), "closes": time(11), "minutes": 30,
            "capacity": 2, "valid_from": SINCE, "by": "system", "at": MONDAY_9AM,
        }  # fmt: skip
        counters.set_slots(**(given | more))
