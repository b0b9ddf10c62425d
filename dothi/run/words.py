"""What commands say: progress while they work, and one sentence when they cannot."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class CannotWork(Exception):
    """One sentence: what is wrong and what to do."""


def say(text: str) -> None:
    print(text, flush=True)


class Progress:
    """Says what is being done, and how long it took."""

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        started = time.monotonic()
        print(f"  {text} … ", end="", flush=True)
        try:
            yield
        except BaseException:
            print("", flush=True)
            raise
        print(f"{time.monotonic() - started:.1f} s", flush=True)
