"""What changed between two contracts, and how a file departs from one. Facts; `wording` says them.

A change of shape stops at the door: whoever brings the file or agrees the contract reads what is
different before anything happens to a row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from rapidfuzz import fuzz, process

from dothi.datastore.catalogue.choices import Side, Type
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.lib import text_vi

# Every whole number is a number, and every value can be written as text.
WIDER = {Type.INTEGER: {Type.NUMBER, Type.TEXT}, Type.NUMBER: {Type.TEXT}}
LIKE = 80.0  # Of 100: two heads that people would take for one.
READERS, SOURCES = frozenset({Side.READERS}), frozenset({Side.SOURCES})
BOTH = READERS | SOURCES
NOBODY: frozenset[Side] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One change. `what` is the part that changed, `column` is empty where it is the whole."""

    what: str
    column: str = ""
    before: str = ""
    after: str = ""
    concerns: frozenset[Side] = NOBODY  # Who cannot go on as before.


def between(old: Contract | None, new: Contract) -> tuple[Difference, ...]:
    """Everything that is different, columns first; nothing for equal contracts.

    The number of the contract is no difference. Without an old contract every column is new.
    """
    if old is None:
        return tuple(_added(one, first=True) for one in new.fields)
    return (*_columns(old, new), *_whole(old, new))


def _columns(old: Contract, new: Contract) -> Iterator[Difference]:
    before, after, heads = old.by_name(), new.by_name(), new.by_head()
    renamed: dict[str, str] = {}
    for name, one in before.items():
        if name in after:
            continue
        twin = heads.get(one.head)
        if twin is not None and twin.name not in before:
            renamed[name] = twin.name
            yield Difference(
                what="name", column=twin.name, before=name, after=twin.name, concerns=READERS
            )
        else:
            yield Difference(what="removed", column=name, before=one.head, concerns=BOTH)
    for name, one in after.items():
        if name not in before and name not in renamed.values():
            yield _added(one)
    for name, one in before.items():
        twin = after.get(renamed.get(name, name))
        if twin is not None:
            yield from _of_column(one, twin)
    kept = [renamed.get(name, name) for name in before if renamed.get(name, name) in after]
    if kept != [name for name in after if name in set(kept)]:
        yield Difference(what="order", before=", ".join(old.names), after=", ".join(new.names))


def _added(one: Field, *, first: bool = False) -> Difference:
    return Difference(
        what="added", column=one.name, after=one.type, concerns=NOBODY if first else SOURCES
    )


def _of_column(old: Field, new: Field) -> Iterator[Difference]:
    for part in fields(Field):
        before, after = getattr(old, part.name), getattr(new, part.name)
        if part.name == "name" or before == after:
            continue
        yield Difference(
            what=part.name,
            column=new.name,
            before=_said(before),
            after=_said(after),
            concerns=_concerned(part.name, old, new),
        )


def _concerned(part: str, old: Field, new: Field) -> frozenset[Side]:
    match part:
        case "type":
            return NOBODY if new.type in WIDER.get(old.type, ()) else BOTH
        case "required":
            return SOURCES if new.required else READERS
        case "unique":
            return SOURCES if new.unique else READERS
        case "allowed":
            gone = set(old.allowed) - set(new.allowed) if new.allowed else set()
            narrower = bool(gone) or (bool(new.allowed) and not old.allowed)
            wider = not new.allowed or bool(set(new.allowed) - set(old.allowed))
            return (SOURCES if narrower else NOBODY) | (
                READERS if wider and old.allowed else NOBODY
            )
        case "minimum" | "maximum" | "pattern" | "reference":
            return SOURCES if getattr(new, part) else NOBODY
        case "max_length":
            longer = new.max_length is None or (
                old.max_length is not None and new.max_length > old.max_length
            )
            return NOBODY if longer else SOURCES
        case "head" | "date_format" | "notation":
            return SOURCES
        case "classification" | "unit":
            return READERS
    return NOBODY


def _whole(old: Contract, new: Contract) -> Iterator[Difference]:
    for part, concerns in (
        ("key", BOTH), ("mode", SOURCES), ("rhythm", BOTH), ("retention_days", READERS),
        ("faulty_at_most", NOBODY), ("steward", NOBODY), ("purpose", READERS),
        ("legal_basis", NOBODY), ("notes", NOBODY),
    ):  # fmt: skip
        before, after = getattr(old, part), getattr(new, part)
        if before != after:
            yield Difference(what=part, before=_said(before), after=_said(after), concerns=concerns)
    for rule in old.compares:
        if rule not in new.compares:
            yield Difference(what="compare_removed", before=f"{rule.left} {rule.how} {rule.right}")
    for rule in new.compares:
        if rule not in old.compares:
            yield Difference(
                what="compare_added",
                after=f"{rule.left} {rule.how} {rule.right}",
                concerns=SOURCES,
            )


def _said(value: object) -> str:
    """A value as plain text. Empty says that there is none."""
    if value is None or value is False:
        return ""
    if isinstance(value, tuple):
        return ", ".join(
            ": ".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in value
        )
    return str(value)


# --- A file against its contract -----------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Departure:
    """How the shape of a file departs from the contract.

    `code` is `missing` (a column of the contract is not in the file), `unknown` (the file has a
    column that the contract does not know) or `type` (what stands in it is something else).
    """

    code: str
    head: str
    column: str = ""
    like: str = ""  # Of a missing one: the unknown head that looks like it.
    seen: str = ""  # Of `type`: what it looks like.
    wanted: str = ""


def departures(
    contract: Contract, heads: Sequence[str], types: Mapping[str, Type] | None = None
) -> tuple[Departure, ...]:
    """Everything for which a file with these heads stops at the door; nothing if it fits.

    `types` says what the rows that were looked at hold, by head; a head that is not in it is not
    judged. The order of the columns does not matter.
    """
    known = contract.by_head()
    unknown = [head for head in heads if head not in known]
    gone = [one for one in contract.fields if one.head not in set(heads)]
    found = [
        Departure(code="missing", head=one.head, column=one.name, like=_like(one.head, unknown))
        for one in gone
    ]
    found += [Departure(code="unknown", head=head) for head in unknown]
    for head, seen in (types or {}).items():
        one = known.get(head)
        if one is not None and not holds(one.type, seen):
            found.append(
                Departure(code="type", head=head, column=one.name, seen=seen, wanted=one.type)
            )
    return tuple(found)


def holds(wanted: Type, seen: Type) -> bool:
    """Whether a column of the one type can take values that look like the other."""
    return wanted == seen or wanted in {*WIDER.get(seen, ()), Type.TEXT}


def _like(head: str, others: Sequence[str]) -> str:
    if not others:
        return ""
    best = process.extractOne(
        text_vi.fold(head), [text_vi.fold(one) for one in others], scorer=fuzz.token_sort_ratio
    )
    return others[best[2]] if best[1] >= LIKE else ""
