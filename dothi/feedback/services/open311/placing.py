"""One record: clean values, its subject and its units."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.text import slugify
from django.utils.timezone import get_default_timezone

from dothi.core.clock import local
from dothi.feedback.models import Category
from dothi.feedback.selectors import catalogue
from dothi.lib.geo import Point
from dothi.lib.georeport import Dirty, Raw, Request, understand
from dothi.units import selectors as units
from dothi.units.models import Unit

SOURCE = "open311"
MADE = "import-"  # How codes of subjects begin that an import made.


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How records are taken: whose they are, which subject a service is, what may be shown."""

    source: str = SOURCE
    services: Mapping[str, str] = field(default_factory=dict)  # Code or name → our subject.
    make_missing: bool = False
    words_are_public: bool = False  # They were published where they come from.
    language: str = "vi"
    preview: bool = False


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A record that is clean, with its place in the house."""

    request: Request
    category: Category
    unit: Unit  # That had the place then.
    handling: Unit  # That has it now.
    place: Point | None


def placed(raw: Raw, *, plan: Plan, at: datetime, unit: str = "", category: str = "") -> Taken:
    """The record in clean values, with subject and unit.

    Raises:
        Dirty: with the first fault that was found.
    """
    request = understand(raw, zone=get_default_timezone())
    if request.requested_at > at:
        raise Dirty("in_the_future")
    subject = category_of(raw, plan, wanted=category)
    if subject is None:
        raise Dirty("unknown_service", request.service_name or request.service_code)
    then, today = local(request.requested_at).date(), local(at).date()
    if request.lon is None or request.lat is None:
        here = units.unit_of(unit, on=today) if unit else None
        if here is None:
            raise Dirty("unknown_unit" if unit else "no_place", unit)
        handling = _handling(request, here, on=today)
        return Taken(request=request, category=subject, unit=here, handling=handling, place=None)
    place = Point(request.lon, request.lat)
    now = units.unit_at(place, on=today)
    was = units.unit_at(place, on=then) or now
    if was is None:
        raise Dirty("outside", f"{place.lat}, {place.lon}")
    handling = _handling(request, now or was, on=today)
    return Taken(request=request, category=subject, unit=was, handling=handling, place=place)


def _handling(request: Request, where: Unit, *, on: date) -> Unit:
    """What is still open waits at the intake of the house; what is closed stays with its place."""
    root = catalogue.current().root(on=on)
    return root if root is not None and request.closed_at is None else where


def category_of(raw: Raw, plan: Plan, *, wanted: str = "") -> Category | None:
    """Our subject for a service: as the mapping says, else of the same code or name."""
    known = catalogue.current()
    if wanted:
        return known.by_code.get(wanted)
    code, name = service_of(raw)
    mapped = plan.services.get(code.casefold()) or plan.services.get(name.casefold())
    if mapped:
        return known.by_code.get(mapped)
    if found := known.by_code.get(code) or known.by_code.get(code_of(code, name)):
        return found
    same = name.casefold()
    alike = (
        one
        for one in known.by_id.values()
        if same in (one.name_en.casefold(), one.name_vi.casefold())
    )
    return next(alike, None) if same else None


def service_of(raw: Raw) -> tuple[str, str]:
    return raw.first("service_code"), raw.first("service_name")


def code_of(code: str, name: str) -> str:
    return f"{MADE}{slugify(code or name)[:30]}"
