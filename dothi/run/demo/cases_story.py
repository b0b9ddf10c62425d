"""Two months of dossiers in the sample district, written by the verbs that people use.

Every status occurs: what was sent in today, a birth registered the same day, a building permit that
waited for papers and was put off, some that are late, a visit that brought three at once.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from dothi.accounts.choices import Role
from dothi.accounts.models import Post, User, in_force
from dothi.cases import services
from dothi.cases.choices import Delivery, FeeType, Origin
from dothi.cases.models import Dossier
from dothi.cases.services import Application, Asked, Given, Person, Refused
from dothi.core.clock import local
from dothi.core.workdays.selectors import official_calendar
from dothi.procedures import selectors as procedures
from dothi.procedures.choices import Way
from dothi.procedures.rules.conditions import holds
from dothi.units import selectors as units
from dothi.units.models import Unit

# Identifiers of agencies as the national list forms them; these are of the sample only.
AGENCIES = {
    "27238": "38.98.H29",
    "27232": "38.97.H29",
    "27211": "38.96.H29",
    "27226": "38.95.H29",
}
BIRTH, DEATH, SINGLE, STAY, SHOP, PERMIT = (
    "1.001193", "1.000656", "1.004873", "1.004194", "1.001612", "1.013225",
)  # fmt: skip
NAMES = (
    "Nguyễn Thị Lành", "Trần Văn Bảy", "Lê Hoàng Phúc", "Phạm Thị Ngà", "Võ Minh Trí",
    "Đặng Thị Hiền", "Bùi Quang Khải", "Huỳnh Thị Mười", "Dương Ngọc Diệp", "Lý Văn Thuận",
)  # fmt: skip
STREETS = ("Lạc Long Quân", "Bình Thới", "Minh Phụng", "Lý Nam Đế", "Hòa Bình", "Ông Ích Khiêm")


def agencies(at: datetime) -> None:
    """The four wards receive dossiers, from their first day on."""
    for code, identifier in AGENCIES.items():
        unit = units.unit_of(code, on=local(at).date())
        services.set_agency(
            unit=unit, code=identifier, valid_from=date(2025, 7, 1), by="system", at=at,
            name_vi=f"Ủy ban nhân dân {unit.name_vi}",
            name_en=f"People's Committee of {unit.name_en}",
            place=unit.name_vi.removeprefix("Phường ").strip(),
            address="Địa chỉ mẫu", phone="028 0000 0000",
        )  # fmt: skip


# --- Who comes, and with what --------------------------------------------------------------------


def somebody(chance: random.Random) -> Person:
    """Nobody: a name, a number and a telephone that are made up."""
    female = chance.random() < 0.5
    return Person(
        name=chance.choice(NAMES),
        citizen_id=f"079{int(female)}{chance.randint(60, 99)}{chance.randint(0, 999_999):06}",
        phone=f"090{chance.randint(1_000_000, 9_999_999)}",
        address=f"{chance.randint(2, 400)} {chance.choice(STREETS)}",
        female=female,
    )


def answers_of(procedure: str, person: Person, day: date, chance: random.Random) -> dict[str, Any]:
    """The form as somebody would fill it in."""
    common = {
        "full_name": person.name, "citizen_id": person.citizen_id, "phone": person.phone,
        "address": person.address,
    }  # fmt: skip
    special: dict[str, dict[str, Any]] = {
        BIRTH: {
            "relation": "parent", "child_name": f"{person.name.split()[0]} Gia An",
            "child_sex": chance.choice(("male", "female")), "born_at": "Bệnh viện mẫu",
            "born_on": (day - timedelta(days=9)).isoformat(), "ethnicity": "Kinh",
            "hometown": "Thành phố Hồ Chí Minh", "married": True,
            "parents": [{"role": "mother", "name": "Trần Thị Mẫu", "birth_year": 1994}],
        },
        DEATH: {
            "relation": "relative", "dead_name": "Nguyễn Văn Mẫu", "died_at": "Nhà riêng",
            "died_on": (day - timedelta(days=3)).isoformat(),
        },
        SINGLE: {"purpose": "other", "was_married": False, "verify": False},
        STAY: {"dwelling": person.address, "owner": "own"},
        SHOP: {
            "shop_name": "Tạp hóa mẫu", "shop_address": person.address, "trade": "Bán lẻ",
            "capital": 50_000_000, "by_family": False,
        },
        PERMIT: {
            "kind": "house", "site": person.address, "area": 64, "floors": 3,
            "shares_wall": False,
        },
    }  # fmt: skip
    return common | special[procedure]


def application(
    procedure: str, unit: Unit, person: Person, day: date, chance: random.Random
) -> Application | None:
    """What is handed in, with every paper that the answers ask for."""
    version = procedures.version_of(procedure, on=day)
    if version is None:
        return None
    definition = procedures.content_of(version.pk)
    known = {one.code for one in definition.form.fields}
    said = answers_of(procedure, person, day, chance)
    answers = {code: value for code, value in said.items() if code in known}
    asked = [one for one in definition.papers if holds(one.when, answers)]
    return Application(
        procedure=procedure,
        unit=unit,
        applicant=person,
        answers=answers,
        papers=[Given(code=one.code) for one in asked],
        delivery=chance.choice((Delivery.COUNTER, Delivery.COUNTER, Delivery.ELECTRONIC)),
    )


# --- What becomes of it --------------------------------------------------------------------------


@dataclass(kw_only=True)
class Course:
    """One dossier on its way, and the moment that it has come to."""

    dossier: Dossier
    at: datetime
    until: datetime
    chance: random.Random
    over: bool = field(default=False)

    def later(self, hours: float) -> bool:
        """Go on by some working hours; False when that would be after the story's end."""
        moved = working(self.at + timedelta(hours=hours))
        if moved >= self.until:
            self.over = True
            return False
        self.at = moved
        return True

    def whoever(self) -> User | None:
        return somebody_at(self.dossier.handling_unit_id, self.dossier.handling_role, self.at)

    def counter(self) -> User:
        found = somebody_at(self.dossier.receiving_unit_id, Role.COUNTER, self.at)
        assert found is not None
        return found


_people: dict[tuple[int, str], User | None] = {}


def somebody_at(unit_id: int, role: str, at: datetime) -> User | None:
    """Who holds a post; the story asks for the same few again and again."""
    key = (unit_id, str(role))
    if key not in _people:
        posts = Post.objects.filter(in_force(local(at).date()), unit=unit_id, role=role)
        post = posts.select_related("user").order_by("id").first()
        _people[key] = post.user if post else None
    return _people[key]


def working(moment: datetime) -> datetime:
    """The same hour on the next day of work, pressed into the hours of the office."""
    here = local(moment)
    if here.hour >= 16:
        here = (here + timedelta(days=1)).replace(hour=8, minute=here.minute)
    if here.hour < 8:
        here = here.replace(hour=8)
    while not official_calendar().is_working_day(here.date()):
        here += timedelta(days=1)
    return here


def receive(course: Course) -> None:
    if course.dossier.received_at is None and course.later(1):
        services.receive(dossier=course.dossier, by=course.counter(), at=course.at)


def begin(course: Course) -> None:
    officer = course.whoever()
    if officer is not None and course.later(1):
        services.begin(dossier=course.dossier, by=officer, at=course.at)


def ask(course: Course) -> None:
    officer = course.whoever()
    if officer is not None and course.later(4):
        services.ask(
            dossier=course.dossier, by=officer, at=course.at,
            what="Bổ sung bản vẽ móng có chữ ký của đơn vị thiết kế.",
        )  # fmt: skip


def supply(course: Course) -> None:
    if course.later(48):
        services.supply(
            dossier=course.dossier, by=course.counter(), at=course.at, said="Đã bổ sung bản vẽ.",
            papers=[Given(code="other_1", name="Bản vẽ móng")],
        )  # fmt: skip


def charge(course: Course) -> None:
    officer = course.whoever()
    if officer is not None and course.later(6):
        services.charge(
            dossier=course.dossier, by=officer, at=course.at, reason="Nộp nghĩa vụ tài chính",
            duties=[
                Asked(name="Nghĩa vụ tài chính (mẫu)", amount=350_000, kind=FeeType.DUTY,
                      source="Thông báo mẫu")
            ],
        )  # fmt: skip


def extend(course: Course) -> None:
    leader = somebody_at(course.dossier.unit_id, Role.LEADER, course.at)
    if leader is not None and course.later(8):
        services.extend(
            dossier=course.dossier, amount=5, by=leader, at=course.at,
            reason="Cần thêm thời gian kiểm tra ranh thửa. Chúng tôi xin lỗi anh/chị.",
        )  # fmt: skip


def consult(course: Course) -> None:
    officer = course.whoever()
    if officer is None or not course.later(3):
        return
    other = next(code for code in AGENCIES if code != course.dossier.unit.code)
    on = local(course.at).date()
    services.consult(
        dossier=course.dossier, unit=units.unit_of(other, on=on), by=officer, at=course.at,
        question="Đề nghị cho ý kiến về ranh giới với phường bạn.",
        due_on=on + timedelta(days=7),
    )  # fmt: skip


def visit(course: Course) -> None:
    officer = course.whoever()
    if officer is not None and course.later(20):
        services.advance(dossier=course.dossier, outcome="visit", by=officer, at=course.at)


def check(course: Course) -> None:
    officer = course.whoever()
    hours = 1 if course.dossier.procedure in {BIRTH, DEATH} else 12
    if officer is not None and course.later(hours):
        services.advance(
            dossier=course.dossier, outcome="fits", by=officer, at=course.at, note="Đủ điều kiện."
        )


def sign(course: Course) -> None:
    leader = course.whoever()
    if leader is not None and course.later(3):
        services.approve(dossier=course.dossier, by=leader, at=course.at)


def give(course: Course) -> None:
    if course.later(5):
        services.give(dossier=course.dossier, by=course.counter(), at=course.at)


def rate(course: Course) -> None:
    if course.later(20):
        stars = course.chance.choice((5, 5, 4, 4, 2))
        services.rate(dossier=course.dossier, stars=stars, note="", at=course.at)


def refuse(course: Course) -> None:
    if course.later(2):
        services.refuse(
            dossier=course.dossier, by=course.counter(), at=course.at,
            reason="Hồ sơ không thuộc thẩm quyền của phường. Anh/chị nộp tại nơi cư trú.",
        )  # fmt: skip


def ask_first(course: Course) -> None:
    if course.later(2):
        services.ask(
            dossier=course.dossier, by=course.counter(), at=course.at,
            what="Thiếu giấy tờ theo danh mục. Anh/chị bổ sung giúp.",
        )  # fmt: skip


def withdraw(course: Course) -> None:
    if course.later(5):
        services.withdraw(
            dossier=course.dossier, by=course.counter(), at=course.at,
            reason="Người nộp xin rút để sửa tên cửa hàng.",
        )  # fmt: skip


def stop(course: Course) -> None:
    officer = course.whoever()
    if officer is not None and course.later(30):
        services.stop(
            dossier=course.dossier, by=officer, at=course.at,
            reason="Thửa đất đang có tranh chấp được thụ lý.",
        )  # fmt: skip


def dawdle(course: Course) -> None:
    """Nothing is done for a week: some of these are late."""
    course.later(24 * 7)


Act = Callable[[Course], None]
HANDLED: tuple[Act, ...] = (receive, begin)
ENDED: tuple[Act, ...] = (sign, give, rate)
# One life after the other, each told as often as it says; the days ago are those of its beginning.
LIVES: list[tuple[str, int, tuple[int, int], tuple[Act, ...]]] = [
    (BIRTH, 5, (4, 40), (*HANDLED, check, *ENDED)),
    (DEATH, 2, (5, 30), (*HANDLED, check, *ENDED)),
    (SINGLE, 4, (8, 35), (*HANDLED, check, *ENDED)),
    (STAY, 4, (8, 30), (*HANDLED, check, *ENDED)),
    (SHOP, 2, (8, 40), (*HANDLED, check, sign)),
    (SHOP, 2, (4, 9), (*HANDLED, check)),
    (STAY, 2, (3, 6), (*HANDLED, check)),
    (PERMIT, 1, (40, 50), (*HANDLED, ask, supply, extend, visit, check, *ENDED)),
    (PERMIT, 1, (20, 25), (*HANDLED, ask, supply, extend, visit, check)),
    (PERMIT, 2, (12, 20), (*HANDLED, consult, visit)),
    (PERMIT, 2, (6, 10), (*HANDLED, ask)),
    (PERMIT, 1, (6, 9), (*HANDLED, charge)),
    (PERMIT, 2, (34, 45), (*HANDLED, dawdle)),
    (PERMIT, 1, (15, 20), (*HANDLED, stop)),
    (STAY, 3, (8, 14), (*HANDLED, dawdle)),
    (SHOP, 2, (6, 12), (*HANDLED, withdraw)),
    (SINGLE, 2, (5, 12), (refuse,)),
    (SHOP, 1, (1, 3), (ask_first,)),
    (STAY, 4, (1, 2), (receive,)),
    (SINGLE, 3, (1, 2), HANDLED),
    (BIRTH, 3, (0, 0), ()),
    (STAY, 4, (0, 0), ()),
]


def tell(at: datetime, chance: random.Random) -> int:
    """Fill the weeks before `at`. Return how many dossiers there are."""
    _people.clear()
    wards = [units.unit_of(code, on=local(at).date()) for code in AGENCIES]
    begun: list[tuple[datetime, str, tuple[Act, ...], Unit]] = []
    for procedure, times, (least, most), life in LIVES:
        for number in range(times):
            day = local(at) - timedelta(days=chance.randint(least, most))
            moment = day.replace(hour=chance.randint(8, 10), minute=chance.randint(0, 59))
            start = working(moment) if most else at - timedelta(minutes=20 * (number + 1))
            begun.append((start, procedure, life, chance.choice(wards)))
    count = 0
    for start, procedure, life, ward in sorted(begun, key=lambda one: one[:2]):
        count += live(procedure, life, ward, start, at, chance)
    return count + together(wards[0], at, chance)


def live(
    procedure: str, life: tuple[Act, ...], ward: Unit, start: datetime, until: datetime,
    chance: random.Random,
) -> bool:  # fmt: skip
    """One dossier from when it came in to where the story leaves it."""
    if start >= until:
        return False
    person = somebody(chance)
    online = life[:1] != HANDLED[:1] or chance.random() < 0.6
    given = application(procedure, ward, person, local(start).date(), chance)
    if given is None:
        return False
    try:
        dossier = services.submit(
            application=given, origin=Origin.OWN if online else Origin.COUNTER, at=start,
            by="public" if online else (somebody_at(ward.pk, Role.COUNTER, start) or "system"),
            way=Way.ONLINE if online else Way.DIRECT,
        ).dossier  # fmt: skip
        course = Course(dossier=dossier, at=start, until=until, chance=chance)
        for act in life:
            act(course)
            if course.over:
                break
    except Refused:
        return False
    return True


def together(ward: Unit, at: datetime, chance: random.Random) -> int:
    """A visit of this morning: a birth, the residence of the child, a paper for the bank."""
    counter = somebody_at(ward.pk, Role.COUNTER, at)
    person = somebody(chance)
    entered = 0
    for number, procedure in enumerate((BIRTH, STAY, SINGLE)):
        moment = at - timedelta(minutes=30 - 5 * number)
        given = application(procedure, ward, person, local(at).date(), chance)
        if given is None or counter is None:
            continue
        services.enter(
            application=given, by=counter, at=moment, receiving_unit=ward, visit="b0d1c2d3e4f50617"
        )
        entered += 1
    return entered


def base(at: datetime) -> None:
    """The dossiers that every sample house of the district begins with."""
    from dothi.run.demo.base import chance, story_end

    tell(story_end(at), chance())
