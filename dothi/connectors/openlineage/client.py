"""A server that takes JSON, and a file that takes whole lines."""

import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

TIMEOUT = httpx.Timeout(15.0, connect=5.0)
BLOCK = 64 * 1024


def server(key: str) -> httpx.Client:
    """No proxy of the environment, and no redirect: the key is for this server only."""
    return httpx.Client(
        timeout=TIMEOUT, trust_env=False, follow_redirects=False,
        headers={"User-Agent": "dothi"} | ({"Authorization": f"Bearer {key}"} if key else {}),
    )  # fmt: skip


def posted(client: httpx.Client, url: str, value: dict[str, Any]) -> int:
    """The status of the answer.

    Raises:
        httpx.HTTPError: there was none.
    """
    return client.post(url, json=value).status_code


class Lines:
    """A file of lines that is only added to. A line is there whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        self._size = self._whole()
        os.ftruncate(self._handle, self._size)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._handle)

    def add(self, value: dict[str, Any]) -> None:
        """Write a line and have the disk keep it.

        Raises:
            OSError: it could not; nothing of the line is left.
        """
        line = json.dumps(value, ensure_ascii=False).encode() + b"\n"
        try:
            if os.pwrite(self._handle, line, self._size) < len(line):
                raise OSError("the disk is full")
            os.fsync(self._handle)
        except OSError:
            os.ftruncate(self._handle, self._size)
            raise
        self._size += len(line)

    def _whole(self) -> int:
        """Where the last whole line ends: a loss of power may have left a piece."""
        end = os.fstat(self._handle).st_size
        while end:
            start = max(0, end - BLOCK)
            cut = os.pread(self._handle, end - start, start).rfind(b"\n")
            if cut >= 0:
                return start + cut + 1
            end = start
        return 0
