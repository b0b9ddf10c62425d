"""The import contracts hold, and they do bite."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINT = "from importlinter.cli import lint_imports_command as c; c()"


def test_imports_keep_to_the_contracts() -> None:
    run = subprocess.run(
        [sys.executable, "-c", LINT], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert run.returncode == 0, run.stdout[-3000:]
