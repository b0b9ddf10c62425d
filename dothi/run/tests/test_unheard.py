"""Who listens to a command may go away: `dothi … | head`."""

import os
import subprocess
import sys

from dothi.run.house import ROOT


def test_a_reader_that_goes_away_is_no_fault() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "dothi.run", "up", "--systemd"], stdout=writing,
        stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    os.close(writing)
    assert done.stderr == ""
    assert done.returncode == 141, "as programs end that nobody listens to"
