"""What is looked at before a house starts: room on the disk, the port, and that it is alone."""

import contextlib
import errno
import fcntl
import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from dothi.run.house import House
from dothi.run.words import CannotWork

SPACE_NEEDED = 500 * 1024 * 1024
LOOPBACK = "127.0.0.1"
# Programs of a house that was killed need some seconds to let go of their port.
PATIENCE = 15.0
_held: set[House] = set()


def holds_alone(home: House) -> bool:
    return home in _held


@contextmanager
def alone(home: House) -> Iterator[bool]:
    """Nobody else runs, loads or restores this house meanwhile.

    The kernel frees the lock when we are gone, however we go. Yields whether the last one who held
    it was killed. Asked for again by its holder, it is given.

    Raises:
        CannotWork: somebody else holds it.
    """
    if home in _held:
        yield False
        return
    home.make()
    with (home.var / "house.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise CannotWork(
                f"this house is running already (process {lock.read().strip() or 'unknown'}); "
                "stop that one first."
            ) from error
        lock.seek(0)
        was_killed = bool(lock.read().strip())
        _write(lock.fileno(), str(os.getpid()))
        _held.add(home)
        try:
            yield was_killed
        finally:
            _held.discard(home)
            with contextlib.suppress(OSError):
                _write(lock.fileno(), "")


def _write(handle: int, text: str) -> None:
    os.ftruncate(handle, 0)
    os.write(handle, text.encode())


def check_space(home: House) -> None:
    """Stop before a full disk does.

    Raises:
        CannotWork: there is too little room.
    """
    free = shutil.disk_usage(home.var).free
    if free < SPACE_NEEDED:
        raise CannotWork(
            f"only {free // 1024**2} MB are free at {home.var}; make "
            f"{SPACE_NEEDED // 1024**2} MB free, or set DOTHI_VAR to a folder on another disk."
        )


def check_port(host: str, port: int, *, patient: bool = False) -> None:
    """See that nobody uses the port.

    A browser asks for `localhost` at ::1 first: a program there would be shown instead of us.

    Raises:
        CannotWork: somebody does.
    """
    if not 1 <= port <= 65535:
        raise CannotWork(f"{port} is no port; take one up to 65535: PORT=8123 make demo")
    until = time.monotonic() + (PATIENCE if patient else 0)
    while True:
        taken = _taken(host, port) or (host == LOOPBACK and _taken("::1", port))
        if not taken:
            return
        if time.monotonic() >= until:
            raise CannotWork(
                f"port {port} is taken by another program; take another: PORT=8123 make demo"
            )
        time.sleep(0.3)


def _taken(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except PermissionError as error:
        raise CannotWork(f"port {port} needs root; take another: PORT=8123 make demo") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return True
        if host == "::1":  # A machine without IPv6.
            return False
        raise CannotWork(f"this machine has no address {host}: {error.strerror}") from error
    return False
