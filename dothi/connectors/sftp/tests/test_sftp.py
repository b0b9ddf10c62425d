"""Files of an SFTP server whose key is agreed; a real one on this machine."""

import io
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dothi.connectors.conftest import Ask
from dothi.connectors.sftp import adapter
from dothi.connectors.sftp.fake import PASSWORD, USER, Server, serving
from dothi.core import clock
from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.ports import Fetched, NotFetched


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "server" / "ra"
    made.mkdir(parents=True)
    for minutes, name in [(5, "b.csv"), (9, "a.csv"), (1, "c.csv.part")]:
        (made / name).write_bytes(f"{name}\n".encode() * 50_000)
        when = clock.now().timestamp() - 60 * minutes
        os.utime(made / name, (when, when))
    return made


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    with serving(folder.parent) as made:
        yield made


def fetch(ask: Ask, server: Server, **more: object) -> Fetched | None:
    said = {
        "host": "127.0.0.1", "port": str(server.port), "user": USER, "folder": "ra",
        "host_key": server.host_key, "secrets": {"password": PASSWORD}, **more,
    }  # fmt: skip
    return adapter.fetch(ask(**said))


def test_files_are_taken_once_the_oldest_first(ask: Ask, server: Server, folder: Path) -> None:
    first = fetch(ask, server)
    assert first is not None
    assert (first.name, first.more) == ("a.csv", True)
    assert first.path.read_bytes() == (folder / "a.csv").read_bytes()
    second = fetch(ask, server, position=first.position)
    assert second is not None
    assert (second.name, second.more) == ("b.csv", False)
    assert fetch(ask, server, position=second.position) is None
    (folder / "a.csv").write_bytes(b"changed\n")
    changed = fetch(ask, server, position=second.position)
    assert changed is not None
    assert changed.name == "a.csv"


def test_a_file_that_was_just_written_is_waited_for(ask: Ask, server: Server) -> None:
    assert fetch(ask, server, at=clock.now() - timedelta(minutes=9)) is None


def test_a_key_serves_instead_of_a_password(ask: Ask, server: Server) -> None:
    written = io.StringIO()
    server.key.write_private_key(written)
    assert fetch(ask, server, secrets={"key": written.getvalue()}) is not None


def test_another_key_of_the_server_is_refused_before_a_password_is_sent(
    ask: Ask, server: Server
) -> None:
    with pytest.raises(NotFetched) as raised:
        fetch(ask, server, host_key="")
    assert (raised.value.fault, raised.value.facts["found"]) == (Fault.HOST_KEY, server.host_key)
    assert not server.tried


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"secrets": {"password": "sai"}}, Fault.DENIED),
        ({"secrets": {"key": "sai"}}, Fault.SETTING),
        ({"folder": "khong-co"}, Fault.NO_FOLDER),
        ({"host": "localhost"}, Fault.NOT_ALLOWED),
        ({"port": "1"}, Fault.UNREACHABLE),
    ],
)
def test_what_is_wrong_is_said(
    ask: Ask, server: Server, more: dict[str, object], fault: Fault
) -> None:
    with pytest.raises(NotFetched) as raised:
        fetch(ask, server, **more)
    assert raised.value.fault == fault
    assert PASSWORD not in str(raised.value)
