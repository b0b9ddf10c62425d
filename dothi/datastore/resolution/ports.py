"""From where rows come. Resolution knows lists by the code of their dataset and no more."""

from collections.abc import Sequence
from typing import Protocol

import pyarrow as pa


class ListMissing(Exception):
    """There is no such list, or it lacks a column; the argument says which."""


class Lists(Protocol):
    """Who holds the lists."""

    def codes(self) -> Sequence[str]:
        """The datasets that can be asked for."""
        ...

    def columns(self, dataset: str) -> Sequence[str]:
        """The columns of a dataset; empty for an unknown one."""
        ...

    def read(self, dataset: str, columns: Sequence[str]) -> tuple[pa.Table, str]:
        """The rows as they are now, and the name of the version that was read.

        Raises:
            ListMissing: no such dataset or column.
        """
        ...


_held: list[Lists] = []


def hold(lists: Lists) -> None:
    """Say who holds the lists; who says so last does."""
    _held[:] = [lists]


def lists() -> Lists:
    """Who holds the lists.

    Raises:
        ListMissing: nobody does.
    """
    if not _held:
        raise ListMissing
    return _held[0]
