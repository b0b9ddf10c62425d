"""Limits that remember nobody: counted in the memory of the process, and forgotten within an hour.

For doors where even a hashed address in a table would say too much. Each process counts for
itself, so the limit holds per process; callers are kept under a hash whose key changes each hour
and is never written anywhere.
"""

import secrets
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from hashlib import blake2b
from typing import Any

from django.http import HttpRequest, HttpResponse

from dothi.core import clock
from dothi.core.limits.http import View, caller_of, too_many
from dothi.core.limits.rules import Stretch, stretch_of

HOUR = timedelta(hours=1)


class Fleeting:
    """Counts callers, and all together, within the hour."""

    def __init__(self, *, each: int, together: int) -> None:
        self.each = each
        self.together = together
        self._lock = threading.Lock()
        self._stretch: Stretch | None = None
        self._key = b""
        self._counts: Counter[bytes] = Counter()

    def hit(self, caller: str, *, at: datetime) -> bool:
        """Count one more, and say whether it is still within both limits."""
        with self._lock:
            stretch = stretch_of(at, HOUR)
            if stretch != self._stretch:
                self._stretch, self._key = stretch, secrets.token_bytes(32)
                self._counts.clear()
            name = blake2b(caller.encode(), key=self._key, digest_size=16).digest()
            self._counts[name] += 1
            self._counts[b""] += 1
            return self._counts[name] <= self.each and self._counts[b""] <= self.together


def limited_in_memory(
    *, each: int, together: int, methods: tuple[str, ...] = ("POST",)
) -> Callable[[View], View]:
    """Answer 429 with Retry-After to who asks too often, and write nothing down."""
    counts = Fleeting(each=each, together=together)

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in methods and not counts.hit(caller_of(request), at=clock.now()):
                return too_many(request, HOUR)
            return view(request, *args, **kwargs)

        return checked

    return decorate
