"""How values are encrypted: AES-256-GCM (NIST SP 800-38D), the key's id in front of the value."""

import base64
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = "1"
NONCE = 12  # Bytes, chance. Safe for 2^32 values a key; rotate long before.


class Unreadable(Exception):
    """The value was changed, belongs to another purpose, or its key is gone."""


class Expired(Unreadable):
    """The signature was good until a time that has passed."""


def encrypt(text: str, *, key_id: str, key: bytes, purpose: str) -> str:
    """Return `1.<key id>.<nonce and ciphertext>`, bound to its purpose."""
    nonce = secrets.token_bytes(NONCE)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), _bound(key_id, purpose))
    return f"{VERSION}.{key_id}.{_encode(nonce + sealed)}"


def key_id_of(token: str) -> str:
    version, _, rest = token.partition(".")
    key_id, _, _ = rest.partition(".")
    if version != VERSION or not key_id:
        raise Unreadable("not an encrypted value")
    return key_id


def decrypt(token: str, *, keys: Mapping[str, bytes], purpose: str) -> str:
    """Return the text.

    Raises:
        Unreadable: it was changed, was made for another purpose, or its key is not on the ring.
    """
    key_id = key_id_of(token)
    if key_id not in keys:
        raise Unreadable(f"key {key_id} is not on the ring")
    try:
        raw = _decode(token.split(".", 2)[2])
        text = AESGCM(keys[key_id]).decrypt(raw[:NONCE], raw[NONCE:], _bound(key_id, purpose))
    except (InvalidTag, ValueError) as error:
        raise Unreadable("the value does not open") from error
    return text.decode()


def keyed_hash(text: str, *, key: bytes, purpose: str) -> str:
    """HMAC-SHA256 as hex: equal texts of one purpose have equal hashes, nobody can guess back."""
    return hmac.digest(key, f"{purpose}\0{text}".encode(), "sha256").hex()


def sign(payload: Mapping[str, Any], *, key: bytes, purpose: str, expires: datetime) -> str:
    """Return a readable, unforgeable text that is good until `expires`."""
    body = json.dumps(
        {"d": dict(payload), "e": int(expires.timestamp())}, separators=(",", ":"), sort_keys=True
    ).encode()
    return f"{_encode(body)}.{_encode(_signature(body, key, purpose))}"


def unsign(token: str, *, key: bytes, purpose: str, at: datetime) -> dict[str, Any]:
    """Return the payload.

    Raises:
        Expired: it was good once.
        Unreadable: it was never good.
    """
    try:
        first, second = token.split(".")
        body, signature = _decode(first), _decode(second)
    except ValueError as error:
        raise Unreadable("not a signed text") from error
    if not hmac.compare_digest(signature, _signature(body, key, purpose)):
        raise Unreadable("the signature is not ours")
    content = json.loads(body)
    if datetime.fromtimestamp(content["e"], UTC) <= at:
        raise Expired("good until a time that has passed")
    return dict(content["d"])


def _signature(body: bytes, key: bytes, purpose: str) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + body, "sha256")


def _bound(key_id: str, purpose: str) -> bytes:
    return f"{VERSION}\0{key_id}\0{purpose}".encode()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
