"""What the table of golden records holds, who may see it, and which codes went where. Pure.

Nothing in it is guarded less than where it comes from: a column is classified as the strictest of
its sources, and the table is shared no wider than the strictest list.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from dothi.datastore.catalogue.choices import Classification, Share, Type
from dothi.datastore.resolution.choices import GoldenColumn, GoldenPart, Survivor

T = TypeVar("T", bound=Hashable)

ENTITY, FORMER = GoldenColumn.ENTITY.value, GoldenColumn.FORMER.value
RECORDS, SINCE = GoldenColumn.RECORDS.value, GoldenColumn.SINCE.value
BETWEEN = "; "  # Of former codes.
_CLASSES = tuple(Classification)
_SHARES = tuple(Share)


@dataclass(frozen=True, kw_only=True)
class Read:
    """A column of a list that a role is read from, with the column that tells its rows apart."""

    dataset: str
    column: str
    classification: Classification
    key: str
    key_classification: Classification


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the table: of a role the value itself (no part) or a part of its provenance;
    without a role what is said of the entity."""

    name: str
    type: Type
    classification: Classification
    role: str = ""
    part: GoldenPart | None = None
    allowed: tuple[str, ...] = ()


def beside(role: str, part: GoldenPart) -> str:
    """The column that says this of the value of a role."""
    return f"{role}_{part.value}"


def strictest(classes: Iterable[Classification]) -> Classification:
    return max(classes, key=_CLASSES.index)


def columns(reads: Mapping[str, Collection[Read]]) -> tuple[Column, ...]:
    """The columns for these roles, in their order.

    In which list and under which key somebody stands says something of them, so both are guarded
    as strictly as the value and the keys.
    """
    found = [
        Column(name=ENTITY, type=Type.TEXT, classification=Classification.PUBLIC),
        Column(name=FORMER, type=Type.TEXT, classification=Classification.PUBLIC),
        Column(name=RECORDS, type=Type.INTEGER, classification=Classification.PUBLIC),
        Column(name=SINCE, type=Type.MOMENT, classification=Classification.PUBLIC),
    ]
    for role, sources in reads.items():
        value = strictest(one.classification for one in sources)
        place = strictest([value, *(one.key_classification for one in sources)])
        guarded = {GoldenPart.LIST: place, GoldenPart.KEY: place}
        found.append(Column(name=role, type=Type.TEXT, classification=value, role=role))
        found += [
            Column(
                name=beside(role, part), type=Type.TEXT, role=role, part=part,
                classification=guarded.get(part, Classification.PUBLIC),
                allowed=tuple(Survivor) if part == GoldenPart.RULE else (),
            )
            for part in GoldenPart
        ]  # fmt: skip
    return tuple(found)


def shares_allowed(of_lists: Iterable[Share], *, personal: bool) -> tuple[Share, ...]:
    """The classes of sharing that are no wider than any list's, the widest first.

    Lists are joined for a purpose, and only a grant has one: rows of persons are shared on request
    at the widest. Nothing joined is open to everybody without a steward's own act.
    """
    widest = Share.REQUEST if personal else Share.DEFAULT
    least = max([widest, *of_lists], key=_SHARES.index)
    return _SHARES[_SHARES.index(least) :]


def successors(last: Mapping[str, Collection[T]], now: Mapping[T, str]) -> dict[str, str]:
    """Into which entity each one went that holds no rows any more, by code.

    `last` are the rows that it held last, `now` is where rows are today. Most of its rows decide; a
    tie goes to the lower code. One whose rows are alone again went nowhere.
    """
    found = {}
    for code, rows in last.items():
        votes = Counter(now[row] for row in rows if row in now)
        if votes:
            found[code] = min(votes, key=lambda one: (-votes[one], one))
    return found
