"""Households, businesses and addresses of the invented town, on two lists each, with their truth.

The register is kept with care, the list of a ward is not. Faults are drawn from shares that we
chose, like those of `people`: real lists will differ.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby

import pyarrow as pa

from dothi.datastore.resolution.tests import people
from dothi.datastore.resolution.tests.people import Person
from dothi.lib import text_vi

TRUTH = "truth"
Line = dict[str, str]
Thing = tuple[str, Callable[[random.Random, float], Line]]
SHARE, TWICE = 0.5, 0.05


def two_lists(things: Iterator[Thing], *, seed: int) -> tuple[pa.Table, pa.Table]:
    """The register holds everything once, the list of the ward half of it, some twice."""
    rng = random.Random(seed)
    register: list[Line] = []
    by_hand: list[Line] = []
    for truth, write in things:
        register.append({"key": f"r{len(register)}", TRUTH: truth, **write(rng, 0.8)})
        if rng.random() < SHARE:
            for _ in range(2 if rng.random() < TWICE else 1):
                by_hand.append({"key": f"h{len(by_hand)}", TRUTH: truth, **write(rng, 0.0)})
    rng.shuffle(by_hand)
    return pa.Table.from_pylist(register), pa.Table.from_pylist(by_hand)


def _slips(rng: random.Random, share: float, care: float) -> bool:
    return rng.random() < share * (1 - care)


# --- Households -----------------------------------------------------------------------------------


def households(count: int, *, seed: int) -> tuple[pa.Table, pa.Table]:
    return two_lists(_households(count, seed), seed=seed + 1)


def _households(count: int, seed: int) -> Iterator[Thing]:
    rng = random.Random(seed)
    grouped = groupby(people.town(count * 4, seed=seed), key=lambda one: one.household)
    for number, (household, members) in enumerate(grouped):
        if number == count:
            return
        book = f"{rng.randrange(10**9):09d}"
        yield str(household), _household(list(members), book)


def _household(members: list[Person], book: str) -> Callable[[random.Random, float], Line]:
    def write(rng: random.Random, care: float) -> Line:
        listed = [*members]
        if len(listed) > 1 and _slips(rng, 0.1, care):
            listed[0], listed[1] = listed[1], listed[0]  # Another one signed.
        head = listed[0]
        if len(listed) > 1 and _slips(rng, 0.25, care):
            listed.pop()  # Somebody left, or was not named.
        said = people.write_down(head, rng, care=care)
        names = [people.write_down(one, rng, care=care)["full_name"] for one in listed[1:]]
        return {
            "head": said["full_name"],
            "members": "" if _slips(rng, 0.2, care) else "; ".join(names),
            "book": "" if _slips(rng, 0.5, care) else book,
            "phone": said["phone"],
            "address": said["address"],
        }

    return write


# --- Businesses -----------------------------------------------------------------------------------

FORMS = (
    ("CÔNG TY TNHH", "Cty TNHH", "Công ty Trách nhiệm hữu hạn"),
    ("CÔNG TY TNHH MỘT THÀNH VIÊN", "Cty TNHH MTV", "Công ty TNHH 1TV"),
    ("CÔNG TY CỔ PHẦN", "Cty CP", "CTCP"),
    ("DOANH NGHIỆP TƯ NHÂN", "DNTN", "DNTN"),
    ("HỘ KINH DOANH", "HKD", "Hộ KD"),
)
TRADES = (
    ("THƯƠNG MẠI DỊCH VỤ", "TM DV"), ("XÂY DỰNG", "XD"), ("SẢN XUẤT THƯƠNG MẠI", "SX TM"),
    ("ĐẦU TƯ", "ĐT"), ("", ""), ("", ""),
)  # fmt: skip
FIRST = [
    "An",
    "Bảo",
    "Đại",
    "Gia",
    "Hoàng",
    "Hưng",
    "Kim",
    "Minh",
    "Nam",
    "Ngọc",
    "Phú",
    "Tân",
    "Thiên",
    "Thịnh",
    "Trường",
    "Việt",
    "Vĩnh",
]
SECOND = [
    "Phát",
    "Lộc",
    "Thành",
    "Long",
    "Hưng",
    "Khang",
    "Phong",
    "Sơn",
    "Tiến",
    "Vinh",
    "Cường",
    "Hòa",
    "Đạt",
    "Hải",
    "Lợi",
    "Quang",
]


def businesses(count: int, *, seed: int) -> tuple[pa.Table, pa.Table]:
    return two_lists(_businesses(count, seed), seed=seed + 1)


def _businesses(count: int, seed: int) -> Iterator[Thing]:
    rng = random.Random(seed)
    owners = people.town(count, seed=seed + 2)
    for number, owner in enumerate(owners):
        proper = f"{rng.choice(FIRST)} {rng.choice(SECOND)}"
        if rng.random() < 0.5:
            proper += f" {rng.choice(SECOND)}"
        form, trade, code = rng.choice(FORMS), rng.choice(TRADES), tax_code(rng)
        # Each has a place of its own: who shares a home with its owner is another one.
        home = replace(owner, house=str(rng.randrange(1, 900)), street=rng.choice(people.STREETS))
        yield f"{number}", _business(home, form, trade, proper, code)


def tax_code(rng: random.Random) -> str:
    """Ten digits whose last one is right."""
    weights = (31, 29, 23, 19, 17, 13, 7, 5, 3)
    while True:
        digits = [0, 3, *(rng.randrange(10) for _ in range(7))]
        check = 10 - sum(d * w for d, w in zip(digits, weights, strict=True)) % 11
        if check < 10:
            return "".join(map(str, [*digits, check]))


def _business(
    owner: Person, form: tuple[str, ...], trade: tuple[str, str], proper: str, code: str
) -> Callable[[random.Random, float], Line]:
    def write(rng: random.Random, care: float) -> Line:
        words = proper
        if _slips(rng, 0.06, care):
            words = people.mistyped(words, rng)
        short = rng.random() < 0.5 * (1 - care) + 0.1
        parts = [form[rng.choice((1, 2))] if short else form[0], trade[short], words]
        if _slips(rng, 0.12, care):
            parts = [parts[0], parts[2]]  # The trade left out.
        name = " ".join(part for part in parts if part)
        if _slips(rng, 0.25, care):
            name = text_vi.fold(name).title()
        said = people.write_down(owner, rng, care=care)
        given = "" if _slips(rng, 0.4, care) else code
        if given and _slips(rng, 0.03, care):
            given = given[:4] + str(rng.randrange(10)) + given[5:]
        return {
            "name": name,
            "tax_code": given,
            "phone": said["phone"],
            "address": said["address"],
        }

    return write


# --- Addresses ------------------------------------------------------------------------------------


def addresses(count: int, *, seed: int) -> tuple[pa.Table, pa.Table]:
    return two_lists(_addresses(count, seed), seed=seed + 1)


def _addresses(count: int, seed: int) -> Iterator[Thing]:
    """Places that a full address tells apart, each once."""
    seen: set[tuple[str, str, str]] = set()
    for one in people.town(count * 6, seed=seed):
        place = (one.house, one.street, people.WARDS[one.old_ward])
        if place not in seen:
            seen.add(place)
            yield "|".join(place), _address(one)
        if len(seen) == count:
            return


def _address(person: Person) -> Callable[[random.Random, float], Line]:
    def write(rng: random.Random, care: float) -> Line:
        house, street = person.house, person.street
        if _slips(rng, 0.2, care):
            house = house.replace("/", " xẹt ", 1)
        elif _slips(rng, 0.15, care):
            house = f"số {house}"
        if _slips(rng, 0.06, care):
            street = people.mistyped(street, rng)
        if _slips(rng, 0.4, care):
            street = f"đường {street}"
        ward = rng.choice(
            (f"phường {people.WARDS[person.old_ward]}", f"P.{person.old_ward}, Q.11",
             f"Phường {person.old_ward}, Quận 11")
        )  # fmt: skip
        parts = [f"{house} {street}", "" if _slips(rng, 0.08, care) else ward]
        text = ", ".join(part for part in parts if part)
        return {"address": text_vi.fold(text) if _slips(rng, 0.25, care) else text}

    return write
