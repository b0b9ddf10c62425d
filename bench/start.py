"""`make demo` from nothing: packages, a database, a sample district, an open door."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from bench.house import Measured, free_port
from dothi.run.house import ROOT

MOST_SECONDS = 400
# What this process set for itself, and what `make` hands down: a fresh clone has none of it.
OURS = ("DOTHI_", "DJANGO_", "DATABASE_", "SECRET_KEY", "PYTHON", "VIRTUAL_ENV", "MAKE", "MFLAGS")


def start(house: Measured) -> Iterator[str]:
    """A fresh copy of what is under version control, twice: from nothing, and once more."""
    folder = Path(tempfile.mkdtemp(prefix="dothi-bench-start-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        clone = folder / "dothi"
        subprocess.run(["git", "clone", "-q", "--no-hardlinks", ROOT, clone], check=True)
        yield f"make demo from nothing, packages cached: {_ready(clone):.0f} s until /readyz is 200"
        yield f"make demo once more: {_ready(clone):.0f} s"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ready(clone: Path) -> float:
    port = free_port()
    own = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    own |= {"PORT": str(port)}
    started = time.perf_counter()
    with (clone.parent / "log").open("wb") as log:
        demo = subprocess.Popen(
            ["make", "demo"], cwd=clone, env=own, stdout=log, stderr=log, start_new_session=True
        )
        try:
            while not _is_ready(port):
                if demo.poll() is not None or time.perf_counter() - started > MOST_SECONDS:
                    raise RuntimeError((clone.parent / "log").read_text("utf-8")[-2000:])
                time.sleep(0.2)
            return time.perf_counter() - started
        finally:
            os.killpg(demo.pid, signal.SIGTERM)
            demo.wait(60)


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
