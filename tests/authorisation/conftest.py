from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import override_settings

from dothi.cases.tests.paying import trial
from tests.authorisation.house import NOW, House
from tests.standing import Standing, standing


@pytest.fixture(scope="module")
def house_of_the_file(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Standing[House]]:
    room = tmp_path_factory.mktemp("house")
    with (
        override_settings(MEDIA_ROOT=room / "files", KEYS=room / "keys"),
        time_machine.travel(NOW, tick=False),
        trial(),
    ):
        yield from standing(House, django_db_blocker)


@pytest.fixture
def house(house_of_the_file: Standing[House], db: None) -> House:
    """Dossiers in every state, and everybody who tries their doors."""
    return house_of_the_file.visit()
