"""Starts the programs of a house as children, keeps them running, and ends only those.

A program that dies is started again, later each time. A kill -9 of the supervisor itself ends the
programs too: each asks the kernel for that before it starts.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from dothi.run.process import CannotStart, end_with_parent, stop_if_asked

BACK_OFF = (0.5, 1, 2, 5, 10)
HOPELESS = 3  # Deaths in a row after which a start is given up.
STEADY = 30.0  # Seconds after which a program is forgiven its earlier deaths.
LOG_BYTES = 5 * 1024 * 1024


class Program(Protocol):
    """What can be kept running."""

    @property
    def name(self) -> str: ...
    @property
    def log(self) -> Path: ...
    @property
    def is_alive(self) -> bool: ...
    @property
    def ended_with(self) -> int | None: ...

    def start(self) -> None:
        """Start it, also again. Raises CannotStart."""

    def stop(self) -> None:
        """End it and what it started; does nothing when it has ended."""


@dataclass
class Child:
    """One program of the house, with its own log and its own group of processes."""

    name: str
    command: Sequence[str | Path]
    environment: dict[str, str]
    log: Path
    grace: float = 10.0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        # What a killed one had started holds its port: it goes first.
        self._signal(signal.SIGKILL)
        _rotate(self.log)
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [str(part) for part in self.command],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=end_with_parent(),
            )

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def ended_with(self) -> int | None:
        return self.process.returncode if self.process else None

    def stop(self) -> None:
        """TERM, some time, KILL. Only our own child and what it started."""
        if self.process is None:
            return
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(self.grace)
        self._signal(signal.SIGKILL)
        self.process.wait()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self.process is not None:
                os.killpg(self.process.pid, number)


@dataclass
class _Kept:
    """A program and how often it died lately."""

    program: Program
    started: float
    deaths: int = 0
    due: float = 0.0


@dataclass
class Supervisor:
    """Keeps programs running until it is told to stop; leaving it ends them in reverse order."""

    say: Callable[[str], None]
    kept: list[_Kept] = field(default_factory=list)

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *_: object) -> None:
        for kept in reversed(self.kept):
            kept.program.stop()

    def add(self, program: Program) -> None:
        """Start a program (unless it runs) and keep it running from now on."""
        self.kept.append(_Kept(program, time.monotonic()))
        if not program.is_alive:
            program.start()

    def first_hopeless(self) -> Program | None:
        """A program that ended again and again, never running for long."""
        return next((kept.program for kept in self.kept if kept.deaths >= HOPELESS), None)

    def watch(self) -> None:
        """Start again what dies, until somebody asks us to stop (raises `Stopped`)."""
        while True:
            self.tend()
            time.sleep(0.2)

    def tend(self) -> None:
        """Start again what died, if it is time for that. Raises `Stopped` when asked to stop."""
        stop_if_asked()
        for kept in self.kept:
            self._tend(kept)

    def _tend(self, kept: _Kept) -> None:
        now = time.monotonic()
        if kept.program.is_alive:
            if kept.deaths and now - kept.started > STEADY:
                kept.deaths = 0
        elif not kept.due:
            self._put_off(kept, now, f"ended ({kept.program.ended_with})")
        elif now >= kept.due:
            kept.due, kept.started = 0.0, now
            try:
                kept.program.start()
            except CannotStart:
                self._put_off(kept, now, "does not start")

    def _put_off(self, kept: _Kept, now: float, what: str) -> None:
        wait = BACK_OFF[min(kept.deaths, len(BACK_OFF) - 1)]
        kept.deaths += 1
        kept.due = now + wait
        name, log = kept.program.name, kept.program.log
        self.say(f"{name} {what}; starting it again in {wait} s, see {log}")


def _rotate(log: Path) -> None:
    """Keep one old log beside the new one."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))
