"""Every address of the house, with something real behind each, and the forms on a page."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.urls.converters import get_converters
from django.utils import translation

# For what is left open: one of these fits every kind of part that Django knows.
ANYTHING = ("khong-co", "1", "00000000-0000-4000-8000-000000000000")
WORDS = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
# Tables that every visit changes: sessions, how often somebody asked, and what runs behind.
NOT_RECORDS = {
    "core_limits_window", "django_session", "usersessions_usersession",
    "dothi_cache", "procrastinate_jobs", "procrastinate_events", "procrastinate_workers",
    "procrastinate_periodic_defers", "core_audit_seal",
}  # fmt: skip


def views() -> Iterator[tuple[str, Any]]:
    """Every route of the house, written as its pattern, with its view."""
    yield from _walk(get_resolver(), "/")


def _walk(resolver: URLResolver, before: str) -> Iterator[tuple[str, Any]]:
    for one in resolver.url_patterns:
        route = before + str(one.pattern).lstrip("^")
        if isinstance(one, URLPattern):
            yield route, one.callback
        else:
            yield from _walk(one, route)


def addresses(prefix: str, examples: Mapping[str, str]) -> list[str]:
    """The addresses under a prefix, with an example for each part that a route leaves open."""
    with translation.override(settings.LANGUAGE_CODE):  # The routes without a language before them.
        routes = {route for route, _ in views() if route.startswith(prefix)}
        return sorted(_filled(route, examples) for route in routes)


def _filled(route: str, examples: Mapping[str, str]) -> str:
    def fill(part: re.Match[str]) -> str:
        kind = part["kind"] or "str"
        pattern = get_converters()[kind].regex
        wanted = (examples.get(part["name"], ""), *ANYTHING)
        return next(text for text in wanted if re.fullmatch(pattern, text))

    address = WORDS.sub(fill, route).rstrip("$")
    resolve(address)
    return address


class Forms(HTMLParser):
    """What a browser would send for each form of a page that posts."""

    def __init__(self, page: str, url: str) -> None:
        super().__init__()
        self.url = url
        self.found: list[tuple[str, dict[str, Any]]] = []
        self.open: dict[str, Any] | None = None
        self.choice = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = {} if said.get("method", "").lower() == "post" else None
            if self.open is not None:
                self.found.append((said.get("action") or self.url, self.open))
        elif self.open is not None and (name := said.get("name") or self.choice):
            self._take(tag, name, said)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.choice = ""

    def _take(self, tag: str, name: str, said: dict[str, str]) -> None:
        assert self.open is not None
        kind = said.get("type", "text")
        if tag == "select":
            self.choice = name
        elif tag == "option" and said.get("value"):
            self.open.setdefault(name, said["value"])
        elif tag == "textarea":
            self.open[name] = "Lý do thử quyền"
        elif tag == "button" and said.get("name"):
            self.open.setdefault(name, said.get("value", ""))
        elif tag == "input" and kind in {"radio", "checkbox"}:
            self.open.setdefault(name, said.get("value", "on"))
        elif tag == "input" and kind != "file":
            self.open[name] = said.get("value") or _typed(kind)


def _typed(kind: str) -> str:
    return {"date": "2026-03-02", "number": "1", "email": "x@example.org"}.get(kind, "Thử quyền")


def fingerprint() -> dict[str, Any]:
    """A figure for each table that changes with any of its rows."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            if table in NOT_RECORDS or not model._meta.managed:
                continue
            cursor.execute(
                f'select count(*), coalesce(sum(hashtext(t::text)::bigint), 0) from "{table}" t'
            )
            found[table] = cursor.fetchone()
    return found
