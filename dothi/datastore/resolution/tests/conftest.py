"""A ward, its people, and lists in memory."""

from collections.abc import Iterator

import pytest

from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.accounts.tests.factories import make_officer
from dothi.datastore.resolution import ports
from dothi.datastore.resolution.models import Project
from dothi.datastore.resolution.stored_lists import StoredLists
from dothi.datastore.resolution.tests.factories import (
    REGISTER,
    WELFARE,
    HeldLists,
    approved,
    hold,
)
from dothi.units.models import Unit
from dothi.units.tests.factories import make_unit


@pytest.fixture
def unit() -> Unit:
    return make_unit("27238", "Phường Minh Phụng")


@pytest.fixture
def asker(unit: Unit) -> User:
    return make_officer("can.bo", unit=unit, role=Role.STEWARD)


@pytest.fixture
def steward(unit: Unit) -> User:
    return make_officer("quan.ly", unit=unit, role=Role.STEWARD)


@pytest.fixture
def lists() -> Iterator[HeldLists]:
    yield hold(register=REGISTER, welfare=WELFARE)
    ports.hold(StoredLists())


@pytest.fixture
def project(unit: Unit, asker: User, steward: User, lists: HeldLists) -> Project:
    return approved(unit, asker, steward)
