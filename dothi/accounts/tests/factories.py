"""Small, named builders of people. Each fills in what a test does not care about."""

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import make_password

from dothi.accounts import rules, services
from dothi.accounts.choices import Level, Role
from dothi.accounts.models import Post, User
from dothi.units.choices import Kind
from dothi.units.models import Unit

CITY = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY_9AM = datetime(2026, 3, 2, 9, tzinfo=CITY)
MONDAY = MONDAY_9AM.date()
SINCE = date(2025, 7, 1)
PASSWORD = "ghe-da-cong-vien-19"


@cache
def hashed() -> str:
    """The password as it is kept, made once a process: it is slow by intent."""
    return make_password(PASSWORD)


def make_root(code: str = "Q11") -> Unit:
    return Unit.objects.create(
        code=code, name_vi="Địa bàn Quận 11", kind=Kind.AREA, valid_from=date(1976, 7, 1)
    )


def make_ward(code: str = "27238", *, under: Unit | None = None, kind: Kind = Kind.WARD) -> Unit:
    return Unit.objects.create(
        code=code, name_vi=f"Phường {code}", kind=kind, parent=under, valid_from=SINCE
    )


def make_officer(
    username: str = "lan",
    *,
    unit: Unit,
    role: Role = Role.SPECIALIST,
    mfa: bool = True,
    full_name: str = "",
    since: date = SINCE,
    at: datetime = MONDAY_9AM,
) -> User:
    """A member of staff with one post; with `mfa` an authenticator app is set up."""
    user = services.create_staff(
        username=username,
        full_name=full_name or f"Nguyễn Thị {username.title()}",
        email=f"{username}@staff.example",
        at=at,
        by="system",
    )
    user.password = hashed()
    user.save(update_fields=["password"])
    services.appoint(user=user, unit=unit, role=role, valid_from=since, at=at, by="system")
    if mfa:
        add_totp(user)
    return user


def add_totp(user: User) -> Authenticator:
    device: Authenticator = TOTP.activate(user, rules.demo_seed(user.username)).instance
    return device


def make_citizen(
    username: str = "cd-1",
    *,
    level: Level = Level.CONTACT,
    email: str = "",
    full_name: str = "Lê Văn Dân",
    at: datetime = MONDAY_9AM,
) -> User:
    """A person without a post; the address is confirmed from the level `contact` on."""
    user = User(username=username, email=email or f"{username}@citizen.example")
    user.full_name, user.date_joined = full_name, at
    user.password = hashed()
    user.save()
    EmailAddress.objects.create(
        user=user, email=user.email, primary=True, verified=level != Level.NONE
    )
    services.reach_level(user=user, level=level, at=at, by=user.actor)
    return user


def post_of(user: User) -> Post:
    return user.posts.select_related("unit", "user").get()
