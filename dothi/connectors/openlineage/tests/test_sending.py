"""Run events reach a server and files: whole, in order, and what hinders them has a name."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from dothi.connectors.openlineage import adapter
from dothi.connectors.openlineage.fake import Listener
from dothi.connectors.played import serving
from dothi.datastore.catalogue.tests.factories import MONDAY_9AM as AT
from dothi.datastore.lineage.choices import Fault
from dothi.datastore.lineage.ports import NotSent, NotTaken

EVENT = {"eventType": "START", "job": {"name": "cây"}}


def test_a_server_hears_each_event_with_the_key(settings: Any) -> None:
    settings.OPENLINEAGE_API_KEY = "k-1"
    listener = Listener(key="k-1")
    with serving(listener.answer) as server, adapter.to_server(server.url, AT) as send:
        send(EVENT)
        send(EVENT)
    assert listener.heard == [EVENT, EVENT]


def test_a_path_of_ones_own_is_kept(settings: Any) -> None:
    listener = Listener()
    with serving(listener.answer) as server:
        with adapter.to_server(f"{server.url}/api/v1/lineage", AT) as send:
            send(EVENT)
        with pytest.raises(NotSent), adapter.to_server(f"{server.url}/other", AT) as send:
            send(EVENT)
    assert len(listener.heard) == 1


def test_what_hinders_has_a_name(settings: Any) -> None:
    listener = Listener(ill=1, refused={"cây"})
    with serving(listener.answer) as server:
        with pytest.raises(NotSent) as ill, adapter.to_server(server.url, AT) as send:
            send(EVENT)
        with pytest.raises(NotTaken) as refused, adapter.to_server(server.url, AT) as send:
            send(EVENT)
        listener.key = "k-2"
        with pytest.raises(NotSent) as denied, adapter.to_server(server.url, AT) as send:
            send(EVENT)
    with pytest.raises(NotSent) as gone, adapter.to_server(server.url, AT) as send:
        send(EVENT)
    assert (ill.value.fault, ill.value.status) == (Fault.STATUS, 503)
    assert refused.value.status == 422
    assert denied.value.fault == Fault.DENIED
    assert gone.value.fault == Fault.UNREACHABLE


def test_a_file_of_the_day_holds_whole_lines(tmp_path: Path) -> None:
    address = f"file://{tmp_path}/dòng%20chảy"
    path = tmp_path / "dòng chảy" / f"openlineage-{AT.date().isoformat()}.ndjson"
    with adapter.to_files(address, AT) as send:
        send(EVENT)
    with path.open("ab") as file:
        file.write(b'{"half')  # As a loss of power leaves it.
    with adapter.to_files(address, AT) as send:
        send(EVENT)
    assert [json.loads(line) for line in path.read_text("utf-8").splitlines()] == [EVENT, EVENT]


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda handle, line, at: write(handle, line[:5], at))
    folder = tmp_path / "runs"
    with pytest.raises(NotSent) as full, adapter.to_files(f"file://{folder}", AT) as send:
        send(EVENT)
    assert full.value.fault == Fault.DISK
    [path] = folder.iterdir()
    assert path.read_bytes() == b""
