"""How this door answers: JSON or XML, errors as the standard lists them, CORS for readers."""

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any
from xml.etree import ElementTree as Xml

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from dothi.core.limits.http import address_of, caller_of

READABLE = {"ensure_ascii": False}
FORMATS = ("json", "xml")
Row = dict[str, Any]
Door = Callable[..., HttpResponse]
__all__ = ["Wrong", "address_of", "caller_of", "door", "listed", "one_of"]


class Wrong(Exception):
    """A request that cannot be served: becomes the standard's list of errors."""

    def __init__(self, status: int, description: str, **headers: str) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def door(*methods: str) -> Callable[[Door], Door]:
    """A door of the standard: only these methods, in the format that the address names.

    Programs on other sites may read what everybody may read, so that every answer to a GET allows
    it; nothing here depends on cookies.
    """

    def around(view: Door) -> Door:
        @csrf_exempt  # No cookie opens anything here.
        @wraps(view)
        def opened(request: HttpRequest, form: str = "", **more: Any) -> HttpResponse:
            shape = form if form in FORMATS else _wanted(request)
            with translation.override(_language(request)):
                try:
                    response = _served(view, request, form, methods, more)
                except Wrong as error:
                    response = refusal(shape, error)
            if request.method in {"GET", "HEAD", "OPTIONS"}:
                response["Access-Control-Allow-Origin"] = "*"
            return response

        return opened

    return around


def _served(
    view: Door, request: HttpRequest, form: str, methods: tuple[str, ...], more: Row
) -> HttpResponse:
    if request.method == "OPTIONS":
        response = HttpResponse(status=204)
        response["Allow"] = ", ".join((*methods, "OPTIONS"))
        response["Access-Control-Allow-Methods"] = "GET, HEAD"
        response["Access-Control-Allow-Headers"] = "Content-Type"
        response["Access-Control-Max-Age"] = "86400"
        return response
    if form and form not in FORMATS:
        raise Wrong(404, f"The format {form[:20]!r} is not known: please ask for .json or .xml.")
    if request.method not in methods:
        allowed = ", ".join((*methods, "OPTIONS"))
        raise Wrong(405, f"Only {allowed} can be used here.", Allow=allowed)
    return view(request, form, **more)


def _wanted(request: HttpRequest) -> str:
    """Where the address names no format that we know: what the program would rather read."""
    preferred = request.get_preferred_type(["application/json", "text/xml", "application/xml"])
    return "json" if preferred in (None, "application/json") else "xml"


def _language(request: HttpRequest) -> str:
    """`locale`, else the language that the program prefers, else Vietnamese."""
    said = request.GET.get("locale") or request.headers.get("Accept-Language", "")
    return "en" if said.strip().lower().startswith("en") else "vi"


def refusal(form: str, error: Wrong) -> HttpResponse:
    row = {"code": error.status, "description": error.description}
    response = listed(form, "errors", "error", [row], status=error.status)
    for name, value in error.headers.items():
        response[name] = value
    return response


def listed(form: str, root: str, item: str, rows: Iterable[Row], status: int = 200) -> HttpResponse:
    """A list, as JSON or as elements `item` in `root`."""
    found = list(rows)
    if form == "json":
        return JsonResponse(found, safe=False, status=status, json_dumps_params=READABLE)
    top = Xml.Element(root)
    for row in found:
        fill(Xml.SubElement(top, item), row)
    return _xml(top, status)


def one_of(form: str, root: str, row: Row, items: Mapping[str, str]) -> HttpResponse:
    """One thing; `items` names the elements of its lists in XML."""
    if form == "json":
        return JsonResponse(row, json_dumps_params=READABLE)
    top = Xml.Element(root)
    fill(top, row, items)
    return _xml(top, 200)


def _xml(top: Xml.Element, status: int) -> HttpResponse:
    text = Xml.tostring(top, encoding="utf-8", xml_declaration=True)
    return HttpResponse(text, status=status, content_type="text/xml; charset=utf-8")


def fill(node: Xml.Element, row: Row, items: Mapping[str, str] | None = None) -> None:
    """Write the values of a row as elements; lists become elements of the name in `items`."""
    names = {"values": "value", "photos": "photo", "attributes": "attribute", **(items or {})}
    for name, value in row.items():
        child = Xml.SubElement(node, name)
        if isinstance(value, bool):
            child.text = "true" if value else "false"
        elif isinstance(value, dict):
            fill(child, value, names)
        elif isinstance(value, list):
            for part in value:
                inner = Xml.SubElement(child, names.get(name, "item"))
                if isinstance(part, dict):
                    fill(inner, part, names)
                else:
                    inner.text = clean(str(part))
        elif value is not None:
            child.text = clean(str(value))


def clean(text: str) -> str:
    """Without the signs that XML 1.0 cannot hold (section 2.2), escaped or not."""
    return "".join(
        sign
        for sign in text
        if sign in "\t\n\r" or " " <= sign <= "\ud7ff" or "\ue000" <= sign <= "\ufffd"
        or sign >= "\U00010000"
    )  # fmt: skip
