"""Places in a definition: find one, change it, compare two definitions, and where a fault stands.

A place is a path such as `papers.0`, `steps.1.outcomes.0` or `form.sections.0.fields.2`; the empty
one is the whole. Documents are plain data: nothing here is changed in place.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from dothi.procedures.rules.definition import Definition, FormField

NEW = "new"
Document = dict[str, Any]


class NoPlace(KeyError):
    """The document has no such place."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One value that two documents state differently; None: one of them does not state it."""

    place: tuple[str, ...]
    before: Any
    after: Any


def at(document: Mapping[str, Any], place: str) -> Any:
    """What stands at a place; a new entry of a list is empty.

    Raises:
        NoPlace: nothing stands there.
    """
    found: Any = document
    for part in _parts(place):
        if part == NEW and isinstance(found, list):
            return {}
        try:
            found = (
                found[int(part)] if isinstance(found, list) and part.isdecimal() else found[part]
            )
        except (KeyError, IndexError, TypeError) as error:
            raise NoPlace(place) from error
    return found


def put(document: Mapping[str, Any], place: str, value: Mapping[str, Any]) -> Document:
    """The document with something else at a place; at a new one it is added.

    Raises:
        NoPlace: there is no such place.
    """
    if not place:
        return dict(value)
    whole, holder, last = _opened(document, place)
    if isinstance(holder, list):
        if last == NEW:
            holder.append(dict(value))
        else:
            holder[_number(holder, last, place)] = dict(value)
    else:
        holder[last] = dict(value)
    return whole


def without(document: Mapping[str, Any], place: str) -> Document:
    """The document without what stands at a place.

    Raises:
        NoPlace: nothing stands there.
    """
    whole, holder, last = _opened(document, place)
    if isinstance(holder, list):
        del holder[_number(holder, last, place)]
    elif holder.pop(last, None) is None:
        raise NoPlace(place)
    return whole


def moved(document: Mapping[str, Any], place: str, *, by: int) -> Document:
    """The document with an entry of a list further up or down; at the end it stays.

    Raises:
        NoPlace: nothing stands there, or it has no order.
    """
    whole, holder, last = _opened(document, place)
    if not isinstance(holder, list):
        raise NoPlace(place)
    here = _number(holder, last, place)
    there = min(max(here + by, 0), len(holder) - 1)
    holder.insert(there, holder.pop(here))
    return whole


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What two documents state differently. Entries with a code are compared by it."""
    return list(_changes(before, after, ()))


def place_of(definition: Definition, where: str) -> str:
    """The place of a fault (`publishing.Flaw.where`); empty: it concerns the whole."""
    first, *rest = where.split(".")
    if first == "form" and rest:
        return _field(definition, rest)
    if first == "limits":
        return where
    if first in {"papers", "fees", "results", "steps"} and rest:
        rows: Sequence[Any] = getattr(definition, first)
        number = _with_code(rows, rest[0])
        if number is None:
            return ""
        place = f"{first}.{number}"
        inner = _with_code(rows[number].outcomes, rest[1]) if len(rest) > 1 else None
        return place if inner is None else f"{place}.outcomes.{inner}"
    return ""


def _field(definition: Definition, codes: Sequence[str]) -> str:
    for at_section, section in enumerate(definition.form.sections):
        number = _with_code(section.fields, codes[0])
        if number is not None:
            place = f"form.sections.{at_section}.fields.{number}"
            field: FormField = section.fields[number]
            inner = _with_code(field.fields, codes[1]) if len(codes) > 1 else None
            return place if inner is None else f"{place}.fields.{inner}"
    return ""


def _with_code(rows: Sequence[Any], code: str) -> int | None:
    return next((number for number, row in enumerate(rows) if row.code == code), None)


def _parts(place: str) -> list[str]:
    return place.split(".") if place else []


def _opened(document: Mapping[str, Any], place: str) -> tuple[Document, Any, str]:
    """A copy of the document, what holds the place, and the last part of its path."""
    if not place:
        raise NoPlace(place)
    whole = deepcopy(dict(document))
    *above, last = _parts(place)
    holder = at(whole, ".".join(above))
    if not isinstance(holder, list | dict):
        raise NoPlace(place)
    return whole, holder, last


def _number(holder: Sequence[Any], last: str, place: str) -> int:
    if not last.isdecimal() or int(last) >= len(holder):
        raise NoPlace(place)
    return int(last)


def _changes(before: Any, after: Any, place: tuple[str, ...]) -> Iterator[Change]:
    if before == after:
        return
    one, other = _named(before), _named(after)
    if one is None or other is None:
        yield Change(place=place, before=before, after=after)
        return
    for key in dict.fromkeys((*one, *other)):
        yield from _changes(one.get(key), other.get(key), (*place, key))


def _named(value: Any) -> Mapping[str, Any] | None:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list | tuple) and all(
        isinstance(row, Mapping) and "code" in row for row in value
    ):
        named = {str(row["code"]): row for row in value}
        return named if len(named) == len(value) else None
    return None
