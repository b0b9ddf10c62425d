"""Whom the house asks at all: a source must not become a way into the network of the office."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from django.conf import settings

from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.ports import NotFetched


def check(host: str, port: int) -> None:
    """Raises NotFetched where the settings of the house do not name the host."""
    if not names(settings.SOURCE_HOSTS, host, port):
        raise NotFetched(Fault.NOT_ALLOWED, host=f"{host}:{port}")


def names(allowed: Sequence[str], host: str, port: int) -> bool:
    """Whether a list such as `data.example.vn, *.example.vn, 10.0.0.5:5432` names it."""
    wanted = host.lower().rstrip(".")
    for one in allowed:
        pattern, colon, stated = one.lower().strip().rpartition(":")
        if not colon or not stated.isdigit():
            pattern, stated = one.lower().strip(), ""
        if stated and int(stated) != port:
            continue
        if pattern.startswith("*.") and fnmatchcase(wanted, f"*{pattern[1:]}"):
            return True
        if pattern.strip("[]") == wanted.strip("[]"):
            return True
    return False
