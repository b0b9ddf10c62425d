"""A ward with an editor and a leader, and readers with a telephone."""

import pytest
from django.test import Client

from dothi.accounts.models import User
from dothi.portal.tests.factories import PHONE, make_editor, make_leader
from dothi.units.models import Unit
from dothi.units.tests.factories import make_unit


@pytest.fixture
def unit() -> Unit:
    return make_unit("27238", "Phường Minh Phụng")


@pytest.fixture
def editor(unit: Unit) -> User:
    return make_editor(unit)


@pytest.fixture
def leader(unit: Unit) -> User:
    return make_leader(unit)


@pytest.fixture
def reader() -> Client:
    return Client(headers={"user-agent": PHONE})
