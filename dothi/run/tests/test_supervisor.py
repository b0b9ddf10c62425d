"""Programs are kept running, and nothing of them is left."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dothi.run.process import CannotStart
from dothi.run.supervisor import Child, Supervisor

SLEEPS = "import subprocess, sys, time; subprocess.Popen(['sleep', '60']); time.sleep(60)"


def child(folder: Path, code: str = SLEEPS) -> Child:
    return Child("sleeper", [sys.executable, "-c", code], dict(os.environ), folder / "log")


def wait_for(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.02)
    return False


def members(group: int) -> list[int]:
    """The living processes of a group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def test_leaving_ends_a_program_and_what_it_started(tmp_path: Path) -> None:
    program = child(tmp_path)
    with Supervisor(lambda _: None) as supervisor:
        supervisor.add(program)
        assert program.process is not None
        group = program.process.pid
        assert wait_for(lambda: len(members(group)) == 2)
    assert wait_for(lambda: not members(group))


def test_a_program_that_dies_is_started_again_without_its_leftovers(tmp_path: Path) -> None:
    said: list[str] = []
    program = child(tmp_path)
    with Supervisor(said.append) as supervisor:
        supervisor.add(program)
        assert program.process is not None
        first = program.process.pid
        assert wait_for(lambda: len(members(first)) == 2)
        os.kill(first, signal.SIGKILL)
        (kept,) = supervisor.kept

        def again() -> bool:
            supervisor._tend(kept)
            return program.process is not None and program.process.pid != first

        assert wait_for(again)
        assert wait_for(lambda: not members(first))
    assert "sleeper ended (-9)" in said[0]


def test_a_program_that_cannot_start_is_tried_again_later(tmp_path: Path) -> None:
    class Stubborn(Child):
        tries = 0

        def start(self) -> None:
            Stubborn.tries += 1
            if Stubborn.tries in {2, 3}:
                raise CannotStart("no")
            super().start()

    said: list[str] = []
    program = Stubborn("x", [sys.executable, "-c", ""], dict(os.environ), tmp_path / "log")
    with Supervisor(said.append) as supervisor:
        supervisor.add(program)
        (kept,) = supervisor.kept

        def tried_again() -> bool:
            supervisor._tend(kept)
            return Stubborn.tries >= 4

        assert wait_for(tried_again)
    assert [text.partition(";")[0] for text in said[:3]] == [
        "x ended (0)",
        "x does not start",
        "x does not start",
    ]


def test_one_death_is_an_accident_and_three_in_a_row_are_hopeless(tmp_path: Path) -> None:
    program = child(tmp_path, "")
    with Supervisor(lambda _: None) as supervisor:
        supervisor.add(program)
        (kept,) = supervisor.kept

        def died(times: int) -> bool:
            supervisor.tend()
            return kept.deaths >= times

        assert wait_for(lambda: died(1))
        assert supervisor.first_hopeless() is None
        assert wait_for(lambda: died(3))
        assert supervisor.first_hopeless() is program


def test_a_signal_that_strikes_where_python_swallows_it_ends_the_watch_all_the_same() -> None:
    code = (
        "import os, signal\n"
        "from dothi.run.process import Stopped, stop_on_signals\n"
        "from dothi.run.supervisor import Supervisor\n"
        "stop_on_signals()\n"
        "class Dying:\n"
        "    def __del__(self):\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        for _ in range(1000): pass\n"
        "Dying()\n"
        "print('swallowed', flush=True)\n"
        "try:\n"
        "    Supervisor(print).watch()\n"
        "except Stopped:\n"
        "    print('stopped')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.split() == ["swallowed", "stopped"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_work_in_order_and_a_second_does_not_break_it_off(number: int) -> None:
    code = (
        "import os, signal, time\n"
        "from dothi.run.process import Stopped, stop_on_signals\n"
        "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"  # Perhaps run under nohup.
        "stop_on_signals()\n"
        "try:\n"
        f"    os.kill(os.getpid(), {int(number)}); time.sleep(5)\n"
        "except Stopped:\n"
        f"    os.kill(os.getpid(), {int(number)}); time.sleep(0.2); print('put away')\n"
    )
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert done.stdout.strip() == "put away", done.stderr
