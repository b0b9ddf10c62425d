"""A store and a drop folder of its own for each test."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Any) -> Path:
    settings.STORE = tmp_path / "store"
    settings.DROP = tmp_path / "drop"
    settings.SOURCE_HOSTS = ["127.0.0.1"]
    return tmp_path / "store"
