"""What every sample house has before its doors open."""

import random
from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial

from django.contrib.auth.hashers import make_password
from django.db import transaction

from dothi.accounts import services as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import Post, User
from dothi.core.crypto import services as crypto
from dothi.core.papers import signing
from dothi.core.workdays import services as workdays
from dothi.core.workdays.selectors import official_calendar
from dothi.datastore.catalogue import services as catalogue
from dothi.datastore.ingestion import services as ingestion
from dothi.feedback import services as feedback
from dothi.lib.worktime import Calendar
from dothi.procedures import services as procedures
from dothi.procedures.choices import Channel
from dothi.run.demo.cities import DEMO, DISTRICT, City
from dothi.run.house import ROOT
from dothi.units import services as units
from dothi.units.choices import Kind as UnitKind

PASSWORD = "do-thi-mau-2026"


def last_working_moment(at: datetime, calendar: Calendar) -> datetime:
    """The end of the last session that has begun: the story ends there, also on a Sunday night."""
    day = at.date()
    while True:
        for opens, closes in reversed(calendar.sessions_of(day)):
            if datetime.combine(day, opens, tzinfo=at.tzinfo) < at:
                return min(at, datetime.combine(day, closes, tzinfo=at.tzinfo))
        day = day.fromordinal(day.toordinal() - 1)


def _keys(at: datetime) -> None:
    crypto.make_keys()


def _units(at: datetime, city: City = DISTRICT) -> None:
    units.load_bundle(city.units, at=at)


def _calendar(at: datetime) -> None:
    workdays.seed(years=range(at.year - 2, at.year + 2), at=at)


def _staff(at: datetime, city: City = DISTRICT) -> None:
    with city.staff.open("rb") as file:
        accounts.import_staff(file, at=at, by="system")
    password = make_password(PASSWORD)  # Known to all: one hash serves.
    with transaction.atomic():
        for user in User.objects.filter(posts__isnull=False).distinct():
            user.password = password
            user.save(update_fields=["password"])
            accounts.enrol_demo_totp(user)


def _procedures(at: datetime) -> None:
    # On the first day of the four wards of today; submitted here, because it is a sample.
    procedures.load_catalogue(
        ROOT / "starter" / "procedures", valid_from=date(2025, 7, 1), at=at, channel=Channel.OWN
    )


def _signers(at: datetime) -> None:
    # Certified by the house itself, since the first day of the post: a sample that signs.
    for post in Post.objects.filter(role=Role.LEADER, unit__kind=UnitKind.WARD, valid_to=None):
        since = datetime.combine(post.valid_from, time(8), at.tzinfo)
        signing.make_signer(
            unit_code=post.unit.code, role=post.role, post=post.title,
            agency=f"Ủy ban nhân dân {post.unit.name_vi}", by="system", at=since,
        )  # fmt: skip


def _subjects(at: datetime) -> None:
    feedback.load_catalogue(DEMO / "feedback", at=at)


def _reports(at: datetime) -> None:
    from dothi.run.demo import feedback_story

    feedback_story.base(at)


def _agencies(at: datetime) -> None:
    from dothi.run.demo import cases_story

    cases_story.agencies(at)


def _halls(at: datetime) -> None:
    from dothi.run.demo import halls_story

    halls_story.halls(at)


def _dossiers(at: datetime) -> None:
    from dothi.run.demo import cases_story

    cases_story.base(at)


def _seats(at: datetime) -> None:
    from dothi.run.demo import sealed_story

    sealed_story.base(at)


def _news(at: datetime) -> None:
    from dothi.run.demo import news_story

    news_story.base(at)


def _datasets(at: datetime) -> None:
    catalogue.adopt(at=at)
    ingestion.ask_to_feed()


def _data(at: datetime) -> None:
    from dothi.run.demo import store_story

    store_story.base(story_end(at))


def people() -> list[tuple[str, str]]:
    """Sign-in names and what each person is."""
    posts = Post.objects.select_related("user", "unit").order_by("unit__code", "role", "id")
    return [(post.user.username, f"{post.title}, {post.unit.name_vi}") for post in posts]


def chance() -> random.Random:
    """The same sample house every time."""
    return random.Random(20261124)


STEPS: list[tuple[str, Callable[[datetime], None]]] = [
    ("making keys", _keys),
    ("loading the units: 16, 10 and 4 wards", _units),
    ("loading the calendar", _calendar),
    ("loading the staff", _staff),
    ("certifying the posts that sign papers", _signers),
    ("loading subjects, routes and time limits", _subjects),
    ("loading the procedures", _procedures),
    ("writing the news", _news),
    ("saying which wards receive dossiers", _agencies),
    ("writing two weeks of reports", _reports),
    ("writing two months of dossiers", _dossiers),
    ("opening the halls of the wards", _halls),
    ("enrolling the two seats of the protected channel", _seats),
    ("describing the data of the house", _datasets),
    ("bringing data in by hand and matching two lists", _data),
]


def steps_of(city: City) -> list[tuple[str, Callable[[datetime], None]]]:
    """What is loaded for a city: all of the district, or what a house needs to take reports."""
    if city.story:
        return STEPS
    return [
        ("making keys", _keys),
        ("loading the units", partial(_units, city=city)),
        ("loading the calendar", _calendar),
        ("loading the staff", partial(_staff, city=city)),
        ("loading subjects, routes and time limits", _subjects),
        ("describing the data of the house", _datasets),
    ]


def story_end(at: datetime) -> datetime:
    """Where the story of the sample house ends, seen from `at`: the last moment of work."""
    return last_working_moment(at, official_calendar())
