"""Where encrypted values lie that are in no `EncryptedTextField`: whoever keeps some says it here.

A new key reaches every value that this list and the fields name; a value that nobody named would
not open any more on the day its key is thrown away.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Store:
    """Encrypted values of one kind. `re_encrypt(active)` brings them over to the active key."""

    name: str
    key_ids: Callable[[], set[str]]
    re_encrypt: Callable[[str], int]


stores: dict[str, Store] = {}


def register(store: Store) -> Store:
    """Add a store.

    Raises:
        ValueError: the name is taken.
    """
    if store.name in stores:
        raise ValueError(f"Two stores of encrypted values are named {store.name}.")
    stores[store.name] = store
    return store
