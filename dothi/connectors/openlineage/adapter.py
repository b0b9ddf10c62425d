"""Run events to an address: one POST each, or one line each."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
from django.conf import settings

from dothi.connectors.openlineage import client
from dothi.core.clock import local
from dothi.datastore.lineage.choices import Fault
from dothi.datastore.lineage.ports import NotSent, NotTaken, Send

DENIED = frozenset({401, 403})
# It may take them another time: too early, too many, or the server is ill.
PASSING = frozenset({404, 408, 425, 429})


@contextmanager
def to_server(address: str, at: datetime) -> Iterator[Send]:
    """To `/api/v1/lineage` of a server, or to the path that the address names."""
    url = address if urlsplit(address).path.strip("/") else f"{address}/api/v1/lineage"
    with client.server(settings.OPENLINEAGE_API_KEY) as server:

        def send(event: dict[str, Any]) -> None:
            try:
                status = client.posted(server, url, event)
            except httpx.TimeoutException as error:
                raise NotSent(Fault.SLOW) from error
            except httpx.HTTPError as error:
                raise NotSent(Fault.UNREACHABLE) from error
            _judge(status)

        yield send


def _judge(status: int) -> None:
    if status in DENIED:
        raise NotSent(Fault.DENIED, status)
    if 200 <= status < 300:
        return
    if 400 <= status < 500 and status not in PASSING:
        raise NotTaken(status)
    raise NotSent(Fault.STATUS, status)


@contextmanager
def to_files(address: str, at: datetime) -> Iterator[Send]:
    """To `openlineage-DAY.ndjson` in a folder; the day is one of the city."""
    folder = Path(unquote(urlsplit(address).path))
    path = folder / f"openlineage-{local(at).date().isoformat()}.ndjson"
    try:
        with client.Lines(path) as lines:

            def send(event: dict[str, Any]) -> None:
                lines.add(event)

            yield send
    except OSError as error:
        raise NotSent(Fault.DISK) from error
