"""Typed readers of the environment: a wrong value stops the start with a sentence, not a trace."""

import os
from datetime import time
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool = False) -> bool:
    """Read 1/true/yes/on and 0/false/no/off.

    Raises:
        ImproperlyConfigured: the value is neither.
    """
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={value!r}: write 1 or 0.")


def number(name: str, default: int) -> int:
    value = text(name)
    try:
        return int(value) if value else default
    except ValueError as exc:
        raise ImproperlyConfigured(f"{name}={value!r}: write a whole number.") from exc


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    value = text(name)
    return [word.strip() for word in value.split(",") if word.strip()] if value else list(default)


def hours(name: str, default: str) -> tuple[time, time] | None:
    """Read hours of a day such as `21:00-07:00`; `none`: no hours.

    Raises:
        ImproperlyConfigured: it is neither.
    """
    value = text(name) or default
    if value.lower() == "none":
        return None
    try:
        since, until = (time.fromisoformat(part.strip()) for part in value.split("-"))
    except ValueError as exc:
        raise ImproperlyConfigured(f"{name}={value!r}: write hours like 21:00-07:00.") from exc
    return since, until


def folder(name: str, default: Path) -> Path:
    value = text(name)
    return Path(value).expanduser().resolve() if value else default


def engine(name: str, default: str) -> str:
    """Read the address of the store's engine: `duckdb://`, or `sc://host:port` of a cluster.

    Raises:
        ImproperlyConfigured: it is neither.
    """
    value = text(name) or default
    parts = urlsplit(value)
    try:
        sound = value == "duckdb://" or (
            parts.scheme == "sc" and bool(parts.hostname) and parts.port != 0
        )
    except ValueError:  # A port that is no number.
        sound = False
    if not sound:
        raise ImproperlyConfigured(
            f"{name}={value!r}: write duckdb://, or sc://host:port of a Spark Connect server."
        )
    return value


def listener(name: str) -> str:
    """Read where run events go: a web server, or `file:///folder`; empty: nowhere.

    Raises:
        ImproperlyConfigured: it is neither, or a password stands in it.
    """
    value = text(name).rstrip("/")
    parts = urlsplit(value)
    to_web = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    to_file = parts.scheme == "file" and not parts.netloc and len(parts.path) > 1
    if value and (len(value) > 300 or not (to_web or to_file)):
        raise ImproperlyConfigured(
            f"{name}: write https://host, or file:///folder; a key stands in OPENLINEAGE_API_KEY."
        )
    return value


def web(name: str) -> str:
    """Read the address of a web server, without a slash at its end; empty: none.

    Raises:
        ImproperlyConfigured: it is none, or a password stands in it.
    """
    value = text(name).rstrip("/")
    parts = urlsplit(value)
    if value and (
        parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc
    ):
        raise ImproperlyConfigured(f"{name}: write https://host.")
    return value


def database(name: str, default: str) -> dict[str, str]:
    """Read a PostgreSQL URL (RFC 3986) into the parts that Django wants.

    `postgresql://user:password@host:port/name?sslmode=require`; a socket folder goes into
    `?host=/path`.

    Raises:
        ImproperlyConfigured: it is no PostgreSQL URL.
    """
    parts = urlsplit(text(name) or default)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(f"{name}: dothi keeps its records in PostgreSQL only.")
    query = dict(parse_qsl(parts.query))
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "")),
        **query,
    }
