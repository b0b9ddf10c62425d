"""How much one question may use, by who asks it."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024
AT_ONCE = 4  # Questions of everybody together.
KEPT_HOURS = 24  # How long an answer stays.


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a question may use. `at_once` is of one person, or of one address without a person."""

    seconds: int
    rows: int
    bytes: int
    memory_mb: int
    at_once: int
    of_kind: int  # All together of this kind of asker, so that no kind keeps the others out.


EVERYBODY = Limits(
    seconds=10, rows=5_000, bytes=5 * MEGABYTE, memory_mb=200, at_once=1, of_kind=2
)  # fmt: skip
STAFF = Limits(seconds=30, rows=50_000, bytes=40 * MEGABYTE, memory_mb=400, at_once=2, of_kind=3)


def limits_of(*, staff: bool) -> Limits:
    return STAFF if staff else EVERYBODY
