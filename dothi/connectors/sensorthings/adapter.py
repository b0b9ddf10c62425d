"""Observations as rows, since the last one that was fetched."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from dothi.connectors import newer
from dothi.connectors.sensorthings import client
from dothi.connectors.web import Web, is_address
from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.ports import Asked, Fetched, RecordFile

HEADS = (
    "id", "time", "end", "result", "datastream_id", "datastream", "property", "unit", "thing_id",
    "thing", "longitude", "latitude",
)  # fmt: skip
OVERLAP = 60


def fetch(asked: Asked) -> Fetched | None:
    root = asked.text("address").rstrip("/")
    path, newest = asked.folder / "records", newer.Newest("phenomenonTime")
    with (
        Web(root, token=asked.secrets.get("token", "")) as web,
        RecordFile(path, most_rows=asked.rows_at_most) as file,
    ):
        file.expect(HEADS)
        streams = client.datastreams(web, root, asked.text("streams"))
        since = newer.since(asked.position, overlap=asked.number("overlap", OVERLAP))
        for one in client.observations(web, root, _moment(since)):
            stream = str((one.get("Datastream") or {}).get("@iot.id", ""))
            if stream in streams:
                file.add(_row(one, stream, streams[stream], newest))
            if file.full:
                break
    if not file.rows:
        return None
    return Fetched(
        path=path, name=f"{urlsplit(root).hostname}.ndjson", heads=file.heads, rows=file.rows,
        position=newest.position(asked.position),
    )  # fmt: skip


def _row(
    one: Mapping[str, Any], stream: str, described: Mapping[str, Any], newest: newer.Newest
) -> dict[str, Any]:
    begin, end = client.begin_and_end(str(one.get("phenomenonTime", "")))
    newest.meet(begin)
    return {
        "id": one["@iot.id"], "time": begin, "end": end or None, "result": one.get("result"),
        "datastream_id": stream, **described,
    }  # fmt: skip


def _moment(since: str) -> str:
    """A day is its first moment in the city; the server wants a zone."""
    if not since:
        return ""
    moment = newer.compared(since)
    return newer.as_text(moment)


def faults(given: Mapping[str, str]) -> dict[str, Fault]:
    found = {}
    if not is_address(given.get("address", "")):
        found["address"] = Fault.SETTING
    if given.get("overlap", "") and not given["overlap"].isdigit():
        found["overlap"] = Fault.SETTING
    return found
