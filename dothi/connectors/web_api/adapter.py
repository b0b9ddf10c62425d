"""A file is kept as it came; records are kept as lines, with what is new since the last time."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from dothi.connectors import newer
from dothi.connectors.web import Web, is_address
from dothi.connectors.web_api import client
from dothi.connectors.web_api.client import Paging, Way
from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.ports import Asked, Fetched, NotFetched, RecordFile, lines, pick

FILE, RECORDS = "file", "records"


def fetch(asked: Asked) -> Fetched | None:
    address = asked.text("address")
    token = asked.secrets.get("token", "")
    header = asked.text("header") or "Authorization"
    with Web(address, header=header, token=token) as web:
        if asked.text("what") == FILE:
            return _file(asked, web, address)
        return _records(asked, web, address)


def _file(asked: Asked, web: Web, address: str) -> Fetched | None:
    path = asked.folder / "file"
    if not web.save(address, path):
        return None
    return Fetched(path=path, name=PurePosixPath(urlsplit(address).path).name or "file")


def _records(asked: Asked, web: Web, address: str) -> Fetched | None:
    path, field = asked.folder / "records", asked.text("new_field")
    newest = newer.Newest(field)
    query = {}
    begin = newer.since(asked.position, overlap=asked.number("overlap", 0))
    if asked.text("new_parameter") and begin:
        query[asked.text("new_parameter")] = begin
    with RecordFile(path, take=lines(asked.text("take")), most_rows=asked.rows_at_most) as file:
        for page in client.records(web, address, query, _way(asked)):
            for record in page:
                _meet(newest, record)
                file.add(record)
            if file.full:
                break
    if not file.rows:
        return None
    return Fetched(
        path=path, name=f"{urlsplit(address).hostname}.ndjson", heads=file.heads, rows=file.rows,
        position=newest.position(asked.position) if field else {},
    )  # fmt: skip


def _meet(newest: newer.Newest, record: Mapping[str, object]) -> None:
    if not newest.column:
        return
    there, value = pick(record, newest.column)
    if not there:
        raise NotFetched(Fault.NO_COLUMN, column=newest.column)
    newest.meet(value)


def _way(asked: Asked) -> Way:
    return Way(
        paging=Paging(asked.text("paging") or Paging.NONE),
        records=asked.text("records"),
        parameter=asked.text("page_parameter"),
        size_parameter=asked.text("size_parameter"),
        size=asked.number("size", 0),
        cursor=asked.text("cursor"),
        first=asked.number("first", 1),
    )


def is_incremental(given: Mapping[str, str]) -> bool:
    return given.get("what") == RECORDS and bool(given.get("new_parameter"))


def has_overlap(given: Mapping[str, str]) -> bool:
    return given.get("overlap", "") not in ("", "0")


def faults(given: Mapping[str, str]) -> dict[str, Fault]:
    found = {}
    if not is_address(given.get("address", "")):
        found["address"] = Fault.SETTING
    for name in ("size", "overlap", "first"):
        if given.get(name, "") and not given[name].isdigit():
            found[name] = Fault.SETTING
    if bool(given.get("new_parameter")) != bool(given.get("new_field")):
        found["new_field"] = Fault.SETTING
    if given.get("paging") == Paging.CURSOR and not given.get("cursor"):
        found["cursor"] = Fault.SETTING
    return found
