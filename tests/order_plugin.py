"""In which order the tests run."""

import gc
from collections import Counter
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

IN_THE_HOUSE = ("tests/browser/", "tests/journeys/", "tests/verification/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with long files. What drives a browser is last: it leaves an event loop in its thread.

    What stands for a file (a fixture named …_of_the_file, `tests/standing.py`) is not there for
    its tests without it: they come before. Its tests that commit are its last. Among equals the
    order is by chance.
    """
    size = Counter(item.path for item in items)
    chance = {path: place for place, path in enumerate(size)}
    items.sort(
        key=lambda item: (
            _drives_a_browser(item), -size[item.path], chance[item.path],
            _commits(item), _stands_on_file(item),
        )
    )  # fmt: skip


def _drives_a_browser(item: pytest.Item) -> bool:
    return "browser" in item.keywords or item.nodeid.startswith(IN_THE_HOUSE)


def _commits(item: pytest.Item) -> bool:
    return any(mark.kwargs.get("transaction") for mark in item.iter_markers("django_db"))


def _stands_on_file(item: pytest.Item) -> bool:
    names: list[str] = getattr(item, "fixturenames", [])
    return any(name.endswith("_of_the_file") for name in names)


def pytest_collection_finish() -> None:
    """What was loaded stays: the collector of garbage need not walk over it again and again. What
    a test makes goes with it mostly, so it is not looked for after each few hundred objects."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file is run by one worker, in our order; each worker has a house of its own."""
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return LoadFileScheduling(config, log)
