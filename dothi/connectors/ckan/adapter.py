"""A resource that changed is fetched: its file as it is, or its rows."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urljoin, urlsplit

from dothi.connectors.ckan import client
from dothi.connectors.web import Web, is_address
from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.ports import Asked, Fetched, NotFetched, RecordFile, lines

FILE, ROWS = "file", "rows"
STAMPS = ("hash", "last_modified", "metadata_modified", "size")


def fetch(asked: Asked) -> Fetched | None:
    root = asked.text("address").rstrip("/")
    with Web(root, token=asked.secrets.get("token", "")) as web:
        found = client.resource(web, root, asked.text("package"), asked.text("resource"))
        if asked.text("what") == ROWS:
            return _rows(asked, web, root, found)
        return _file(asked, web, root, found)


def _file(asked: Asked, web: Web, root: str, found: Mapping[str, Any]) -> Fetched | None:
    stamp = {name: str(found[name]) for name in STAMPS if found.get(name)}
    position = {"resource": str(found.get("id")), **stamp}
    looks = asked.rows_at_most is not None
    if not looks and stamp.get("last_modified") and asked.position == position:
        return None
    url = urljoin(f"{root}/", str(found.get("url") or ""))
    if not is_address(url):
        raise NotFetched(Fault.NO_RESOURCE, resource=str(found.get("name")))
    path = asked.folder / "file"
    if not web.save(url, path):
        return None
    return Fetched(path=path, name=_name(url, found), position=position)


def _rows(asked: Asked, web: Web, root: str, found: Mapping[str, Any]) -> Fetched | None:
    path = asked.folder / "records"
    with RecordFile(path, take=lines(asked.text("take")), most_rows=asked.rows_at_most) as file:
        for row in client.rows(web, root, str(found["id"])):
            file.add(row)
            if file.full:
                break
    if not file.rows:
        return None
    return Fetched(
        path=path, name=f"{found.get('name') or found['id']}.ndjson", heads=file.heads,
        rows=file.rows,
    )  # fmt: skip


def _name(url: str, found: Mapping[str, Any]) -> str:
    return PurePosixPath(urlsplit(url).path).name or str(found.get("name") or "file")


def faults(given: Mapping[str, str]) -> dict[str, Fault]:
    return {} if is_address(given.get("address", "")) else {"address": Fault.SETTING}
