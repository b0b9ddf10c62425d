"""Arguments of a request, read strictly: what cannot be understood is refused, not guessed."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils.dateparse import parse_datetime

from dothi.core import clock
from dothi.core.limits.services import hit
from dothi.feedback import selectors
from dothi.feedback.api.open311.answers import Wrong, caller_of
from dothi.feedback.models import ApiKey
from dothi.lib.geo import Point
from dothi.units import selectors as units
from dothi.units.models import Unit

HOUR = timedelta(hours=1)
WRITES = 60  # An hour and network, without a key.
READS = 3600
YEARS = range(1990, 2200)


def moment(text: str | None, name: str) -> datetime | None:
    """A time in the form of W3C (ISO 8601); without a zone it is that of the city.

    Raises:
        Wrong: it is none.
    """
    if not text:
        return None
    # A plus sign in an address that was not escaped arrives as a space.
    plain = text.strip().replace(" ", "+") if "T" in text else text.strip()
    try:
        found = parse_datetime(plain)
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise Wrong(400, f"{name} is no date and time, such as 2026-11-24T09:00:00+07:00.")
    return found if found.tzinfo else found.replace(tzinfo=clock.now().tzinfo)


def number(text: str | None, name: str, *, default: int, most: int) -> int:
    """A whole number from 1.

    Raises:
        Wrong: it is none. One that is too large becomes the largest.
    """
    if not text:
        return default
    if not text.isascii() or not text.isdecimal() or int(text[:9]) < 1:
        raise Wrong(400, f"{name} is no whole number from 1.")
    return min(int(text[:9]), most)


def words(text: str | None) -> frozenset[str]:
    """A list with commas."""
    return frozenset(part.strip() for part in (text or "").split(",") if part.strip())


def flag(text: str | None) -> bool:
    return (text or "").strip().lower() in {"true", "1", "yes"}


def place(data: Mapping[str, str]) -> Point | None:
    """`lat` and `long` in WGS 84.

    Raises:
        Wrong: only one of them, or no degrees.
    """
    lat, lon = data.get("lat") or "", data.get("long") or ""
    if not lat and not lon:
        return None
    try:
        point = Point(float(lon), float(lat))
    except ValueError as error:
        raise Wrong(400, "lat and long are numbers in WGS 84, both together.") from error
    if not (math.isfinite(point.lon) and math.isfinite(point.lat)) or not point.on_earth:
        raise Wrong(400, "lat is -90 to 90, long is -180 to 180.")
    return point


def program(request: HttpRequest) -> ApiKey | None:
    """Who asks, by `api_key`; it may stand in the address or in the form.

    Raises:
        Wrong: a key that opens nothing.
    """
    key = request.GET.get("api_key") or (
        request.POST.get("api_key") if request.method == "POST" else None
    )
    if not key:
        return None
    found = selectors.program_of(key)
    if found is None:
        raise Wrong(403, "This api_key is not known, or was ended.")
    return found


def within_limits(request: HttpRequest, who: ApiKey | None) -> None:
    """Count the request.

    Raises:
        Wrong: too many in this hour.
    """
    writes = request.method == "POST"
    if who is not None:
        key, limit = f"open311\0key\0{who.pk}", who.per_hour
    else:
        kind = "write" if writes else "read"
        key, limit = f"open311\0{kind}\0{caller_of(request)}", WRITES if writes else READS
    if not hit(key=key, limit=limit, per=HOUR, at=clock.now()):
        raise Wrong(429, "Too many requests; please come back in an hour.", Retry_After="3600")


def jurisdiction(data: QueryDict) -> None:
    """`jurisdiction_id` may be left out: there is one here.

    Raises:
        Wrong: it names another one.
    """
    said = data.get("jurisdiction_id", "").strip().lower()
    if said and said not in jurisdictions():
        raise Wrong(404, "This jurisdiction_id is not served here.")


def jurisdictions() -> list[str]:
    """Ours: the name of the host, and the code of the root unit."""
    host = settings.PUBLIC_URL.partition("://")[2].partition("/")[0].partition(":")[0].lower()
    try:
        return [host, units.root(on=clock.now().date()).code.lower()]
    except Unit.DoesNotExist:
        return [host]
