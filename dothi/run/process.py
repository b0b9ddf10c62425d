"""What the programs of a house have in common as processes."""

import ctypes
import signal
import sys
from collections.abc import Callable
from types import FrameType

PR_SET_PDEATHSIG = 1
ASKED_TO_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(KeyboardInterrupt):
    """Somebody asked us to stop: like Ctrl-C, it goes through what catches mere mistakes."""


class CannotStart(Exception):
    """A program did not start; the message says why."""


def stop_on_signals() -> None:
    """Let INT, TERM and HUP end the work in order. Who said `nohup` keeps what he said."""
    for number in ASKED_TO_STOP:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _stop)


_asked: list[str] = []  # The signal that asked us to stop.


def _stop(number: int, frame: FrameType | None) -> None:
    # The first one begins the end; a second must not break it off in the middle.
    for other in ASKED_TO_STOP:
        signal.signal(other, signal.SIG_IGN)
    _asked.append(signal.Signals(number).name)
    raise Stopped(_asked[-1])


def stop_if_asked() -> None:
    """Raise `Stopped` if we were asked to stop: for loops that go on until then.

    What a signal raises is swallowed where it strikes in a finalizer or in a callback around a
    fork, of which the logging of the standard library has some.
    """
    if _asked:
        raise Stopped(_asked[-1])


def end_with_parent(
    number: int = signal.SIGTERM, *, keep_handlers: bool = False
) -> Callable[[], None]:
    """For a child, before it starts: the kernel sends it `number` when its parent is gone."""

    def ask() -> None:
        for other in () if keep_handlers else ASKED_TO_STOP:
            signal.signal(other, signal.SIG_DFL)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)

    return ask
