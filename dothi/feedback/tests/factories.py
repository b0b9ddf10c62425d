"""Small, named builders. Each fills in what a test does not care about."""

import io
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image

from dothi.accounts import services as people
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.core.attachments.services import take
from dothi.core.clocks.choices import Kind, TimeUnit
from dothi.core.clocks.rules import Spec
from dothi.feedback import selectors, services
from dothi.feedback.choices import Duty, Urgency
from dothi.feedback.models import Category, Partner, Ticket
from dothi.feedback.services.catalogue import changed
from dothi.lib.geo import Point
from dothi.units.models import Unit
from dothi.units.tests.factories import make_root, make_unit

CITY = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY_9AM = datetime(2026, 3, 2, 9, tzinfo=CITY)
MONDAY = MONDAY_9AM.date()
SINCE = date(2025, 1, 1)
SOURCE = "Test rule"
BY_THE_RIVER, UPHILL, FAR_AWAY = (
    Point(106.65, 10.76),
    Point(106.68, 10.76),
    Point(0.5, 0.5),
)
RIVER_BOX = (106.64, 10.75, 106.66, 10.77)
HILL_BOX = (106.67, 10.75, 106.69, 10.77)


class City:
    """Two wards under a root, three subjects, the time limits of 1022, and one officer a post."""

    def __init__(self) -> None:
        self.root = make_root()
        self.river = make_unit("00001", "Phường Bờ Sông", box=RIVER_BOX)
        self.hill = make_unit("00002", "Phường Trên Đồi", box=HILL_BOX)
        self.trees = make_category("trees", "Cây xanh", order=10)
        self.waste = make_category("waste", "Rác", order=20)
        self.conduct = make_category("conduct", "Thái độ", order=30, conduct=True)
        make_limits()
        self.operator = make_officer("dung", unit=self.root, role=Role.DISPATCHER)
        self.lan = make_officer("lan", unit=self.river)
        self.leader = make_officer("huong", unit=self.river, role=Role.LEADER)
        self.minh = make_officer("minh", unit=self.hill)

    def route_to_wards(self) -> None:
        """Everything goes to the specialists of the ward at once."""
        services.add_route(
            order=100,
            to_role=Role.SPECIALIST,
            valid_from=SINCE,
            source=SOURCE,
            by="system",
            at=MONDAY_9AM,
        )

    def submit(self, **changes: Any) -> Ticket:
        return submit(**changes).ticket

    def forwarded(self, **changes: Any) -> Ticket:
        """A report that the operator sent to the ward."""
        ticket = self.submit(**changes)
        services.forward(ticket=ticket, unit=self.river, by=self.operator, at=ticket.received_at)
        return ticket

    def assigned(self, **changes: Any) -> Ticket:
        """A report that Lan works on."""
        ticket = self.forwarded(**changes)
        services.assign(ticket=ticket, to=self.lan, by=self.lan, at=ticket.received_at)
        return ticket

    def resolved(self, **changes: Any) -> Ticket:
        ticket = self.assigned(**changes)
        services.resolve(ticket=ticket, text="Đã dọn cây.", by=self.lan, at=ticket.received_at)
        return ticket


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


def make_category(
    code: str, name: str, *, order: int = 0, conduct: bool = False, **more: Any
) -> Category:
    category = Category.objects.create(
        code=code,
        name_vi=name,
        name_en=code.title(),
        group="city",
        group_vi="Đô thị",
        group_en="City",
        order=order,
        conduct=conduct,
        valid_from=SINCE,
        **more,
    )
    changed()
    return category


def make_limits() -> None:
    """Five minutes to send on, five working days to answer; eight hours when urgent."""
    for duty, urgency, amount, unit, extensions in (
        (Duty.FORWARD, Urgency.NORMAL, 5, TimeUnit.MINUTES, 0),
        (Duty.ANSWER, Urgency.NORMAL, 5, TimeUnit.WORK_DAYS, 2),
        (Duty.ANSWER, Urgency.URGENT, 8, TimeUnit.WORK_HOURS, 0),
        (Duty.PARTNER, Urgency.NORMAL, 3, TimeUnit.WORK_DAYS, 0),
    ):
        services.set_limit(
            duty=duty,
            urgency=urgency,
            spec=Spec(
                amount=amount, unit=unit, max_extensions=extensions, max_extension=10, basis=SOURCE
            ),
            kind=Kind.NORM,
            source=SOURCE,
            valid_from=SINCE,
            by="system",
            at=MONDAY_9AM,
        )


def make_partner(code: str = "water", email: str = "nuoc@partner.example") -> Partner:
    partner = Partner.objects.create(
        code=code, name_vi="Công ty nước", name_en="Water works", email=email, valid_from=SINCE
    )
    changed()
    return partner


def submit(**changes: Any) -> services.Submitted:
    """A tree has fallen by the river, on Monday at nine, nobody says who told."""
    wanted: dict[str, Any] = {
        "text": "Cây đổ chắn đường. Xe không qua được.",
        "category": "trees",
        "place": BY_THE_RIVER,
        "at": MONDAY_9AM,
        **changes,
    }
    return services.submit(**wanted)


def fresh(ticket: Ticket) -> Ticket:
    """The report as another officer reads it now."""
    return (
        selectors.public_tickets()
        .model.objects.select_related(
            "category", "unit", "handling_unit", "partner", "clock", "forward_clock", "merged_into"
        )
        .get(pk=ticket.pk)
    )


def photo(seed: int = 1, *, at: datetime = MONDAY_9AM) -> str:
    """A picture that came in, by its code. Equal seeds show the same scene."""
    picture = Image.new("RGB", (64, 64))
    for x in range(64):
        for y in range(64):
            value = (x * (seed + 3) * 7 + y * (seed + 5) * (11 if (x // 8 + seed) % 2 else 3)) % 256
            picture.putpixel((x, y), (value, (value * seed) % 256, 255 - value))
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=90)
    return take(file=content.getvalue(), name="photo.jpg", by="public", at=at).attachment.code


NIGHT = (time(22), time(6))
