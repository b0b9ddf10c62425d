"""The way of a dataset and of each of its columns: a picture, the same as lists, and as JSON."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dothi.core import clock
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.ingestion.wording import title
from dothi.datastore.lineage import selectors, wording
from dothi.datastore.lineage.choices import Kind
from dothi.datastore.lineage.rules import picture
from dothi.datastore.lineage.rules.graph import Link, Point, Step

LETTERS = 24  # Of a name in a box.


@require_safe
def dataset(request: HttpRequest, code: str) -> HttpResponse:
    """From the source to the tile and back, of the whole or of one column."""
    at = clock.now()
    found = catalogue.datasets_seen_by(request.user, on=at.date()).filter(code=code).first()
    if found is None or found.agreed is None:
        raise Http404
    columns = {one.name: title(one) for one in found.agreed.fields}
    column = request.GET.get("column", "")
    if column and column not in columns:
        raise Http404
    links = selectors.links_seen_by(request.user, on=at.date())
    uses = selectors.uses_of(code, column, links)
    origins = selectors.origins_of(code, column, links)
    names = wording.titles(request.user, at.date())
    others = selectors.unnamed_uses_of(code, [column], request.user, on=at.date())
    shown = selectors.links_around(code, column, links)
    sending = selectors.sending_seen_by(request.user, on=at.date())
    context = {
        "dataset": {"code": code, "title": found.title},
        "column": {"name": column, "title": columns.get(column, "")},
        "columns": [{"name": name, "title": said} for name, said in columns.items()],
        "picture": _picture(Point(Kind.DATASET, code, column), shown, names),
        "uses": _listed(uses, names, whole=not column),
        "others": wording.unnamed(others) if others else "",
        "origins": _listed(origins, names, whole=not column),
        "sending": sending,
        "fault": wording.fault(sending.fault) if sending else "",
    }
    return render(request, "lineage/dataset.html", context)


def _listed(steps: list[Step], names: dict[str, str], *, whole: bool) -> list[dict[str, Any]]:
    """One line for each end; of the whole dataset one for each thing."""
    found: dict[Point, dict[str, Any]] = {}
    for one in steps:
        point = one.point.whole if whole else one.point
        if point not in found:
            found[point] = {
                "id": _anchor(point),
                "kind": wording.kind(point),
                "name": wording.name(point, names),
                "column": point.column,
                "how": wording.how(one.link.how),
                "distance": one.distance,
                "url": _url(point),
            }
    return list(found.values())


def _anchor(point: Point) -> str:
    return f"{point.kind}-{point.name}-{point.column}".replace(" ", "_").replace(",", "")


def _url(point: Point) -> str:
    if point.kind != Kind.DATASET:
        return ""
    address = reverse("lineage:dataset", args=[point.name])
    return f"{address}?column={point.column}" if point.column else address


def _picture(middle: Point, links: list[Link], names: dict[str, str]) -> dict[str, Any] | None:
    if not links:
        return None
    drawing = picture.drawn(middle, links)
    return {
        "width": drawing.width,
        "height": drawing.height,
        "wide": picture.WIDE,
        "high": picture.HIGH,
        "lines": drawing.lines,
        "boxes": [
            {
                "x": box.x,
                "y": box.y,
                "text_x": box.x + 10,
                "first_y": box.y + 18,
                "second_y": box.y + 35,
                "here": box.point == middle,
                "kind": box.point.kind,
                "label": wording.kind(box.point),
                "name": wording.name(box.point, names),
                "short": _short(box.point.column or wording.name(box.point, names)),
                "column": box.point.column,
                "url": _url(box.point) or f"#{_anchor(box.point)}",
            }
            for box in drawing.boxes
        ],
    }


def _short(text: str) -> str:
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"


@require_safe
def facts(request: HttpRequest, code: str) -> JsonResponse:
    """The same for programs: uses and origins of a column, near ones first."""
    at = clock.now()
    found = catalogue.datasets_seen_by(request.user, on=at.date()).filter(code=code).first()
    if found is None or found.agreed is None:
        raise Http404
    column = request.GET.get("column", "")
    if column and column not in found.agreed.names:
        raise Http404
    links = selectors.links_seen_by(request.user, on=at.date())
    response = JsonResponse(
        {
            "dataset": code,
            "column": column,
            "uses": [_fact(one) for one in selectors.uses_of(code, column, links)],
            "origins": [_fact(one) for one in selectors.origins_of(code, column, links)],
        }
    )
    if request.user.is_authenticated:
        response["Cache-Control"] = "private, no-store"
    return response


def _fact(one: Step) -> dict[str, Any]:
    point = one.point
    return {
        "kind": point.kind, "name": point.name, "column": point.column, "how": one.link.how,
        "distance": one.distance,
    }  # fmt: skip


def panel(request: HttpRequest, code: str) -> dict[str, Any] | None:
    """The way to the picture, where anything is known."""
    return {"code": code} if selectors.is_known(code) else None
