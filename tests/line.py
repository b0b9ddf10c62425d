"""A line between a browser and a house that can go dead, as when a laptop sleeps."""

import contextlib
import socket
import threading
from collections.abc import Iterator

LISTENING = "127.0.0.1"


class Line:
    """Carries bytes to the house on `port`; `url` is the address of the near end."""

    def __init__(self, port: int) -> None:
        self._far = port
        self._near = socket.create_server((LISTENING, 0))
        self._carries = threading.Event()
        self._carries.set()
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://localhost:{self._near.getsockname()[1]}"

    def hold(self) -> None:
        """From now on no byte passes, and neither end is told."""
        self._carries.clear()

    def release(self) -> None:
        """What hung is cut off; whoever connects anew gets through."""
        held, self._ends = self._ends, []
        _close(held)
        self._carries.set()

    def close(self) -> None:
        _close([self._near, *self._ends])

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._near.accept()
                self._carries.wait()
                far = socket.create_connection((LISTENING, self._far))
                self._ends += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._carries.wait()
                target.sendall(data)
        _close([source, target])


def _close(ends: list[socket.socket]) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@contextlib.contextmanager
def line_to(port: int) -> Iterator[Line]:
    line = Line(port)
    try:
        yield line
    finally:
        line.release()
        line.close()
