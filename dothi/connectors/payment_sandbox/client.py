"""JSON over HTTP with signed messages: HMAC-SHA-256 over the moment and the bytes, both ways."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

TIMEOUT = httpx.Timeout(15.0, connect=5.0)
MOST = 64 * 1024
# A message that is older is not believed; who has to say it again signs it again.
FRESH = timedelta(minutes=10)
STAMP, SIGNATURE = "x-timestamp", "x-signature"


class NotSigned(Exception):
    """The signature is missing or wrong, or the message is too old."""


def signed(key: str, what: bytes, *, at: datetime) -> dict[str, str]:
    """The headers that vouch for a message."""
    stamp = str(int(at.timestamp()))
    return {STAMP: stamp, SIGNATURE: _signature(key, stamp, what)}


def check(key: str, what: bytes, headers: Mapping[str, str], *, at: datetime) -> None:
    """See that a message is the other side's, and fresh.

    Raises:
        NotSigned: it is not.
    """
    low = {name.lower(): value for name, value in headers.items()}
    stamp, signature = low.get(STAMP, ""), low.get(SIGNATURE, "")
    if not key or not hmac.compare_digest(
        _signature(key, stamp, what).encode(), signature.encode()
    ):
        raise NotSigned("signature")
    # Only who has the key gets here, so the stamp is a number.
    if abs(at - datetime.fromtimestamp(int(stamp), UTC)) > FRESH:
        raise NotSigned("age")


def _signature(key: str, stamp: str, what: bytes) -> str:
    return hmac.new(key.encode(), stamp.encode() + b"." + what, hashlib.sha256).hexdigest()


def posted(url: str, key: str, value: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """What the server answers to a signed message.

    Raises:
        httpx.HTTPError: there was none, or an error.
        NotSigned: the answer is not the server's.
        ValueError: it is no JSON object.
    """
    body = json.dumps(value, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", **signed(key, body, at=at)}
    with _client() as client:
        return _value(client.post(url, content=body, headers=headers), key, at=at)


def read(url: str, key: str, *, at: datetime) -> dict[str, Any]:
    """What the server answers to a signed question; the path is what is signed.

    Raises:
        httpx.HTTPError, NotSigned, ValueError: see `posted`.
    """
    headers = signed(key, httpx.URL(url).raw_path, at=at)
    with _client() as client:
        return _value(client.get(url, headers=headers), key, at=at)


def _client() -> httpx.Client:
    return httpx.Client(
        timeout=TIMEOUT, trust_env=False, follow_redirects=False, headers={"User-Agent": "dothi"}
    )


def _value(answer: httpx.Response, key: str, *, at: datetime) -> dict[str, Any]:
    answer.raise_for_status()
    if len(answer.content) > MOST:
        raise ValueError("the answer is too large")
    check(key, answer.content, answer.headers, at=at)
    value = json.loads(answer.content)
    if not isinstance(value, dict):
        raise ValueError("the answer is no object")
    return value
