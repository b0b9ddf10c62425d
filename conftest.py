"""pytest takes a fixture from here before one of a plugin; ours clones a migrated database."""

import pytest
from django.utils import translation

from tests.browser_plugin import browser_type_launch_args, pytest_collection_modifyitems
from tests.postgres_plugin import django_db_setup


@pytest.fixture(autouse=True)
def _vietnamese() -> None:
    """A request leaves its language to whatever the process does next: to no other test."""
    translation.deactivate()


__all__ = ["browser_type_launch_args", "django_db_setup", "pytest_collection_modifyitems"]
