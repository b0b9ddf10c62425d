"""What the pages of the designer are made of: versions, lists of entries, where they are kept."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dothi.accounts.choices import Role
from dothi.core.clocks.choices import TimeUnit
from dothi.lib import text_vi
from dothi.procedures import selectors
from dothi.procedures.choices import FieldType, State
from dothi.procedures.models import Version
from dothi.procedures.rules import places

SHOWN = 300  # Signs of a value in a comparison.


@dataclass(frozen=True, kw_only=True)
class Line:
    """One entry of a list on a page of the designer."""

    place: str
    title: str
    about: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A list of entries, and where one is added."""

    name: str
    title: Any
    lines: list[Line]


def lists_of(document: Any, place: str, lists: Any) -> list[Listed]:
    found = []
    for name, title in lists:
        path = f"{place}.{name}" if place else name
        rows = places.at(document, path)
        lines = [_line(f"{path}.{number}", row) for number, row in enumerate(rows or [])]
        found.append(Listed(name=path, title=title, lines=lines))
    return found


def _line(place: str, row: dict[str, Any]) -> Line:
    name = row.get("name") or {}
    title = name.get("en" if get_language() == "en" else "vi", "")
    about = [_said(key, row[key]) for key in ("code", "type", "role", "amount", "article")
             if row.get(key)]  # fmt: skip
    spec = row.get("spec") or {}
    if spec:
        about.append(
            f"{spec.get('amount', 0)} {TimeUnit(spec.get('unit', TimeUnit.WORK_DAYS)).label}"
        )
    if row.get("when"):
        about.append(_("only sometimes"))
    return Line(place=place, title=title or (about[0] if about else place), about=" · ".join(about))


def _said(key: str, value: Any) -> str:
    """A value of a line in words; what is no such value yet stands as it was written."""
    if key == "amount" and isinstance(value, int):
        return text_vi.money(value)
    known = {"type": dict(FieldType.choices), "role": dict(Role.choices)}.get(key, {})
    return str(known.get(value, value))


def above(code: str, place: str) -> str:
    """The page that lists an entry."""
    parts = place.split(".")[:-1]
    while parts and not parts[-1].isdecimal():
        parts.pop()
    if parts:
        return reverse("procedures:design_edit", args=[code, ".".join(parts)])
    anchor = "form.sections" if place.startswith("form.") else place.partition(".")[0]
    return f"{reverse('procedures:design', args=[code])}#{anchor}"


def holds(version: Version, on: date) -> bool:
    return (
        version.valid_from is not None
        and version.valid_from <= on
        and (version.valid_to is None or on < version.valid_to)
    )


def short(value: Any) -> str:
    if value is None:
        return "–"
    text = str(value.get("vi", value)) if isinstance(value, dict) else str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def versions_of(code: str) -> list[Version]:
    versions = selectors.versions_of(code)
    if not versions:
        raise Http404
    return versions


def newest_of(code: str) -> Version:
    return versions_of(code)[0]


def draft_of(code: str) -> Version:
    newest = newest_of(code)
    if newest.state != State.DRAFT:
        raise Http404
    return newest
