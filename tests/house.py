"""A whole house for tests that look at it as people do: the demo, started as they start it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "do-thi-mau-2026"
NOT_OURS = {"DATABASE_URL", "DOTHI_VAR", "DOTHI_TESTING", "DJANGO_SETTINGS_MODULE", "SECRET_KEY"}


@dataclass
class House:
    """A running demo: `url` is its address, `var` its folder."""

    var: Path
    port: int
    extra: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        return {**kept, "DOTHI_VAR": str(self.var), "PYTHONPATH": str(ROOT), **self.extra}

    def start(self, *arguments: str, command: str = "demo", seconds: float = 120) -> None:
        """Start it and wait until it says that it is ready."""
        self.begin(*arguments, command=command)
        self.wait_until_ready(seconds=seconds)

    def begin(self, *arguments: str, command: str = "demo") -> None:
        """Start it and do not wait. `command` is `up` for a house of real use."""
        with self.console.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dothi.run", command, "--port", str(self.port), *arguments],
                cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def wait_until_ready(self, *, seconds: float = 120) -> None:
        assert self.process is not None
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            if self.is_ready():
                return
            time.sleep(0.3)
        raise AssertionError(self.console.read_text("utf-8")[-2000:])

    def wait_for_words(self, words: str, *, seconds: float = 120) -> None:
        """Wait until it says something."""
        until = time.monotonic() + seconds
        while words not in self.console.read_text("utf-8"):
            assert time.monotonic() < until, f"it never said {words}"
            time.sleep(0.05)

    @property
    def console(self) -> Path:
        return self.var / "console.log"

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):
                return True
        except (OSError, urllib.error.URLError):
            return False

    def command(self, *arguments: str, may_find: bool = False) -> str:
        """What `dothi …` prints in this house; some end with 1 when they found something."""
        done = subprocess.run(
            [sys.executable, "-m", "dothi.run", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode in ((0, 1) if may_find else (0,)), done.stdout + done.stderr
        return done.stdout.strip()

    def python(self, *lines: str) -> None:
        """Do something in the database of this house, as its owner."""
        code = "\n".join(
            ["from dothi.run.database import in_the_house", "with in_the_house():",
             *(f"    {line}" for line in lines)]
        )  # fmt: skip
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=self.environment, check=True
        )  # fmt: skip

    def child(self, word: str) -> int:
        """The process of this house whose command line holds a word."""
        assert self.process is not None
        listed = subprocess.run(
            ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(self.process.pid)],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        return next(int(line.split()[0]) for line in listed.splitlines() if word in line)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal to the one process that was started, and wait for its end."""
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(40)
        self.process = None
        return code


def new_house() -> House:
    var = Path(tempfile.mkdtemp(prefix="dothi-house-", dir="/tmp"))
    var.chmod(0o755)
    return House(var, free_port())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tear_down(house: House) -> None:
    if house.process is not None and house.process.poll() is None:
        house.stop()
    shutil.rmtree(house.var, ignore_errors=True)
