"""Entities of a SensorThings server, page by page along `@iot.nextLink`."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from dothi.connectors.web import Web
from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.ports import NotFetched

PAGE = 1000
PAGES_AT_MOST = 100_000
STREAMS = "Thing($expand=Locations),ObservedProperty"


def datastreams(web: Web, root: str, chosen: str = "") -> dict[str, dict[str, Any]]:
    """By id: what each stream of observations is, where its thing stands, in which unit."""
    query = {"$expand": STREAMS, "$top": str(PAGE), "$orderby": "@iot.id asc"}
    if chosen:
        query["$filter"] = chosen
    return {
        str(one["@iot.id"]): _described(one) for one in _entities(web, f"{root}/Datastreams", query)
    }


def observations(web: Web, root: str, since: str = "") -> Iterator[Mapping[str, Any]]:
    """Observations in the order of what they tell about, with the id of their stream."""
    query = {
        "$expand": "Datastream($select=@iot.id)",
        "$orderby": "phenomenonTime asc,@iot.id asc",
        "$top": str(PAGE),
    }
    if since:
        query["$filter"] = f"phenomenonTime ge {since}"
    yield from _entities(web, f"{root}/Observations", query)


def begin_and_end(phenomenon: str) -> tuple[str, str]:
    """A moment, or a stretch of time as `begin/end`."""
    begin, slash, end = phenomenon.partition("/")
    try:
        datetime.fromisoformat(begin)
    except ValueError as error:
        raise NotFetched(Fault.BROKEN, what="phenomenonTime") from error
    return begin, end if slash else ""


def _entities(web: Web, url: str, query: dict[str, str]) -> Iterator[Mapping[str, Any]]:
    following, asked, met = url, query, set()
    for _ in range(PAGES_AT_MOST):
        page = web.json(following, asked)
        if not isinstance(page.value, dict) or not isinstance(page.value.get("value"), list):
            raise NotFetched(Fault.NO_RECORDS, path="value")
        for one in page.value["value"]:
            if not isinstance(one, dict) or "@iot.id" not in one:
                raise NotFetched(Fault.BROKEN, what="@iot.id")
            yield one
        named = page.value.get("@iot.nextLink")
        if not named:
            return
        following, asked = urljoin(page.url, str(named)), {}
        if following in met:
            raise NotFetched(Fault.LOOP)
        met.add(following)
    raise NotFetched(Fault.LOOP)


def _described(stream: Mapping[str, Any]) -> dict[str, Any]:
    thing = stream.get("Thing") or {}
    longitude, latitude = _point(thing.get("Locations") or [])
    return {
        "datastream": stream.get("name"),
        "property": (stream.get("ObservedProperty") or {}).get("name"),
        "unit": (stream.get("unitOfMeasurement") or {}).get("symbol"),
        "thing_id": thing.get("@iot.id"),
        "thing": thing.get("name"),
        "longitude": longitude,
        "latitude": latitude,
    }


def _point(locations: list[Mapping[str, Any]]) -> tuple[Any, Any]:
    """Where a thing stands; nowhere where that is no point."""
    for one in locations:
        place = one.get("location") or {}
        place = place.get("geometry", place)
        if place.get("type") == "Point" and len(place.get("coordinates", [])) >= 2:
            return place["coordinates"][0], place["coordinates"][1]
    return None, None
