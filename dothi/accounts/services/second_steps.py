"""Secrets of second steps go over to a new key with everything else that is encrypted."""

from collections.abc import Callable, Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from dothi.core.crypto import registry
from dothi.core.crypto import rules as crypto_rules
from dothi.core.crypto import services as crypto

PURPOSE = "accounts.second_step"


def key_ids() -> set[str]:
    """The ids of the keys with which secrets are encrypted now."""
    return {
        crypto_rules.key_id_of(token)
        for data in Authenticator.objects.values_list("data", flat=True)
        for token in _tokens(data)
    }


def re_encrypt(active: str) -> int:
    """Bring every secret over to the active key. Return how many went."""
    done = 0
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            held = Authenticator.objects.select_for_update().filter(pk=pk).first()
            stale = [t for t in _tokens(held.data if held else {}) if _is_stale(t, active)]
            if held is None or not stale:
                continue
            held.data = _replaced(held.data, lambda token: _anew(token, active))
            held.save(update_fields=["data"])
            done += len(stale)
    return done


def _tokens(data: Any) -> Iterator[str]:
    """Whatever in the library's record is one of our encrypted values."""
    if isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list):
        for value in data:
            yield from _tokens(value)
    elif isinstance(data, str) and _is_token(data):
        yield data


def _replaced(data: Any, change: Callable[[str], str]) -> Any:
    if isinstance(data, dict):
        return {name: _replaced(value, change) for name, value in data.items()}
    if isinstance(data, list):
        return [_replaced(value, change) for value in data]
    return change(data) if isinstance(data, str) and _is_token(data) else data


def _is_token(text: str) -> bool:
    try:
        crypto.decrypt(text, purpose=PURPOSE)
    except crypto_rules.Unreadable:
        return False
    return True


def _is_stale(token: str, active: str) -> bool:
    return crypto_rules.key_id_of(token) != active


def _anew(token: str, active: str) -> str:
    if not _is_stale(token, active):
        return token
    return crypto.encrypt(crypto.decrypt(token, purpose=PURPOSE), purpose=PURPOSE)


registry.register(registry.Store(name=PURPOSE, key_ids=key_ids, re_encrypt=re_encrypt))
