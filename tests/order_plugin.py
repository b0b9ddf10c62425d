"""In which order the tests run."""

import gc
from collections import Counter
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

IN_THE_HOUSE = ("tests/browser/", "tests/journeys/", "tests/verification/")
HOUSE = "the house"
LASTS = 0.1  # What is done in the house takes about as long as this share of all tests.


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
    """A file is run by one worker, in our order; each worker has a server of its own."""
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return (OneHouse if config.option.markexpr == "not long" else LoadFileScheduling)(config, log)


class OneHouse(LoadFileScheduling):  # type: ignore[misc]
    """All that drives a browser or looks at a running house is done by one worker, at its end.

    To start a second house costs more than the few tests of the default run that look at it.
    It is begun while the others have about as much to do as it takes.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(IN_THE_HOUSE) or "[chromium" in nodeid:
            return HOUSE
        return str(super()._split_scope(nodeid))

    def _assign_work_unit(self, node: Any) -> None:
        if HOUSE in self.workqueue:
            tests = sum(len(unit) for scope, unit in self.workqueue.items() if scope != HOUSE)
            is_time = len(self._at_work()) > 1 and tests < len(self.collection or ()) * LASTS
            self.workqueue.move_to_end(HOUSE, last=not is_time)
        super()._assign_work_unit(node)

    def _reschedule(self, node: Any) -> None:
        """Give it more, unless it has a browser and somebody else can do the rest."""
        if HOUSE in self.assigned_work[node] and len(self._at_work()) > 1:
            node.shutdown()
        else:
            super()._reschedule(node)

    def _at_work(self) -> list[Any]:
        return [node for node in self.nodes if not node.shutting_down]
