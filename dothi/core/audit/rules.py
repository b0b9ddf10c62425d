"""How an entry is sealed: HMAC-SHA256 (RFC 2104) with a key that the database never sees."""

import hmac
import json
from datetime import UTC, datetime
from typing import Any

START = b"\0" * 32


def canonical(row: dict[str, Any]) -> bytes:
    """One spelling for one row, whatever the order of its keys and the zone of its times."""

    def spell(value: Any) -> str:
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat()
        raise TypeError(type(value))

    text = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=spell)
    return text.encode()


def digest(key: bytes, row: dict[str, Any]) -> bytes:
    return hmac.digest(key, canonical(row), "sha256")


def link(key: bytes, before: bytes, own: bytes) -> bytes:
    """The chain up to an entry, from the chain before it and the entry's own digest."""
    return hmac.digest(key, before + own, "sha256")
