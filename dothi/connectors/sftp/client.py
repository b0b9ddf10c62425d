"""Files of an SFTP server. The key of the server is agreed beforehand; another one is refused
before a password is sent."""

import base64
import hashlib
import io
import socket
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import paramiko

from dothi.connectors.drop.client import HALF

SECONDS = 30.0
CHUNK = 512 * 1024
KINDS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the server is, whom it shall be, and as whom we come."""

    host: str
    port: int
    user: str
    host_key: str  # As `ssh-keygen -l` writes it: "SHA256:…".
    password: str = field(default="", repr=False)
    key: str = field(default="", repr=False)  # A private key, as its file holds it.


@dataclass(frozen=True, kw_only=True)
class Remote:
    """A file of the server."""

    name: str
    size: int
    modified: int  # Seconds since 1970.


class OtherKey(Exception):
    """The server shows another key than the agreed one. `found` is it."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


class BadKey(Exception):
    """What was given is no private key that we can read."""


@contextmanager
def opened(place: Place) -> Iterator[paramiko.SFTPClient]:
    """A session in which files are listed and read.

    Raises:
        OtherKey, BadKey: see there. paramiko.SSHException, OSError: of the way there.
    """
    wire = socket.create_connection((place.host, place.port), timeout=SECONDS)
    with closing(wire), closing(paramiko.Transport(wire)) as transport:
        transport.banner_timeout = transport.auth_timeout = SECONDS
        transport.start_client(timeout=SECONDS)
        found = fingerprint(transport.get_remote_server_key())
        if found != place.host_key.strip():
            raise OtherKey(found)
        if place.key:
            transport.auth_publickey(place.user, private_key(place.key))
        else:
            transport.auth_password(place.user, place.password, fallback=False)
        client = paramiko.SFTPClient.from_transport(transport)
        assert client is not None
        with closing(client):
            channel = client.get_channel()
            assert channel is not None
            channel.settimeout(SECONDS)
            yield client


def fingerprint(key: paramiko.PKey) -> str:
    digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
    return f"SHA256:{digest}"


def private_key(text: str) -> paramiko.PKey:
    for kind in KINDS:
        with suppress(paramiko.SSHException, ValueError):
            return kind.from_private_key(io.StringIO(text.strip() + "\n"))
    raise BadKey


def files(client: paramiko.SFTPClient, folder: str) -> list[Remote]:
    """The files of a folder that are not half-written by their names, the oldest first."""
    found = [
        Remote(name=one.filename, size=one.st_size or 0, modified=int(one.st_mtime or 0))
        for one in client.listdir_attr(folder)
        if one.st_mode is not None
        and stat.S_ISREG(one.st_mode)
        and not one.filename.startswith((".", "~"))
        and not one.filename.lower().endswith(HALF)
    ]
    return sorted(found, key=lambda one: (one.modified, one.name))


def download(client: paramiko.SFTPClient, folder: str, one: Remote, path: Path) -> bool:
    """Fetch a file. Whether it stayed as it was meanwhile; else it is still being written."""
    place = f"{folder.rstrip('/')}/{one.name}"
    size = 0
    with client.open(place, "rb") as there, path.open("wb") as here:
        there.prefetch(one.size)
        while chunk := there.read(CHUNK):
            size += len(chunk)
            here.write(chunk)
    after = client.stat(place)
    return size == one.size == after.st_size and int(after.st_mtime or 0) == one.modified
