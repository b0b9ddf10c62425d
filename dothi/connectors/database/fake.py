"""A real server of MariaDB on this machine, with a user who may only read. For tests."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql

DATABASE, USER, PASSWORD = "kenh", "chi_doc", "mat-khau-cua-kenh"
SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where it listens, and a connection of its owner."""

    port: int
    own: "pymysql.Connection[Any]"


def installed() -> bool:
    return all(map(_program, ("mariadbd", "mariadb-install-db", "my_print_defaults")))


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """The server, until the block is left. `folder` is empty and has a short path."""
    port = _free_port()
    user = [f"--user={_name()}"]
    where = [f"--datadir={folder / 'data'}"]
    subprocess.run(
        [str(_program("mariadb-install-db")), "--no-defaults", *where, *user,
         "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True, capture_output=True,
    )  # fmt: skip
    process = subprocess.Popen(
        [str(_program("mariadbd")), "--no-defaults", *where, *user, f"--port={port}",
         "--bind-address=127.0.0.1", f"--socket={folder / 's'}", f"--pid-file={folder / 'pid'}",
         "--innodb-flush-log-at-trx-commit=0", "--skip-log-bin"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        with closing(_owner(folder / "s", process)) as own:
            with own.cursor() as cursor:
                cursor.execute(f"create database {DATABASE} character set utf8mb4")
                cursor.execute(f"create user {USER}@'127.0.0.1' identified by '{PASSWORD}'")
                cursor.execute(f"grant select on {DATABASE}.* to {USER}@'127.0.0.1'")
                cursor.execute(f"use {DATABASE}")
            yield Server(port=port, own=own)
    finally:
        process.terminate()
        process.wait(SECONDS)


def _owner(path: Path, process: "subprocess.Popen[bytes]") -> "pymysql.Connection[Any]":
    until = time.monotonic() + SECONDS
    while not path.exists():  # It is made when the server listens.
        assert process.poll() is None, "the server ended"
        assert time.monotonic() < until, "the server does not listen"
        time.sleep(0.1)
    return pymysql.connect(unix_socket=str(path), user="root", autocommit=True)


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _name() -> str:
    return "root" if os.geteuid() == 0 else os.environ.get("USER", "")


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        return int(listening.getsockname()[1])
