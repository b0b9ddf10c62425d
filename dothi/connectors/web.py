"""Ask other servers over HTTP: only those that the house allows, with bounds for everything.

A redirect is followed only to a host that is allowed, too; a token goes to the server it is for and
to no other. Answers are put down before they are read.
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx

from dothi.connectors import allowed
from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.ports import NotFetched

TIMEOUT = httpx.Timeout(60.0, connect=15.0)
PAUSES = (0.5, 2.0)  # Seconds before it is asked again; a longer fault is for the next turn.
PASSING = frozenset({429, 500, 502, 503, 504})
REDIRECTS = 5
MOST_PAGE = 64 * 1024**2
MOST_FILE = 20 * 1024**3
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class Page:
    """An answer that was read whole: its value, where it came from, where the next one is."""

    value: Any
    url: str
    next_url: str = field(default="")  # As a Link header names it (RFC 8288).


class Web:
    """A client of one server, for one try. `token` goes to that server only."""

    def __init__(self, address: str, *, header: str = "Authorization", token: str = "") -> None:
        self.origin = _origin(address)
        self._secret = {header: token} if token else {}
        self._client = httpx.Client(
            timeout=TIMEOUT, trust_env=False, follow_redirects=False,
            headers={"User-Agent": "dothi"},
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def json(self, url: str, query: Mapping[str, str] | None = None) -> Page:
        """An answer in JSON; numbers keep their digits."""
        with self._answer(url, query, accept="application/json") as answer:
            body = bytearray()
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > MOST_PAGE:
                    raise NotFetched(Fault.TOO_LARGE, size=MOST_PAGE)
            following = answer.links.get("next", {}).get("url", "")
            at = str(answer.url)
        try:
            value = json.loads(body, parse_float=str, parse_constant=str)
        except (ValueError, RecursionError) as error:
            raise NotFetched(Fault.BROKEN, what="JSON") from error
        return Page(value=value, url=at, next_url=urljoin(at, following) if following else "")

    def save(
        self, url: str, path: Path, query: Mapping[str, str] | None = None, *, most: int = MOST_FILE
    ) -> int:
        """Put an answer down byte by byte. Return its size."""
        size = 0
        with self._answer(url, query, accept="*/*") as answer, path.open("wb") as file:
            for chunk in answer.iter_bytes():
                size += len(chunk)
                if size > most:
                    raise NotFetched(Fault.TOO_LARGE, size=most)
                file.write(chunk)
        return size

    @contextmanager
    def _answer(
        self, url: str, query: Mapping[str, str] | None, *, accept: str
    ) -> Iterator[httpx.Response]:
        answer = self._asked(url, query, accept)
        try:
            yield answer
        except httpx.TransportError as error:
            raise _unreachable(url, error) from error
        except httpx.DecodingError as error:
            raise NotFetched(Fault.BROKEN, what="encoding") from error
        finally:
            answer.close()

    def _asked(self, url: str, query: Mapping[str, str] | None, accept: str) -> httpx.Response:
        for pause in (*PAUSES, None):
            try:
                answer = self._followed(url, query, accept)
            except httpx.TransportError as error:
                if pause is None:
                    raise _unreachable(url, error) from error
            else:
                if answer.status_code < 400:
                    return answer
                answer.close()
                if answer.status_code not in PASSING or pause is None:
                    raise _refused(url, answer.status_code)
            time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _followed(self, url: str, query: Mapping[str, str] | None, accept: str) -> httpx.Response:
        for _ in range(REDIRECTS + 1):
            self._check(url)
            headers = {"Accept": accept}
            if _origin(url) == self.origin:
                headers |= self._secret
            request = self._client.build_request("GET", _with(url, query), headers=headers)
            answer = self._client.send(request, stream=True)
            if not answer.is_redirect:
                return answer
            answer.close()
            url, query = urljoin(str(answer.url), answer.headers["location"]), None
        raise NotFetched(Fault.LOOP)

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise NotFetched(Fault.NOT_ALLOWED, host=parts.hostname or "–")
        allowed.check(parts.hostname, _port(url))


def is_address(text: str) -> bool:
    """Whether it is an address of the web, with a host and without a name or password in it."""
    try:
        parts = urlsplit(text)
        return parts.scheme in PORTS and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def _with(url: str, query: Mapping[str, str] | None) -> httpx.URL:
    """The address with more in its query; what stands in it already stays."""
    made = httpx.URL(url)
    return made.copy_merge_params(dict(query)) if query else made


def _port(url: str) -> int:
    try:
        parts = urlsplit(url)
        return parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError) as error:
        raise NotFetched(Fault.NOT_ALLOWED, host="–") from error


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", _port(url)


def _unreachable(url: str, error: Exception) -> NotFetched:
    slow = isinstance(error, httpx.TimeoutException)
    return NotFetched(Fault.SLOW if slow else Fault.UNREACHABLE, host=urlsplit(url).hostname)


def _refused(url: str, status: int) -> NotFetched:
    host = urlsplit(url).hostname
    if status in (401, 403):
        return NotFetched(Fault.DENIED, host=host)
    return NotFetched(Fault.STATUS, host=host, status=status)
