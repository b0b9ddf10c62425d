"""A ward with a steward, and a published list of its trees."""

import pytest

from dothi.accounts.models import User
from dothi.datastore.catalogue.models import Dataset
from dothi.datastore.catalogue.tests.factories import make_dataset, make_steward
from dothi.units.models import Unit
from dothi.units.tests.factories import make_unit


@pytest.fixture
def unit() -> Unit:
    return make_unit("27238", "Phường Minh Phụng")


@pytest.fixture
def steward(unit: Unit) -> User:
    return make_steward(unit)


@pytest.fixture
def dataset(unit: Unit) -> Dataset:
    return make_dataset(unit)
