"""pytest takes a fixture from here before one of a plugin; ours clones a migrated database."""

from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.utils import translation
from whitenoise.middleware import WhiteNoiseMiddleware

from tests.browser_plugin import browser_type_launch_args, pytest_collection_modifyitems
from tests.postgres_plugin import django_db_setup


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_looked_for_once() -> None:
    """Each client of a test starts the middleware anew, which looks at every file of the house."""
    look = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, Any] = {}

    def look_once(middleware: Any) -> None:
        if not found:
            look(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    WhiteNoiseMiddleware.add_files_from_finders = look_once


@pytest.fixture(scope="session", autouse=True)
def _passwords_are_cheap() -> None:
    """The same algorithm as in the house; its price is not what these tests are about."""
    for cost in ("time_cost", "parallelism"):
        setattr(Argon2PasswordHasher, cost, 1)
    Argon2PasswordHasher.memory_cost = 8


@pytest.fixture(autouse=True)
def _vietnamese() -> None:
    """A request leaves its language to whatever the process does next: to no other test."""
    translation.deactivate()


__all__ = ["browser_type_launch_args", "django_db_setup", "pytest_collection_modifyitems"]
