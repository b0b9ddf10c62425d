"""The client: one POST a request, JSON both ways, a token in the header.

The wrapping is ours to be confirmed: `service`, `madonvi`, `isUpdating` and `data` go in;
`error_code` 0 and `result` come out.
"""

from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
MOST = 32 * 1024**2
MOST_FILE = 15 * 1024**2
DONE = 0


class Unreached(Exception):
    """No answer, or none of the portal's own."""


class Declined(Exception):
    """The portal answers that it does not take this."""


class Client:
    """It talks to one address and follows nobody to another."""

    def __init__(self, address: str, *, token: str, agency: str) -> None:
        self._address, self._agency = address, agency
        self._http = httpx.Client(
            timeout=TIMEOUT, trust_env=False, follow_redirects=False,
            headers={"User-Agent": "dothi", "Authorization": f"Bearer {token}"},
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def ask(self, service: str, data: Any, *, updating: bool = False) -> Any:
        """What a service answers.

        Raises:
            Unreached, Declined: see there.
        """
        body = {
            "service": service, "madonvi": self._agency, "isUpdating": updating, "data": data
        }  # fmt: skip
        try:
            answer = self._http.post(self._address, json=body)
        except httpx.HTTPError as error:
            raise Unreached(type(error).__name__) from error
        if answer.status_code != 200 or len(answer.content) > MOST:
            raise Unreached(f"HTTP {answer.status_code}")
        try:
            told = answer.json()
            code = int(told["error_code"])
        except (ValueError, KeyError, TypeError) as error:
            raise Unreached("the answer is not the portal's") from error
        if code != DONE:
            raise Declined(f"{code}: {told.get('error_message', '')}"[:300])
        return told.get("result")

    def file(self, url: str) -> bytes:
        """The content of a file, from the portal's own server only.

        Raises:
            Unreached: see there.
        """
        whole = urljoin(self._address, url)
        if urlsplit(whole)[:2] != urlsplit(self._address)[:2]:
            raise Unreached("a file lies on another server")
        try:
            with self._http.stream("GET", whole) as answer:
                if answer.status_code != 200:
                    raise Unreached(f"HTTP {answer.status_code}")
                content = bytearray()
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > MOST_FILE:
                        raise Unreached("a file is too large")
                return bytes(content)
        except httpx.HTTPError as error:
            raise Unreached(type(error).__name__) from error
