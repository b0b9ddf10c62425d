"""A question in a process of its own: started ahead, listened to, ended when it is too much.

A process answers one question and is over. Some are started before they are needed and wait, as
empty as on their first day: starting one takes longer than most answers.
"""

import atexit
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dothi.datastore.workbench.choices import Fault

PROGRAM = Path(__file__).with_name("query_process.py")
LOOK = 0.1  # Seconds between two looks at whether it was cancelled.
BLOCK = 64 * 1024
READY = 2  # Processes that wait for a question; none before the first one was asked.
WAITS = 600.0  # Seconds after which a process that was not needed leaves.
TAKEN = WAITS - 60  # So long it is given a question: none is on its way out meanwhile.
SPACE = 3 * 1024**3  # Addresses, not memory: threads and the engine reserve more than they use.


class Ended(Exception):
    """The process was ended, or ended itself, without an answer."""

    def __init__(self, fault: Fault, *, kind: str = "", said: str = "") -> None:
        super().__init__(f"{fault}: {said}")
        self.fault, self.kind, self.said = fault, kind, said


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What one question may use."""

    seconds: int
    rows: int
    bytes: int
    memory_mb: int
    threads: int = 2


def ask(
    question: str,
    files: Mapping[str, Path],
    bounds: Bounds,
    *,
    zone: str,
    explain: bool = False,
    cancelled: Callable[[], bool] = lambda: False,
) -> Generator[bytes]:
    """The lines of the answer as they come: columns, rows, end.

    Raises:
        Ended: see there; at any point.
    """
    told = {
        "question": question, "files": {name: str(path) for name, path in files.items()},
        "rows": bounds.rows, "memory": f"{bounds.memory_mb}MB", "threads": bounds.threads,
        "cpu": bounds.seconds * bounds.threads + 2, "space": SPACE, "zone": zone,
        "explain": explain,
    }  # fmt: skip
    with _waiting.take() as child:
        assert child.stdin is not None
        try:
            child.stdin.write(json.dumps(told).encode() + b"\n")
            child.stdin.flush()
            yield from _heard(child, bounds, cancelled)
        except BrokenPipeError as error:
            raise Ended(Fault.LOST) from error
        finally:
            _end(child)
            _waiting.fill()


class _Waiting:
    """The processes that wait for a question. None of them has answered one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: list[tuple[subprocess.Popen[bytes], float]] = []

    def take(self) -> "subprocess.Popen[bytes]":
        """One that nobody else gets: the longest ready, or a new one."""
        with self._lock:
            self._drop_old()
            if self._held:
                return self._held.pop(0)[0]
        return _started()

    def fill(self) -> None:
        """Start as many as are wanted."""
        with self._lock:
            self._drop_old()
            while len(self._held) < READY:
                self._held.append((_started(), time.monotonic()))

    def empty(self) -> None:
        """End all that wait."""
        with self._lock:
            for child, _since in self._held:
                _bury(child)
            self._held = []

    def _drop_old(self) -> None:
        now, kept = time.monotonic(), []
        for child, since in self._held:
            if now - since < TAKEN and child.poll() is None:
                kept.append((child, since))
            else:
                _bury(child)
        self._held = kept


def _started() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-I", str(PROGRAM), str(WAITS)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={"LC_ALL": "C.UTF-8"}, cwd="/",
        start_new_session=True,
    )  # fmt: skip


def _bury(child: "subprocess.Popen[bytes]") -> None:
    with child:
        _end(child)


_waiting = _Waiting()
atexit.register(_waiting.empty)


def _heard(
    child: "subprocess.Popen[bytes]", bounds: Bounds, cancelled: Callable[[], bool]
) -> Iterator[bytes]:
    until = time.monotonic() + bounds.seconds
    size, done = 0, False
    for line in _lines(child, until, cancelled):
        size += len(line)
        if size > bounds.bytes:
            raise Ended(Fault.SIZE)
        if line.startswith(b"{"):
            message = json.loads(line)
            if "fault" in message:
                raise Ended(
                    Fault(message["fault"]), kind=message.get("kind", ""),
                    said=message.get("said", ""),
                )  # fmt: skip
            done = done or "end" in message or "plan" in message
        yield line
    if not done:
        raise Ended(_why(child))


def _lines(
    child: "subprocess.Popen[bytes]", until: float, cancelled: Callable[[], bool]
) -> Iterator[bytes]:
    """Whole lines; a line without end is no more than what the bounds let through."""
    assert child.stdout is not None
    held = b""
    with selectors.DefaultSelector() as ears:
        ears.register(child.stdout, selectors.EVENT_READ)
        while True:
            if not ears.select(LOOK):
                if time.monotonic() > until:
                    raise Ended(Fault.TIME)
                if cancelled():
                    raise Ended(Fault.CANCELLED)
                continue
            block = os.read(child.stdout.fileno(), BLOCK)
            if not block:
                break
            *whole, held = (held + block).split(b"\n")
            yield from whole
            if time.monotonic() > until:
                raise Ended(Fault.TIME)


def _why(child: "subprocess.Popen[bytes]") -> Fault:
    """Why it ended without a word."""
    code = child.wait(timeout=5)
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return Fault.TIME if code == -signal.SIGXCPU else Fault.LOST
    return Fault.MEMORY if code == -signal.SIGABRT else Fault.LOST


def _end(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        child.kill()


def read(line: bytes) -> Any:
    return json.loads(line)
