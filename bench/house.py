"""The house that is measured: its database, and its programs as `dothi up` runs them."""

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from dothi.core.house import Standing
from dothi.run.commands import serve
from dothi.run.database import Database, bring_up_to_date, database, use_django
from dothi.run.house import House
from dothi.run.postgres import Postgres
from dothi.run.supervisor import Child

WEB = 2  # Processes, as on two cores.
TICK = os.sysconf("SC_CLK_TCK")


@contextmanager
def measured() -> Iterator["Measured"]:
    """A house in a folder of its own, gone afterwards. Django is set up in this process.

    `KEEP` names a folder instead, which stays: what was seeded there is there the next time.
    """
    kept = os.environ.get("KEEP")
    folder = Path(kept) if kept else Path(tempfile.mkdtemp(prefix="dothi-bench-", dir="/tmp"))
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    home = House(folder / "var")
    try:
        with database(home) as base:
            assert base.server is not None, "DATABASE_URL is set: the measurements need their own"
            home.make()
            known = base.standing() == Standing.SAMPLE
            if not known:
                base.mark(Standing.SAMPLE_BEGUN)
            use_django(home, base.owner, demo=True)  # The sample people are for the demo only.
            bring_up_to_date(home, base)
            base.mark(Standing.SAMPLE)
            yield Measured(home, base, base.server)
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def said(everything: "Callable[[Measured], Iterator[str]]") -> int:
    """Say what was measured in a house of its own, line by line as it comes."""
    from bench.__main__ import _machine

    with measured() as house:
        print(_machine(), flush=True)
        for line in everything(house):
            print(line, flush=True)
    return 0


@dataclass(frozen=True)
class Measured:
    """What a measurement may ask of the house."""

    home: House
    base: Database
    server: Postgres

    @contextmanager
    def open(self) -> Iterator["Open"]:
        """Web and worker, started as `dothi up` starts them, ended with the block."""
        port = free_port()
        base = replace(self.base, server=None)  # It goes on when the doors are closed.
        with serve.programs(
            self.home, base, host="127.0.0.1", port=port, web=WEB, demo=True
        ) as supervisor:
            serve.wait_until_ready(supervisor, "127.0.0.1", port)
            pids = {"database": _pid(self.server)}
            for kept in supervisor.kept:
                assert isinstance(kept.program, Child)
                pids[kept.program.name] = _pid(kept.program)
            yield Open(port, pids)

    def database_seconds(self) -> float:
        return cpu_seconds(_pid(self.server))


def _pid(program: Child | Postgres) -> int:
    assert program.process is not None
    return program.process.pid


@dataclass(frozen=True)
class Open:
    """The running programs."""

    port: int
    parts: dict[str, int]  # Name → process.

    def spent(self) -> dict[str, float]:
        """Processor seconds of each part so far: sound also on a machine that others use."""
        return {name: cpu_seconds(pid) for name, pid in self.parts.items()}

    def memory(self) -> float:
        """Megabytes of the web processes; what they share is counted once."""
        kilobytes = 0
        for pid in family(self.parts["web"]):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines():
                if line.startswith("Pss:"):
                    kilobytes += int(line.split()[1])
        return kilobytes / 1024


def cpu_seconds(pid: int) -> float:
    """User and system seconds of a process and its descendants, also of those that have ended."""
    total = 0
    for one in family(pid):
        try:
            stat = Path(f"/proc/{one}/stat").read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(field) for field in stat[11:15])
    return total / TICK


def family(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for one in found:
        try:
            children = Path(f"/proc/{one}/task/{one}/children").read_text("utf-8")
        except OSError:
            continue
        found += [int(child) for child in children.split()]
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settled(seconds: float = 60) -> float:
    """Wait until every event is delivered. Return how long it took."""
    from dothi.core.events.selectors import lag

    started = time.monotonic()
    while any(row.waiting for row in lag()):
        if time.monotonic() - started > seconds:
            raise TimeoutError(f"events still wait after {seconds:.0f} s: {lag()}")
        time.sleep(0.05)
    return time.monotonic() - started
