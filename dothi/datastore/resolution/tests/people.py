"""An invented town with its truth: households, and what two lists made of the same people.

All is drawn from one seed. The shares of family names follow the known order of the country
(Nguyễn some three in ten); given names fall off as ranks do. Faults are those that lists of wards
show: lost marks, shortened and turned names, swapped days, only a year, missing and old numbers.
"""

import random
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate

import pyarrow as pa

from dothi.lib import text_vi


def parts(text: str) -> tuple[str, ...]:
    return tuple(text.split("|") if "|" in text else text.split())


FAMILY_SHARES = {
    "Nguyễn": 31.5, "Trần": 10.9, "Lê": 8.9, "Phạm": 5.9, "Huỳnh": 4.6, "Võ": 3.7, "Phan": 3.3,
    "Trương": 2.3, "Bùi": 2.2, "Đặng": 2.1, "Đỗ": 2.0, "Ngô": 1.8, "Hồ": 1.7, "Dương": 1.5,
    "Đinh": 1.2, "Lý": 1.1, "Vũ": 1.6, "Hoàng": 1.4, "Lâm": 1.1, "Mai": 0.9, "Trịnh": 0.8,
    "Đoàn": 0.8, "Lương": 0.8, "Đào": 0.6, "Cao": 0.6, "Tô": 0.5, "Hà": 0.5, "Thái": 0.5,
    "Tạ": 0.5, "Lưu": 0.5, "Châu": 0.5, "Quách": 0.4, "Vương": 0.4, "Tăng": 0.4, "Phùng": 0.4,
    "Kiều": 0.3, "Từ": 0.3, "Mạc": 0.2, "Thạch": 0.2, "La": 0.2,
}  # fmt: skip
MEN = parts(
    "Minh Hùng Dũng Tuấn Anh Hải Long Nam Phong Quân Sơn Thành Tâm Trung Việt Hoàng Khoa Phúc "
    "Bảo Huy Khang Đức Đạt Thắng Cường Vinh Phát Lộc Tài Tân Toàn Quang Quốc Bình Hòa Hiếu "
    "Nghĩa Nhân Kiên Kiệt Khánh An Ân Tiến Trí Tú Tùng Thịnh Thiện Hưng Hậu Hào Luân Lâm Duy "
    "Danh Đăng Điền Giang Hiển Khải Khôi Lợi Mạnh Năm Nguyên Nhật Phi Phước Sang Sĩ Tấn Thái "
    "Thanh Thông Thuận Triết Trường Tường Văn Vũ Vương Xuân Ba Tư Sáu Út"
)
WOMEN = parts(
    "Lan Hoa Hồng Mai Hương Thảo Linh Trang Ngọc Hà Thu Thủy Nga Phương Anh Vy Nhi Trâm Hằng "
    "Hạnh Loan Yến Oanh Dung Nhung Tuyết Thanh Tâm Kim Cúc Liên Huệ Đào Bích Châu Diễm Diệp "
    "Duyên Giang Hân Hiền Hòa Hoà Khánh Lệ Liễu Ly My Mỹ Ngân Nguyệt Nhàn Như Phượng Quyên "
    "Quỳnh Sương Tiên Thắm Thơ Thúy Thư Thùy Trinh Trúc Tú Tuyền Uyên Vân Xuân Ý An Ân Ánh Ba "
    "Bảy Sáu Út Chi Đan Hậu Lành Mận Nữ Phụng Sen Sự Tám Tư Vui"
)
MEN_MIDDLES = parts(
    "Văn Văn Văn Văn Hữu Đức Quốc Minh Thanh Công Ngọc Hoàng Gia Anh Xuân Đình Thành Trung "
    "Tuấn Hoài Bảo Nhật Thiên Duy Khắc Phước Tấn Chí Trọng Quang"
)
WOMEN_MIDDLES = parts(
    "Thị Thị Thị Thị Thị Ngọc Thanh Thu Kim Mỹ Bích Hồng Minh Phương Thùy Diễm Tuyết Hoàng "
    "Bảo Khánh Gia Ngọc Ánh Quỳnh Xuân Cẩm Lan Như Trúc Yến"
)
STREETS = parts(
    "Lê Đại Hành|Lạc Long Quân|Minh Phụng|Bình Thới|Hòa Bình|Ông Ích Khiêm|Lãnh Binh Thăng|"
    "3 Tháng 2|Lý Thường Kiệt|Nguyễn Thị Nhỏ|Tôn Thất Hiệp|Dương Đình Nghệ|Âu Cơ|Phó Cơ Điều|"
    "Tạ Uyên|Hàn Hải Nguyên|Đội Cung|Tuệ Tĩnh|Thuận Kiều|Xóm Đất|Lò Siêu|Khuông Việt|"
    "Trịnh Đình Trọng|Nguyễn Chí Thanh|Tân Phước|Trần Quý|Dương Tử Giang|Hà Tôn Quyền|"
    "Vĩnh Viễn|Cư xá Bình Thới|Cư xá Lữ Gia|Nguyễn Văn Phú|Đào Nguyên Phổ"
)
# Old wards of the town and what each is called since 2025-07-01.
WARDS = {
    "1": "Minh Phụng", "7": "Minh Phụng", "16": "Minh Phụng", "3": "Bình Thới", "10": "Bình Thới",
    "8": "Bình Thới", "5": "Hòa Bình", "14": "Hòa Bình", "11": "Phú Thọ", "15": "Phú Thọ",
}  # fmt: skip
NEW_WARDS = {text_vi.fold(old): text_vi.fold(new) for old, new in WARDS.items()}
LAST_BIRTH = date(2026, 6, 1)
Slips = Callable[[float], bool]
BIRTH_ORDERS = ("Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Út")


@dataclass(frozen=True, kw_only=True)
class Person:
    """One invented person: the truth."""

    number: int
    household: int
    family: str
    middle: str
    given: str
    female: bool
    born_on: date
    citizen_id: str
    old_id: str
    phone: str
    nickname: str
    house: str
    street: str
    old_ward: str

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.family, self.middle, self.given) if part)


class _Drawer:
    """Draws words by their shares, quickly."""

    def __init__(self, words: Sequence[str], shares: Sequence[float]) -> None:
        self.words = words
        self.sums = list(accumulate(shares))

    def draw(self, rng: random.Random) -> str:
        return self.words[bisect(self.sums, rng.random() * self.sums[-1])]


def _by_rank(words: Sequence[str]) -> _Drawer:
    return _Drawer(words, [1 / (rank + 12) for rank in range(len(words))])


_families = _Drawer(list(FAMILY_SHARES), list(FAMILY_SHARES.values()))
_given = {False: _by_rank(MEN), True: _by_rank(WOMEN)}
_middles = {False: _by_rank(MEN_MIDDLES), True: _by_rank(WOMEN_MIDDLES)}


def town(persons: int, *, seed: int) -> Iterator[Person]:
    """Yield that many persons, household by household."""
    rng = random.Random(seed)
    number, household = 0, 0
    while number < persons:
        household += 1
        for person in _household(household, number, rng)[: persons - number]:
            yield person
            number += 1


def _household(household: int, number: int, rng: random.Random) -> list[Person]:
    house = _house(rng)
    street, ward = rng.choice(STREETS), rng.choice(list(WARDS))
    family = _families.draw(rng)
    head_born = date(1940, 1, 1) + timedelta(days=rng.randrange(365 * 62))
    people: list[Person] = []

    def join(
        family: str, female: bool, born_on: date, phone: str = "", middle: str = "", given: str = ""
    ) -> None:
        people.append(
            _person(
                rng, number=number + len(people), household=household, family=family, female=female,
                born_on=born_on, phone=phone or _phone(rng), house=house, street=street,
                old_ward=ward, middle=middle, given=given,
            )
        )  # fmt: skip

    join(family, rng.random() < 0.25, head_born)
    if rng.random() < 0.7:
        join(
            _families.draw(rng), not people[0].female,
            head_born + timedelta(days=int(rng.gauss(900, 1200))),
        )  # fmt: skip
        born_on = max(p.born_on for p in people) + timedelta(days=8000 + rng.randrange(4000))
        middle = ""
        for _ in range(rng.choice((0, 1, 1, 2, 2, 3))):
            female = rng.random() < 0.49
            middle = middle if rng.random() < 0.4 else _middle(female, rng)
            child_phone = people[0].phone if rng.random() < 0.5 else ""
            if born_on > LAST_BIRTH:
                break
            join(family, female, born_on, child_phone, middle)
            twin = rng.random() < 0.012
            born_on += timedelta(days=0 if twin else 400 + rng.randrange(1500))
    return people


def _person(
    rng: random.Random, *, number: int, household: int, family: str, female: bool, born_on: date,
    phone: str, house: str, street: str, old_ward: str, middle: str, given: str,
) -> Person:  # fmt: skip
    return Person(
        number=number,
        household=household,
        family=family,
        middle=middle or _middle(female, rng),
        given=given or _given[female].draw(rng),
        female=female,
        born_on=born_on,
        citizen_id=_citizen_id(born_on, female, rng),
        old_id=f"02{rng.randrange(10**7):07d}",
        phone=phone,
        nickname=rng.choice(BIRTH_ORDERS),
        house=house,
        street=street,
        old_ward=old_ward,
    )


def _middle(female: bool, rng: random.Random) -> str:
    if rng.random() < 0.06:
        return ""
    words = _middles[female].draw(rng)
    if female and words != "Thị" and rng.random() < 0.15:
        return f"Thị {words}"
    return words


def _citizen_id(born_on: date, female: bool, rng: random.Random) -> str:
    province = "079" if rng.random() < 0.7 else f"{rng.randrange(1, 97):03d}"
    mark = 2 * (born_on.year // 100 - 19) + female
    return f"{province}{mark}{born_on.year % 100:02d}{rng.randrange(10**6):06d}"


def _phone(rng: random.Random) -> str:
    prefix = rng.choice(("090", "091", "093", "097", "098", "070", "077", "038", "035", "086"))
    return f"{prefix}{rng.randrange(10**7):07d}"


def _house(rng: random.Random) -> str:
    house = str(rng.randrange(1, 600))
    while rng.random() < 0.45:
        house += f"/{rng.randrange(1, 60)}"
    return house + (rng.choice("ABC") if rng.random() < 0.12 else "")


# --- What a list makes of a person ----------------------------------------------------------------


def write_down(person: Person, rng: random.Random, *, care: float) -> dict[str, str]:
    """One line of a list. `care` 1 writes everything well, 0 is the list of a busy ward."""

    def slips(share: float) -> bool:
        return rng.random() < share * (1 - care)

    return {
        "full_name": _written_name(person, rng, slips),
        "birth": _written_birth(person.born_on, rng, slips),
        "sex": "" if slips(0.08) else ("Nữ" if person.female != slips(0.01) else "Nam"),
        "citizen_id": _written_id(person, rng, slips),
        "phone": _written_phone(person, rng, slips),
        "address": _written_address(person, rng, slips),
    }


def _written_name(person: Person, rng: random.Random, slips: Slips) -> str:
    if slips(0.004):
        return f"{'bà' if person.female else 'ông'} {person.nickname}"
    family, middle, given = person.family, person.middle, person.given
    if slips(0.04):
        given = mistyped(given, rng)
    if slips(0.02):
        middle = mistyped(middle, rng)
    if slips(0.07):
        middle = ""
    if slips(0.03):
        middle = " ".join(f"{word[0]}." for word in middle.split())
        family = f"{family[0]}."
    elif slips(0.03):
        family = {"Nguyễn": "Ng.", "Trần": "Tr.", "Phạm": "Ph."}.get(family, family)
    parts = [family, middle, given]
    if slips(0.03):
        parts = [given, middle, family]
    name = " ".join(part for part in parts if part)
    if slips(0.3):
        name = text_vi.fold(name).title()
    if slips(0.25):
        name = name.upper()
    if slips(0.02):
        name += f" ({person.nickname})"
    return name


def mistyped(word: str, rng: random.Random) -> str:
    if len(word) < 2:
        return word
    place = rng.randrange(len(word) - 1)
    kind = rng.randrange(3)
    if kind == 0:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if kind == 1:
        return word[:place] + word[place + 1 :]
    return word[:place] + rng.choice("aeinhgtcu") + word[place + 1 :]


def _written_birth(born_on: date, rng: random.Random, slips: Slips) -> str:
    if slips(0.05):
        return ""
    if slips(0.08):
        return str(born_on.year)
    if slips(0.05):
        return f"{born_on.month:02d}/{born_on.day:02d}/{born_on.year}"
    if slips(0.03):
        wrong = min(max(born_on.day + rng.choice((-10, -1, 1, 10)), 1), 28)
        return f"{wrong:02d}/{born_on.month:02d}/{born_on.year}"
    if slips(0.01):
        return f"{born_on:%d/%m}/{born_on.year + rng.choice((-10, -1, 1, 10))}"
    if slips(0.3):
        return f"{born_on.day}-{born_on.month}-{born_on.year}"
    return f"{born_on:%d/%m/%Y}"


def _written_id(person: Person, rng: random.Random, slips: Slips) -> str:
    if slips(0.35):
        return ""
    number = person.old_id if slips(0.12) else person.citizen_id
    if slips(0.03):
        place = rng.randrange(len(number) - 1)
        swapped = number[place + 1] + number[place]
        return (
            number[:place]
            + (swapped if rng.random() < 0.5 else f"{rng.randrange(100):02d}")
            + (number[place + 2 :])
        )
    return number


def _written_phone(person: Person, rng: random.Random, slips: Slips) -> str:
    if slips(0.3):
        return ""
    number = _phone(rng) if slips(0.15) else person.phone
    if slips(0.02):
        number = number[:-1] + str(rng.randrange(10))
    if slips(0.3):
        return f"+84 {number[1:4]} {number[4:7]} {number[7:]}"
    return number


def _written_address(person: Person, rng: random.Random, slips: Slips) -> str:
    if slips(0.05):
        return ""
    if slips(0.15):
        person = replace(
            person, house=_house(rng), street=rng.choice(STREETS), old_ward=rng.choice(list(WARDS))
        )
    house, street = person.house, person.street
    if slips(0.06):
        house = ""
    elif slips(0.15):
        house = house.replace("/", " xẹt ", 1)
    if slips(0.3):
        street = f"đường {street}"
    ward = (
        f"phường {WARDS[person.old_ward]}"
        if rng.random() < 0.5
        else rng.choice((f"P.{person.old_ward}, Q.11", f"Phường {person.old_ward}, Quận 11"))
    )
    text = f"{house} {street}".strip() + f", {ward}"
    return text_vi.fold(text) if slips(0.2) else text


COLUMNS = ("key", "full_name", "birth", "sex", "citizen_id", "phone", "address")
TRUTH = "person"


def lists(
    persons: int, *, seed: int, share: float = 0.45, twice: float = 0.05
) -> tuple[pa.Table, pa.Table]:
    """The town as two lists: the register (everybody once, kept well) and a list kept by hand.

    The second holds `share` of the people, `twice` of these two times. Both carry the column
    `person`: the truth.
    """
    rng = random.Random(seed + 1)
    register: list[dict[str, str]] = []
    by_hand: list[dict[str, str]] = []
    for person in town(persons, seed=seed):
        truth = str(person.number)
        line = write_down(person, rng, care=0.8)
        register.append({"key": f"r{len(register)}", TRUTH: truth, **line})
        if rng.random() < share:
            for _ in range(2 if rng.random() < twice else 1):
                line = write_down(person, rng, care=0.0)
                by_hand.append({"key": f"h{len(by_hand)}", TRUTH: truth, **line})
    rng.shuffle(by_hand)
    return pa.Table.from_pylist(register), pa.Table.from_pylist(by_hand)
