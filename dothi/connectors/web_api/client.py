"""Pages of records, one after the other, in the ways that servers number them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urljoin

from dothi.connectors.web import Page, Web
from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.ports import NotFetched, pick

PAGES_AT_MOST = 100_000


class Paging(StrEnum):
    """How the next page is asked for."""

    NONE = "none"
    NUMBER = "number"  # ?page=2
    OFFSET = "offset"  # ?offset=200
    CURSOR = "cursor"  # What the answer names: a sign for the next page, or its address.
    LINK = "link"  # The Link header.


@dataclass(frozen=True, kw_only=True)
class Way:
    """How to go through the pages of a server."""

    paging: Paging = Paging.NONE
    records: str = ""  # Where in the answer the list is.
    parameter: str = ""  # That says which page.
    size_parameter: str = ""
    size: int = 0
    cursor: str = ""  # Where in the answer the next page is named.
    first: int = 1  # Number of the first page.


def records(
    web: Web, address: str, query: Mapping[str, str], way: Way
) -> Iterator[list[Mapping[str, Any]]]:
    """The lists of records, page by page.

    Raises:
        NotFetched: a page does not come, holds no list, or came before.
    """
    sized = {way.size_parameter: str(way.size)} if way.size_parameter and way.size else {}
    url, asked = address, {**query, **sized, **_begin(way)}
    met: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    count = 0
    for number in range(PAGES_AT_MOST):
        key = (url, tuple(sorted(asked.items())))
        if key in met:
            raise NotFetched(Fault.LOOP)
        met.add(key)
        page = web.json(url, asked)
        here = _list(page.value, way.records)
        yield here
        count += len(here)
        following = _next(way, page, here, number=number, count=count)
        if following is None:
            return
        if isinstance(following, str):
            url, asked = following, {}
        else:
            asked = {**asked, **following}
    raise NotFetched(Fault.LOOP)


def _begin(way: Way) -> dict[str, str]:
    if way.paging == Paging.NUMBER:
        return {way.parameter or "page": str(way.first)}
    if way.paging == Paging.OFFSET:
        return {way.parameter or "offset": "0"}
    return {}


def _next(
    way: Way, page: Page, here: list[Mapping[str, Any]], *, number: int, count: int
) -> dict[str, str] | str | None:
    """What to ask next: more for the query, another address, or nothing."""
    if way.paging == Paging.LINK:
        return page.next_url or None
    if way.paging == Paging.CURSOR:
        there, said = pick(page.value, way.cursor)
        if not there or said in (None, "", False):
            return None
        if way.parameter:
            return {way.parameter: str(said)}
        return urljoin(page.url, str(said))
    if way.paging == Paging.NONE or not here or (way.size and len(here) < way.size):
        return None
    if way.paging == Paging.NUMBER:
        return {way.parameter or "page": str(way.first + number + 1)}
    return {way.parameter or "offset": str(count)}


def _list(value: Any, path: str) -> list[Mapping[str, Any]]:
    there, found = pick(value, path)
    if not there or not isinstance(found, list):
        raise NotFetched(Fault.NO_RECORDS, path=path or "/")
    if not all(isinstance(one, Mapping) for one in found):
        raise NotFetched(Fault.NO_RECORDS, path=path or "/")
    return found
