"""What is looked at before a house starts."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dothi.run import checks
from dothi.run.house import ROOT, House
from dothi.run.words import CannotWork
from tests.house import free_port


def test_a_free_port_is_fine() -> None:
    checks.check_port("127.0.0.1", free_port())


@pytest.mark.parametrize(("family", "host"), [
    (socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::1"),
])  # fmt: skip
def test_a_taken_port_is_named_with_a_way_out(family: int, host: str) -> None:
    port = free_port()
    with socket.socket(family) as other:
        try:
            other.bind((host, port))
        except OSError:
            pytest.skip(f"this machine has no {host}")
        other.listen()
        with pytest.raises(CannotWork, match=rf"port {port} is taken.*PORT=8123"):
            checks.check_port("127.0.0.1", port)


def test_a_number_that_is_no_port_is_refused() -> None:
    with pytest.raises(CannotWork, match="no port"):
        checks.check_port("127.0.0.1", 70000)


def test_too_little_room_is_said_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "SPACE_NEEDED", 10**18)
    with pytest.raises(CannotWork, match="MB are free at .*DOTHI_VAR"):
        checks.check_space(House(tmp_path))


def hold(var: Path, rest: str) -> "subprocess.Popen[str]":
    code = (
        "from pathlib import Path\n"
        "from dothi.run.checks import alone\n"
        "from dothi.run.house import House\n"
        f"with alone(House(Path({str(var)!r}))) as was_killed:\n"
        f"    print(was_killed, flush=True); {rest}\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )  # fmt: skip


def test_two_do_not_run_one_house(tmp_path: Path) -> None:
    with hold(tmp_path, "input()") as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "False\n"
        with (
            pytest.raises(CannotWork, match=rf"running already \(process {other.pid}\)"),
            checks.alone(House(tmp_path)),
        ):
            pytest.fail("the lock was given twice")
        other.communicate("\n")
    with checks.alone(House(tmp_path)) as was_killed:
        assert not was_killed


def test_a_killed_holder_blocks_nobody_but_is_known(tmp_path: Path) -> None:
    with hold(tmp_path, "input()") as other:
        assert other.stdout is not None
        other.stdout.readline()
        other.kill()
    with checks.alone(House(tmp_path)) as was_killed:
        assert was_killed
        with checks.alone(House(tmp_path)) as again:
            assert not again, "its holder asks again: the house is his"
