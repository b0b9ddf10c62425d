"""A store of its own for each test, and a ward with a steward."""

from pathlib import Path
from typing import Any

import pytest

from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_root
from dothi.datastore.catalogue.tests.factories import make_steward
from dothi.units.models import Unit


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Any) -> Path:
    settings.STORE = tmp_path / "store"
    return tmp_path / "store"


@pytest.fixture
def unit() -> Unit:
    return make_root()


@pytest.fixture
def steward(unit: Unit) -> User:
    return make_steward(unit)
