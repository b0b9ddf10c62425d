"""A ward with a steward."""

import pytest

from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_root
from dothi.datastore.catalogue.tests.factories import make_steward
from dothi.units.models import Unit


@pytest.fixture
def unit() -> Unit:
    return make_root()


@pytest.fixture
def steward(unit: Unit) -> User:
    return make_steward(unit)
