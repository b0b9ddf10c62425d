"""Small, named builders. Each fills in what a test does not care about."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dothi.accounts import services as people
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.cases import services
from dothi.cases.choices import Origin
from dothi.cases.models import Agency, Dossier, Result, Turn
from dothi.cases.services import Application, Given, Person, Submitted, counters
from dothi.core.workdays import services as workdays
from dothi.procedures.tests import documents
from dothi.procedures.tests.documents import publish
from dothi.units.models import Unit
from dothi.units.tests.factories import make_root, make_unit

CITY = ZoneInfo("Asia/Ho_Chi_Minh")
SINCE = date(2026, 1, 1)
MONDAY_9AM = datetime(2026, 3, 2, 9, tzinfo=CITY)
RIVER_BOX, HILL_BOX = (106.64, 10.75, 106.66, 10.77), (106.67, 10.75, 106.69, 10.77)
BIRTH, PERMIT = "1.001193", "1.013225"


def at(text: str) -> datetime:
    """A moment of March 2026 in the city: `"03T09:00"`; with more letters, any moment."""
    return datetime.fromisoformat(text if len(text) > 8 else f"2026-03-{text}").replace(tzinfo=CITY)


class Office:
    """Two wards that receive dossiers, two procedures, and one officer a post."""

    def __init__(self) -> None:
        workdays.seed(years=[2026], at=MONDAY_9AM)
        self.root = make_root()
        self.river = make_unit("00001", "Phường Bờ Sông", box=RIVER_BOX)
        self.hill = make_unit("00002", "Phường Trên Đồi", box=HILL_BOX)
        self.agency = make_agency(self.river, "38.01.H29")
        make_agency(self.hill, "38.02.H29")
        self.birth = publish(documents.birth(), since=SINCE)
        self.permit = publish(documents.permit(), since=SINCE)
        self.counter = make_officer("hoa", unit=self.river, role=Role.COUNTER)
        self.officer = make_officer("lan", unit=self.river)
        self.leader = make_officer("huong", unit=self.river, role=Role.LEADER)
        self.stranger = make_officer("minh", unit=self.hill)

    def submitted(self, **changes: Any) -> Submitted:
        given: dict[str, Any] = {
            "application": self.permit_for(), "origin": Origin.OWN, "by": "public",
            "at": MONDAY_9AM,
        }  # fmt: skip
        return services.submit(**(given | changes))

    def permit_for(self, **changes: Any) -> Application:
        """A building permit with all its papers."""
        given: dict[str, Any] = {
            "procedure": PERMIT,
            "unit": self.river,
            "applicant": somebody(),
            "answers": documents.permit_answers(),
            "papers": [Given(code=code) for code in documents.PERMIT_PAPERS],
        }
        return Application(**(given | changes))

    def received(self, **changes: Any) -> Dossier:
        dossier = self.submitted(**changes).dossier
        services.receive(dossier=dossier, by=self.counter, at=dossier.submitted_at)
        return dossier

    def handled(self, **changes: Any) -> Dossier:
        """A dossier that Lan works on."""
        dossier = self.received(**changes)
        services.begin(dossier=dossier, by=self.officer, at=dossier.changed_at)
        return dossier

    def done(self, *, at: datetime, **changes: Any) -> Dossier:
        """A dossier with a signed result, which lies at the counter."""
        dossier = self.handled(**changes)
        services.advance(dossier=dossier, outcome="fits", by=self.officer, at=at)
        make_result(dossier, at=at)
        services.advance(dossier=dossier, outcome="signed", by=self.leader, at=at)
        return dossier


def receive_permit(*, unit: Unit) -> Dossier:
    """A building permit that a unit of some other city received."""
    make_agency(unit, "38.09.H29")
    publish(documents.permit(), since=SINCE)
    application = Application(
        procedure=PERMIT, unit=unit, applicant=somebody(), answers=documents.permit_answers(),
        papers=[Given(code=code) for code in documents.PERMIT_PAPERS],
    )  # fmt: skip
    dossier = services.submit(
        application=application, origin=Origin.OWN, by="public", at=MONDAY_9AM
    ).dossier
    services.receive(dossier=dossier, by="system", at=MONDAY_9AM)
    return dossier


def take_number(*, unit: Unit) -> Turn:
    """A number of the queue at a counter of that unit."""
    group = counters.set_group(
        unit=unit, letter="A", name_vi="Hộ tịch", name_en="Civil status", by="system",
        at=MONDAY_9AM,
    )  # fmt: skip
    counters.set_counter(unit=unit, number=1, groups=[group], by="system", at=MONDAY_9AM)
    return counters.take_turn(group=group, by="public", at=MONDAY_9AM).turn


def somebody(**changes: Any) -> Person:
    given: dict[str, Any] = {
        "name": "Trần Thị Mẫu", "phone": "0901234567", "citizen_id": "079190000001",
        "address": "12 Đường Mẫu, Phường Bờ Sông",
    }  # fmt: skip
    return Person(**(given | changes))


def make_result(dossier: Dossier, *, at: datetime, **more: Any) -> Result:
    return Result.objects.create(
        dossier=dossier, code="permit", name="Giấy phép", made_at=at, signed_at=at,
        signed_by="user:1", **more,
    )  # fmt: skip


def make_agency(unit: Unit, code: str) -> Agency:
    return services.set_agency(
        unit=unit, code=code, name_vi=f"UBND {unit.name_vi}", name_en=f"Office of {unit.code}",
        valid_from=SINCE, by="system", at=MONDAY_9AM, place="Bờ Sông",
    )  # fmt: skip


def make_officer(username: str, *, unit: Unit, role: Role = Role.SPECIALIST) -> User:
    user = people.create_staff(
        username=username,
        full_name=f"Nguyễn Thị {username.title()}",
        email=f"{username}@staff.example",
        at=MONDAY_9AM,
        by="system",
    )
    people.appoint(user=user, unit=unit, role=role, valid_from=SINCE, at=MONDAY_9AM, by="system")
    return user
