"""OGC API – Features, part 1 (core, GeoJSON, HTML): open datasets with places, in CRS84."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dothi.core import clock
from dothi.core.limits.http import limited
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.rules.contract import Field, places_in
from dothi.datastore.sharing import services as sharing
from dothi.datastore.sharing.choices import Door
from dothi.datastore.tables.selectors import VersionClosed
from dothi.datastore.viewer import services
from dothi.datastore.viewer.choices import How
from dothi.datastore.viewer.rules.look import ROW, TIMES, Box, Filter, Look

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

ROWS, MOST = 100, 1000
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CLASSES = [
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}"
    for name in ("core", "geojson", "html", "oas30")
]
OF_ITEMS = {"f", "limit", "offset", "bbox", "datetime"}
NOT_THERE = (sharing.NotShared, sharing.NothingYet, ObjectDoesNotExist, VersionClosed)
HOUR = timedelta(hours=1)
View = Callable[..., HttpResponseBase]


class Bad(Exception):
    """A parameter that is not understood: answered 400, as the standard asks."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What both forms of an answer are made of."""

    body: dict[str, Any]
    title: str
    media_type: str = "application/json"


def door(view: Callable[..., Answer]) -> View:
    """JSON or a page of it, as is asked for; the same rows for everybody."""

    @require_safe
    @limited("ogc", limit=6000, per=HOUR, methods=("GET",))
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            form = _form(request)
            answer = view(request, *args, **kwargs)
        except Bad as error:
            return _problem(400, str(error))
        except NOT_THERE:
            return _problem(404, "There is no such thing here.")
        if form == "html":
            return render(request, "viewer/ogc.html", {"title": answer.title, **_shown(answer)})
        response = JsonResponse(
            answer.body, content_type=answer.media_type, json_dumps_params={"ensure_ascii": False}
        )
        response["Access-Control-Allow-Origin"] = "*"
        response["Cache-Control"] = "public, max-age=60"
        if answer.media_type == "application/geo+json":
            response["Content-Crs"] = f"<{CRS84}>"
        return response

    return answered


def _problem(status: int, detail: str) -> HttpResponse:
    return JsonResponse(
        {"type": "about:blank", "status": status, "code": str(status), "description": detail},
        status=status, content_type="application/problem+json",
    )  # fmt: skip


def _form(request: HttpRequest) -> str:
    wanted = request.GET.get("f", "")
    if wanted in ("json", "html"):
        return wanted
    if wanted:
        raise Bad("f: json or html")
    kinds = ["application/json", "application/geo+json", "text/html"]
    return "html" if request.get_preferred_type(kinds) == "text/html" else "json"


def _url(path: str = "", **query: str) -> str:
    return f"{settings.PUBLIC_URL}/ogc/{path}" + (f"?{urlencode(query)}" if query else "")


def _links(path: str, media_type: str = "application/json", **query: str) -> list[dict[str, str]]:
    return [
        {"rel": "self", "type": media_type, "href": _url(path, **query, f="json")},
        {"rel": "alternate", "type": "text/html", "href": _url(path, **query, f="html")},
    ]


@door
def landing(request: HttpRequest) -> Answer:
    more = [
        ("service-desc", "application/vnd.oai.openapi+json;version=3.0", "api"),
        ("conformance", "application/json", "conformance"),
        ("data", "application/json", "collections"),
    ]
    body = {
        "title": _("Open data with places"),
        "description": _("Open datasets of this house as features (OGC API)."),
        "links": [
            *_links(""),
            *({"rel": rel, "type": kind, "href": _url(path)} for rel, kind, path in more),
        ],
    }
    return Answer(body=body, title=str(body["title"]))


@door
def conformance(request: HttpRequest) -> Answer:
    return Answer(body={"conformsTo": CLASSES, "links": _links("conformance")}, title="OGC API")


@door
def api(request: HttpRequest) -> Answer:
    """What can be asked, in OpenAPI 3.0."""
    paths = {
        "/": "landing", "/conformance": "conformance", "/collections": "collections",
        "/collections/{collectionId}": "collection",
        "/collections/{collectionId}/items": "items",
        "/collections/{collectionId}/items/{featureId}": "item",
    }  # fmt: skip
    body = {
        "openapi": "3.0.3",
        "info": {"title": "OGC API – Features", "version": "1.0.0"},
        "servers": [{"url": _url().rstrip("/")}],
        "paths": {
            path: {"get": {"operationId": name, "parameters": _parameters(path),
                           "responses": {"200": {"description": "OK"}}}}
            for path, name in paths.items()
        },
    }  # fmt: skip
    return Answer(
        body=body, title="OpenAPI", media_type="application/vnd.oai.openapi+json;version=3.0"
    )


def _parameters(path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in ("collectionId", "featureId")
        if f"{{{name}}}" in path
    ]
    if path.endswith("/items"):
        kinds = {"limit": "integer", "offset": "integer", "bbox": "string", "datetime": "string"}
        found += [
            {"name": name, "in": "query", "required": False, "schema": {"type": kind}}
            for name, kind in kinds.items()
        ]
    return found


@door
def collections(request: HttpRequest) -> Answer:
    found = [
        _collection(one)
        for one in catalogue.open_datasets().order_by("code")
        if one.agreed is not None and places_in(_public(one))
    ]
    body = {"links": _links("collections"), "collections": found}
    return Answer(body=body, title=_("Collections"))


@door
def collection(request: HttpRequest, code: str) -> Answer:
    found = _placed(code)
    return Answer(body=_collection(found), title=found.title)


@door
def items(request: HttpRequest, code: str) -> Answer:
    found = _placed(code)
    opening = _opened(code)
    look = _look(request, opening)
    limit = min(max(_whole(request, "limit", ROWS), 1), MOST)
    offset = _whole(request, "offset", 0)
    try:
        seen = services.seen(opening, look, limit=limit, offset=offset, with_row=True)
        matched = services.total(opening, look)
    except services.NotUnderstood as error:
        raise Bad(f"not understood: {error.what}") from error
    except services.TooSlow as error:
        raise Bad("it takes too long; please narrow it") from error
    query = {name: str(text) for name, text in request.GET.items() if name not in ("f", "offset")}
    path = f"collections/{code}/items"
    links = _links(path, "application/geo+json", **query, offset=str(offset))
    if seen.more:
        following = _url(path, **query, offset=str(offset + limit), f="json")
        links.append({"rel": "next", "type": "application/geo+json", "href": following})
    links.append({"rel": "collection", "type": "application/json",
                  "href": _url(f"collections/{code}")})  # fmt: skip
    body = {
        "type": "FeatureCollection", "links": links, "timeStamp": _stamp(clock.now()),
        "numberMatched": matched, "numberReturned": len(seen.rows),
        "features": [_feature(opening, seen.heads, row) for row in seen.rows],
    }  # fmt: skip
    return Answer(body=body, title=found.title, media_type="application/geo+json")


@door
def item(request: HttpRequest, code: str, feature: str) -> Answer:
    found = _placed(code)
    opening = _opened(code)
    key = _key(opening)
    try:
        if key:
            look = Look(filters=(Filter(column=key, how=How.IS, values=(feature,)),))
            seen = services.seen(opening, look, limit=1, with_row=True)
        else:
            number = int(feature) if feature.isdecimal() and len(feature) < 10 else 0
            if not 0 < number <= opening.rows:
                raise sharing.NotShared(code)
            seen = services.seen(opening, Look(), limit=1, offset=number - 1,
                                 with_row=True)  # fmt: skip
    except services.NotUnderstood as error:
        raise sharing.NotShared(code) from error
    if not seen.rows:
        raise sharing.NotShared(code)
    body = _feature(opening, seen.heads, seen.rows[0])
    body["links"] = [
        *_links(f"collections/{code}/items/{feature}", "application/geo+json"),
        {"rel": "collection", "type": "application/json", "href": _url(f"collections/{code}")},
    ]
    return Answer(body=body, title=found.title, media_type="application/geo+json")


def _public(dataset: "Dataset") -> list[Field]:
    assert dataset.agreed is not None
    return [one for one in dataset.agreed.fields if not one.is_personal]


def _placed(code: str) -> "Dataset":
    found = catalogue.open_datasets().filter(code=code).first()
    if found is None or found.agreed is None or not places_in(_public(found)):
        raise sharing.NotShared(code)
    return found


def _opened(code: str) -> sharing.Opening:
    """Nobody is signed in here: only what is open."""
    return sharing.open_dataset(code, AnonymousUser(), at=clock.now(), door=Door.API)


def _collection(dataset: "Dataset") -> dict[str, Any]:
    code = dataset.code
    found: dict[str, Any] = {
        "id": code, "title": dataset.title, "description": dataset.description_vi,
        "itemType": "feature", "crs": [CRS84],
        "links": [
            *_links(f"collections/{code}"),
            {"rel": "items", "type": "application/geo+json",
             "href": _url(f"collections/{code}/items", f="json")},
            {"rel": "items", "type": "text/html",
             "href": _url(f"collections/{code}/items", f="html")},
            {"rel": "describedby", "type": "text/html",
             "href": f"{settings.PUBLIC_URL}/data/{code}"},
        ],
    }  # fmt: skip
    if dataset.covers_from or dataset.covers_to:
        interval = [dataset.covers_from and f"{dataset.covers_from}T00:00:00Z",
                    dataset.covers_to and f"{dataset.covers_to}T00:00:00Z"]  # fmt: skip
        found["extent"] = {"temporal": {"interval": [interval]}}
    return found


def _whole(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or len(text) > 9:
        raise Bad(f"{name}: a whole number")
    return int(text)


def _look(request: HttpRequest, opening: sharing.Opening) -> Look:
    names = {one.name for one in opening.fields}
    filters = []
    for name, text in request.GET.items():
        if name in OF_ITEMS:
            continue
        if name not in names:
            raise Bad(f"there is no property {name}")
        filters.append(Filter(column=name, how=How.IS, values=(str(text),)))
    return Look(
        filters=(*filters, *_times(request, opening)), box=_box(request),
        places=sharing.places_of(opening) or (),
    )  # fmt: skip


def _box(request: HttpRequest) -> Box | None:
    text = request.GET.get("bbox", "")
    if not text:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
        west, south, east, north = numbers if len(numbers) == 4 else [*numbers[:2], *numbers[3:5]]
    except ValueError as error:
        raise Bad("bbox: four or six numbers") from error
    if len(numbers) not in (4, 6) or not (-90 <= south <= north <= 90):
        raise Bad("bbox: west, south, east, north in degrees")
    return Box(west=west, south=south, east=east, north=north)


def _times(request: HttpRequest, opening: sharing.Opening) -> list[Filter]:
    """`2026-01-01`, `a/b`, `../b`, `a/..`: of the first column that is a time."""
    text = request.GET.get("datetime", "")
    column = next((one.name for one in opening.fields if one.type in TIMES), None)
    if not text or column is None:
        return []
    first, slash, last = text.partition("/")
    if not slash:
        first, last = text, text
    found = []
    for how, part in ((How.AT_LEAST, first), (How.AT_MOST, last)):
        if part in ("..", ""):
            continue
        try:
            datetime.fromisoformat(part)
        except ValueError as error:
            raise Bad("datetime: a time of RFC 3339, or two with / between") from error
        found.append(Filter(column=column, how=how, values=(part,)))
    return found


def _key(opening: sharing.Opening) -> str:
    """The column by which a row is named; rows of others are named by their place."""
    key = opening.contract.key
    return key[0] if len(key) == 1 and key[0] in {one.name for one in opening.fields} else ""


def _feature(opening: sharing.Opening, heads: tuple[str, ...], row: list[Any]) -> dict[str, Any]:
    values = dict(zip(heads, row, strict=True))
    places = sharing.places_of(opening) or ()
    geometry = None
    where = [values[name] for name in places]
    if places and all(one is not None for one in where):
        point = {"type": "Point", "coordinates": where}
        geometry = point if len(where) == 2 else json.loads(where[0])
    key = _key(opening)
    return {
        "type": "Feature",
        "id": values[key] if key and values[key] is not None else values[ROW],
        "geometry": geometry,
        "properties": {
            one.name: _stamp(values[one.name]) for one in opening.fields if one.name not in places
        },
    }


def _stamp(value: Any) -> Any:
    if isinstance(value, datetime):
        at = value.astimezone(UTC) if value.tzinfo else value
        return at.isoformat(timespec="seconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _shown(answer: Answer) -> dict[str, Any]:
    """The same as plain values for the page."""
    body = answer.body
    features = body.get("features") or ([body] if body.get("type") == "Feature" else [])
    heads = list(features[0]["properties"]) if features else []
    return {
        "description": body.get("description", ""),
        "links": [one for one in body.get("links", ()) if one["rel"] != "self"],
        "collections": [
            {"title": one["title"], "url": f"/ogc/collections/{one['id']}/items?f=html"}
            for one in body.get("collections", ())
        ],
        "classes": body.get("conformsTo", ()),
        "heads": heads,
        "rows": [
            [one["properties"].get(name) for name in heads] + [_where(one["geometry"])]
            for one in features
        ],
        "matched": body.get("numberMatched"),
    }


def _where(geometry: dict[str, Any] | None) -> str:
    if geometry is None:
        return ""
    if geometry["type"] == "Point":
        return ", ".join(str(one) for one in geometry["coordinates"][:2])
    return str(geometry["type"])
