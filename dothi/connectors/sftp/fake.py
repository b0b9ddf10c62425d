"""A real SFTP server on this machine: a folder, one user with a password and a key."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED

from dothi.connectors.sftp.client import fingerprint

USER, PASSWORD = "kenh", "mat-khau-cua-kenh"


@dataclass
class Server:
    """Where it listens, the key it shows, the key it takes, and who tried to come in."""

    port: int
    host_key: str
    key: paramiko.PKey
    tried: list[str] = field(default_factory=list)


class _Door(paramiko.ServerInterface):
    def __init__(self, server: Server) -> None:
        self.server = server

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        self.server.tried.append(username)
        is_known = (username, password) == (USER, PASSWORD)
        return AUTH_SUCCESSFUL if is_known else AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self.server.tried.append(username)
        is_known = username == USER and key.asbytes() == self.server.key.asbytes()
        return AUTH_SUCCESSFUL if is_known else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED


class _Files(paramiko.SFTPServerInterface):
    """The files below a folder, to be listed and read."""

    def __init__(self, server: paramiko.ServerInterface, root: Path, **more: Any) -> None:
        super().__init__(server)
        self.root = root

    def _place(self, path: str) -> Path:
        return self.root / path.lstrip("/").removeprefix("./")

    def list_folder(self, path: str) -> Any:
        try:
            return [
                paramiko.SFTPAttributes.from_stat(one.stat(), one.name)
                for one in self._place(path).iterdir()
            ]
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def stat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(self._place(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        try:
            handle = paramiko.SFTPHandle(flags)
            handle.readfile = self._place(path).open("rb")  # type: ignore[attr-defined]
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return handle


@contextmanager
def serving(root: Path) -> Iterator[Server]:
    """The server, until the block is left."""
    shown = paramiko.ECDSAKey.generate()
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        made = Server(
            port=listening.getsockname()[1], host_key=fingerprint(shown),
            key=paramiko.ECDSAKey.generate(),
        )  # fmt: skip
        transports: list[paramiko.Transport] = []

        def accept() -> None:
            with suppress(OSError):
                while True:
                    wire, _address = listening.accept()
                    transport = paramiko.Transport(wire)
                    transports.append(transport)
                    transport.add_server_key(shown)
                    transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, root)
                    with suppress(paramiko.SSHException, EOFError):
                        transport.start_server(server=_Door(made))

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            for transport in transports:
                transport.close()
            thread.join(5)
