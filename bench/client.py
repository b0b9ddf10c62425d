"""A small HTTP client for measuring: cheap enough not to be what is measured.

One connection is one browser: it keeps its cookies, and comes from an address of its own on the
loopback network (127.0.0.0/8), so that limits by address count it as one caller.
"""

import asyncio
import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httptools

TIMEOUT = 90.0
IDLE = 3.0  # Seconds after which a connection is not used again.
_numbers = itertools.count(1)


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Failed(Exception):
    """No answer, or not the expected one."""


class _Wire(asyncio.Protocol):
    """One keep-alive connection; one request at a time."""

    def __init__(self) -> None:
        self.waiting: asyncio.Future[Answer] | None = None
        self.answer = Answer()
        self.cookies: dict[str, str] = {}
        self.parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(Failed(f"the server closed the connection ({exc})"))

    def on_message_begin(self) -> None:
        self.answer = Answer()

    def on_header(self, name: bytes, value: bytes) -> None:
        key = name.decode().lower()
        if key == "set-cookie":
            cookie, _, content = value.decode().partition(";")[0].partition("=")
            self.cookies[cookie] = content
        self.answer.headers[key] = value.decode()

    def on_body(self, body: bytes) -> None:
        self.answer.body += body

    def on_message_complete(self) -> None:
        self.answer.status = self.parser.get_status_code()
        waiting, self.waiting = self.waiting, None
        self.parser = httptools.HttpResponseParser(self)
        if waiting is not None and not waiting.done():
            waiting.set_result(self.answer)


class Browser:
    """One visitor of the house at `port`."""

    def __init__(self, port: int, *, address: str = "") -> None:
        self.port = port
        self.address = address or loopback(next(_numbers))
        self.wire: _Wire | None = None
        self.cookies: dict[str, str] = {}
        self.used_at = time.monotonic()

    async def get(self, path: str) -> Answer:
        return await self._ask("GET", path, b"", {})

    async def post(self, path: str, form: Mapping[str, object]) -> Answer:
        """Send a form, with the token that its page gave."""
        values = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", ""), **form}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self._ask("POST", path, urlencode(values).encode(), kind)

    async def send(self, path: str, body: object, headers: Mapping[str, str]) -> Answer:
        """Send JSON, as programs do."""
        kind = {"Content-Type": "application/json", **headers}
        return await self._ask("POST", path, json.dumps(body).encode(), kind)

    async def _ask(self, method: str, path: str, body: bytes, more: Mapping[str, str]) -> Answer:
        wire = await self._connected()
        head = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Accept: */*"]
        if self.cookies:
            head.append("Cookie: " + "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        head += [f"{name}: {value}" for name, value in more.items()]
        if method == "POST":
            head.append(f"Content-Length: {len(body)}")
        wire.waiting = asyncio.get_running_loop().create_future()
        wire.transport.write("\r\n".join([*head, "", ""]).encode() + body)
        async with asyncio.timeout(TIMEOUT):
            answer = await wire.waiting
        self.cookies.update(wire.cookies)
        return answer

    async def _connected(self) -> _Wire:
        idle = time.monotonic() - self.used_at
        self.used_at = time.monotonic()
        if self.wire is not None and idle > IDLE:  # The server is about to close it.
            self.wire.transport.close()
        if self.wire is None or self.wire.transport.is_closing():
            loop = asyncio.get_running_loop()
            _, self.wire = await loop.create_connection(
                _Wire, "127.0.0.1", self.port, local_addr=(self.address, 0)
            )
        return self.wire

    def close(self) -> None:
        if self.wire is not None:
            self.wire.transport.close()


def loopback(number: int) -> str:
    """An address of this machine that nobody else has: 127.1.0.0 and up."""
    return f"127.{1 + number // 62500 % 200}.{number // 250 % 250}.{1 + number % 250}"
