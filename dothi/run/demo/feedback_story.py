"""Two weeks of reports in the sample district, written by the verbs that people use."""

import csv
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

import shapely

from dothi.accounts.choices import Role
from dothi.accounts.models import Post, User, in_force
from dothi.core.clock import local
from dothi.core.events.services import drain_all
from dothi.core.workdays.selectors import official_calendar
from dothi.datastore.indicators import services as indicators
from dothi.feedback import selectors, services
from dothi.feedback.choices import Act, Channel, State
from dothi.feedback.models import Ticket
from dothi.feedback.permissions import may
from dothi.feedback.services import Contact, Refused
from dothi.lib.geo import Point
from dothi.run.house import ROOT
from dothi.units import selectors as units

DAYS = 14
A_DAY = 6
LEFT_LATE = 3  # A house without anything late would not be believed.
NAMES = ("Nguyễn Văn Tám", "Trần Thị Sáu", "Lê Minh Hòa", "Phạm Ngọc Ánh", "Võ Thị Cẩm Tú")
CHANNELS = (Channel.WEB, Channel.WEB, Channel.WEB, Channel.HOTLINE, Channel.PHONE)


@dataclass(frozen=True)
class Line:
    """One thing that happens in the story."""

    category: str
    text: str
    address: str
    answer: str


def lines() -> list[Line]:
    with (ROOT / "demo" / "feedback" / "story.csv").open(encoding="utf-8") as file:
        known = set(selectors.catalogue.current().by_code)
        return [Line(**row) for row in csv.DictReader(file) if row["category"] in known]


def tell(at: datetime, chance: random.Random) -> int:
    """Fill the two weeks before `at`; the newest reports stay open."""
    story = lines()
    count = 0
    for ago in range(DAYS, -1, -1):
        day = (local(at) - timedelta(days=ago)).replace(hour=0, minute=0, second=0, microsecond=0)
        working = official_calendar().is_working_day(day.date())
        for _ in range(A_DAY if working else 2):
            moment = day + timedelta(minutes=chance.randint(7 * 60, 20 * 60))
            if moment < at:
                report(chance.choice(story), moment, chance)
                count += 1
    settle(at, chance)
    return count


def report(line: Line, at: datetime, chance: random.Random) -> Ticket | None:
    """Somebody reports something somewhere in the four wards."""
    place = somewhere(at, chance)
    contact = Contact(
        name=chance.choice(NAMES), phone=f"09{chance.randint(10_000_000, 99_999_999)}"
    )
    try:
        submitted = services.submit(
            text=line.text,
            category=line.category,
            place=place,
            address=line.address,
            contact=contact if chance.random() < 0.7 else None,
            channel=chance.choice(CHANNELS),
            at=at,
        )
    except Refused:
        return None
    for number in range(chance.choice((0, 0, 0, 1, 3))):
        services.me_too(ticket=submitted.ticket, person=f"sample:{number}", at=at)
    return submitted.ticket


def somewhere(at: datetime, chance: random.Random) -> Point:
    """A point within one of the wards of that day."""
    shape = chance.choice(units.ward_areas(at.date()))
    ground = shapely.geometry.shape(shape.geometry)
    west, south, east, north = ground.bounds
    while True:
        point = Point(chance.uniform(west, east), chance.uniform(south, north))
        if ground.contains(shapely.Point(point)):
            return point


def settle(at: datetime, chance: random.Random) -> int:
    """Handle what should be handled by `at`: most in time, a few late, the newest not yet."""
    answers = {line.text: line.answer for line in lines()}
    late_left = LEFT_LATE
    done = 0
    rows = Ticket.objects.filter(closed_at=None, resolved_at=None).order_by("due_at", "id")
    for pk in list(rows.values_list("pk", flat=True)):
        ticket = selectors.public_tickets().get(pk=pk)
        span = (ticket.due_at or at) - ticket.received_at
        end = ticket.received_at + span * chance.choice((0.2, 0.4, 0.6, 0.8, 0.9, 1.15))
        if end >= at:
            if ticket.due_at and ticket.due_at < at:
                if late_left:
                    late_left -= 1
                    continue
                end = ticket.due_at - timedelta(hours=2)
            else:
                if chance.random() < 0.5:
                    handle(ticket, ticket.received_at + (at - ticket.received_at) / 2, "")
                continue
        done += handle(ticket, max(end, ticket.received_at + timedelta(minutes=20)),
                       answers.get(ticket.text, "Đã xử lý xong tại chỗ."))  # fmt: skip
    return done


def handle(ticket: Ticket, at: datetime, answer: str) -> bool:
    """Take a report through the office: accept, send on, take, and (with an answer) resolve."""
    dispatcher = somebody(Role.DISPATCHER, None, at)
    if dispatcher is None:
        return False
    begun = ticket.received_at + (at - ticket.received_at) / 4
    try:
        if ticket.state == State.RECEIVED and may(dispatcher, Act.ACCEPT, ticket, on=at.date()):
            services.accept(ticket=ticket, by=dispatcher, at=begun, publish=True)
        if ticket.state in {State.RECEIVED, State.ACCEPTED}:
            services.forward(ticket=ticket, by=dispatcher, unit=ticket.unit, at=begun)
        officer = somebody(Role(ticket.handling_role), ticket.handling_unit_id, at)
        if officer is None:
            return False
        if ticket.handling_person_id is None:
            services.assign(ticket=ticket, to=officer, by=officer, at=begun)
        if not answer:
            return False
        services.resolve(ticket=ticket, text=answer, by=officer, at=at)
        services.publish(ticket=ticket, by=dispatcher, at=at)
    except Refused:
        return False
    return True


def somebody(role: Role, unit_id: int | None, at: datetime) -> User | None:
    """Who holds such a post on that day."""
    posts = Post.objects.filter(in_force(at.date()), role=role).select_related("user")
    if unit_id is not None:
        posts = posts.filter(unit_id=unit_id)
    post = posts.order_by("id").first()
    return post.user if post else None


def base(at: datetime) -> None:
    """The two weeks that every sample house begins with."""
    from dothi.run.demo.base import chance, story_end

    end = story_end(at)
    tell(end, chance())
    drain_all()
    for ago in range(DAYS, -1, -1):
        indicators.take_readings(at=(end - timedelta(days=ago)).replace(minute=0, second=0))
