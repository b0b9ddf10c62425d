from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def own_store(settings: Any, tmp_path: Path) -> Path:
    settings.STORE = tmp_path / "store"
    return tmp_path / "store"
