"""Where the store keeps its files; everything on one file system, so that files move by name."""

import re
from pathlib import Path

from django.conf import settings

CODE = re.compile(r"[a-z][a-z0-9_-]{0,62}")
RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")


class BadName(ValueError):
    """A code or a run that could lead out of its folder."""


def tables() -> Path:
    return Path(settings.STORE) / "tables"


def table(code: str) -> Path:
    return tables() / checked(code, CODE)


def work(code: str, run: str = "") -> Path:
    """Where runs write before they publish."""
    folder = Path(settings.STORE) / "work" / checked(code, CODE)
    return folder / checked(run, RUN) if run else folder


def serving() -> Path:
    return Path(settings.STORE) / "serving"


def spill() -> Path:
    """Where DuckDB puts what its memory does not hold."""
    return Path(settings.STORE) / "spill"


def checked(name: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(name):
        raise BadName(name)
    return name
