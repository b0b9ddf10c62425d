"""How messages to other systems are signed, when they are tried again, and where none goes. Pure.

Headers and signature are those of Standard Webhooks 1.0.
"""

import base64
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

RETRIES = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2),
    timedelta(hours=5), timedelta(hours=10), timedelta(hours=14), timedelta(hours=20),
    timedelta(hours=24),
)  # fmt: skip
# Who died with a message in hand may have sent it; after this it is sent again, under its old id.
IN_HAND = timedelta(minutes=2)
# Both secrets sign for so long after a new one was made.
OVERLAP = timedelta(days=1)
KEPT = timedelta(days=30)
HOOKS_AT_MOST = 20
PORTS = frozenset({443, 8443})
PREFIX = "whsec_"
# Addresses that carry another one in them: it would be reached behind our back.
_CARRIERS = [ipaddress.ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")]


def new_secret() -> str:
    """192 bits, as Standard Webhooks writes them."""
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def signature(key: str, *, message: str, at: datetime, body: str) -> str:
    """`v1,…`: HMAC-SHA256 over id, time and body."""
    raw = base64.b64decode(key.removeprefix(PREFIX))
    signed = f"{message}.{int(at.timestamp())}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode()


def headers(keys: Sequence[str], *, message: str, at: datetime, body: str) -> dict[str, str]:
    """One signature for each secret that holds, with spaces between them."""
    signed = " ".join(signature(key, message=message, at=at, body=body) for key in keys)
    return {
        "content-type": "application/json",
        "user-agent": "dothi",
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signed,
    }


def next_try(attempts: int) -> timedelta | None:
    """How long to wait after so many tries; None: enough."""
    return RETRIES[attempts - 1] if attempts <= len(RETRIES) else None


def is_public(text: str) -> bool:
    """Whether an address lies in the open internet, and in nobody's own network."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_public(str(inner))
        if address.teredo is not None or any(address in net for net in _CARRIERS):
            return False
    return address.is_global and not address.is_multicast


def is_address(url: str, *, local: bool) -> bool:
    """Whether messages may go there at all: HTTPS, no name or password in it.

    With `local` also plain HTTP and any port, for trials on one machine.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc or len(url) > 500 or not url.isprintable():
        return False
    if local:
        return parts.scheme in {"http", "https"}
    return parts.scheme == "https" and (port is None or port in PORTS)
