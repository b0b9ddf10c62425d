"""Locks between processes, on every machine: PostgreSQL's advisory locks of a session.

They end with the session, so a killed process holds nobody up. `space` is a number of the caller's
own, `number` says which thing of that kind is meant.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def held(space: int, number: int, *, shared: bool = False) -> Iterator[None]:
    """Wait for the lock and hold it. With `shared`, beside others who hold it so."""
    kind = "_shared" if shared else ""
    _ask(f"select pg_advisory_lock{kind}(%s, %s) is not null", space, number)
    try:
        yield
    finally:
        _ask(f"select pg_advisory_unlock{kind}(%s, %s)", space, number)


@contextmanager
def tried(space: int, number: int) -> Iterator[bool]:
    """Hold the lock if nobody else does; whether it is ours."""
    ours = _ask("select pg_try_advisory_lock(%s, %s)", space, number)
    try:
        yield ours
    finally:
        if ours:
            _ask("select pg_advisory_unlock(%s, %s)", space, number)


def _ask(question: str, space: int, number: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question, [space, number])
        row = cursor.fetchone()
    return bool(row and row[0])
