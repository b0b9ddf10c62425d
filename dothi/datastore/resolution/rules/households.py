"""Households: who heads them, who belongs to them, where they live, their old book's number."""

import re

from dothi.datastore.resolution.choices import Kind
from dothi.datastore.resolution.rules.model import Comparison, Level, Model, Row, Wards
from dothi.datastore.resolution.rules.persons import contact, place
from dothi.lib import names_vi, text_vi

COLUMNS = (
    "head", "head_family", "members", "second", "book", "phone", "house", "street", "ward", "spot",
)  # fmt: skip
# Members stand in one cell, parted so; each may be followed by "(vợ)", "- con" and the like.
_PARTS = re.compile(r"[;,\n|]|\s\+\s")
_RELATION = re.compile(r"\s*(?:\(.*?\)|[-–:]\s*(?:vợ|chồng|con|cháu|cha|mẹ|ông|bà|chủ hộ).*)$")


def prepare(row: Row, wards: Wards) -> tuple[str | None, ...]:
    """The columns of one row; None where it says nothing. Members are sorted folded names."""
    head = names_vi.parse(row.get("head", ""))
    names = {head.plain, *members(row.get("members", ""))} - {""}
    others = sorted(names - {head.plain})
    book = re.sub(r"\W", "", text_vi.fold(row.get("book", "")))
    return (
        head.plain or None,
        names_vi.family_key(head.family) or None,
        "|".join(sorted(names)) or None,
        others[0] if others else None,
        book or None,
        text_vi.phone(row.get("phone", "")),
        *place(row.get("address", ""), wards),
    )


def members(text: str) -> set[str]:
    """The folded names in a cell of members, relations left out."""
    parts = (_RELATION.sub("", part.strip()) for part in _PARTS.split(text_vi.tidy(text)))
    return {names_vi.parse(part).plain for part in parts if part} - {""}


def _shared(at_least: int) -> str:
    both = "len(list_intersect(split(members_l, '|'), split(members_r, '|')))"
    return f"{both} >= {at_least}"


MEMBERS = Comparison(
    code="members",
    missing="members_l is null or members_r is null",
    levels=(
        Level(code="all", when=f"members_l = members_r and {_shared(2)}", m=0.35, u=1e-6),
        Level(code="three", when=_shared(3), m=0.25, u=1e-6),
        Level(code="two", when=_shared(2), m=0.2, u=1e-5),
        Level(code="head", when="head_l = head_r", m=0.1, u=1e-4, rarity_of="head"),
        Level(code="one", when=_shared(1), m=0.05, u=2e-3),
    ),
    otherwise=0.05,
)
BOOK = Comparison(
    code="book",
    missing="book_l is null or book_r is null",
    levels=(Level(code="exact", when="book_l = book_r", m=0.95, u=1e-6, known=True),),
    otherwise=0.05,
)
PLACE = contact(both=0.35, address=0.35, rarely=4e-5)
HOUSEHOLDS = Model(
    kind=Kind.HOUSEHOLD,
    roles=("head", "members", "book", "phone", "address"),
    columns=COLUMNS,
    prepare=prepare,
    comparisons=(MEMBERS, BOOK, PLACE),
    blocks=(("book",), ("spot",), ("head", "ward"), ("phone",), ("members",), ("second", "head")),
    shared_at_most={"book": 20, "phone": 60},
    sure=(("book",), ("head", "spot")),
    sure_share=0.8,
    learn_on=(("spot",),),
    link_at=1.0,
    review_at=-4.0,
)
