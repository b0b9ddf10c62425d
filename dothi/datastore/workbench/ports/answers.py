"""Answers as files: a line for each row, beside the store, for a day."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings


def folder() -> Path:
    return Path(settings.STORE) / "answers"


def place(number: int) -> Path:
    return folder() / f"{number}.jsonl"


def rows(number: int, *, start: int = 0, most: int | None = None) -> Iterator[list[Any]]:
    """Rows of an answer, in their order."""
    stop = None if most is None else start + most
    with place(number).open("rb") as file:
        for line in islice(file, start, stop):
            yield json.loads(line)


def remove(number: int) -> None:
    place(number).unlink(missing_ok=True)


def numbers() -> list[int]:
    """The answers that are kept."""
    if not folder().is_dir():
        return []
    return [int(path.stem) for path in folder().glob("*.jsonl") if path.stem.isdecimal()]
