"""The client: ask, put a page down, read it, go to the next one.

A page is put down before anything is done with it, so that a slow database never keeps the other
side waiting, and no connection is open while a transaction is. An endpoint of GeoReport v2
(`…/requests.json`) is asked page by page until a page brings nothing new; any other address is one
file. The next page is the one that the answer names (RFC 8288), else `page=2` and so on.
"""

import re
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from typing import IO
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from dothi.lib.georeport import Raw, read

TIMEOUT = 60.0
CHUNK = 256 * 1024
IN_MEMORY = 8 * 1024 * 1024
MOST = 2 * 1024**3
PAGES_AT_MOST = 10_000
ENDPOINT = re.compile(r"/requests\.(json|xml)$")
_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel="?next"?')


class NotReached(Exception):
    """The other side does not answer, or not with a page: says why in a sentence."""


def records(url: str, *, timeout: float = TIMEOUT) -> Iterator[Raw]:
    """All records behind an address.

    Raises:
        NotReached: no answer, an error, or too much. lib.georeport.BrokenFile: see there.
    """
    before: set[str] = set()
    following: str | None = url
    for number in range(1, PAGES_AT_MOST + 1):
        if following is None:
            return
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as page:
            named = _fetch(following, page, timeout=timeout)
            page.seek(0)
            here: set[str] = set()
            for raw in read(page):
                here.add(raw.first("service_request_id", "id") or raw.original)
                yield raw
        if not here - before:
            return  # Nothing new: the last page, or one that does not know `page`.
        before = here
        following = urljoin(following, named) if named else _next(url, number + 1)


def _next(url: str, number: int) -> str | None:
    parts = urlsplit(url)
    if not ENDPOINT.search(parts.path):
        return None
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "page"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("page", str(number))])))


def _fetch(url: str, page: IO[bytes], *, timeout: float) -> str:
    """Put one page down. Returns the address of the next one, where the answer names it."""
    if urlsplit(url).scheme not in {"http", "https"}:
        raise NotReached(f"{url} is no address of the web")
    asked = urllib.request.Request(
        url, headers={"Accept": "application/json, text/xml", "User-Agent": "dothi"}
    )
    try:
        with urllib.request.urlopen(asked, timeout=timeout) as answer:
            size = 0
            while data := answer.read(CHUNK):
                size += len(data)
                if size > MOST:
                    raise NotReached(f"{url} is larger than {MOST // 1024**3} GB")
                page.write(data)
            found = _NEXT.search(answer.headers.get("Link") or "")
            return found[1] if found else ""
    except urllib.error.HTTPError as error:
        error.close()
        raise NotReached(f"{url} answers {error.code} {error.reason}") from error
    except (urllib.error.URLError, HTTPException, TimeoutError, OSError) as error:
        raise NotReached(f"{url} does not answer: {getattr(error, 'reason', error)}") from error
