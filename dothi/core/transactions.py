"""Verbs that are always part of a larger one."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection, transaction

P = ParamSpec("P")
R = TypeVar("R")


def joined(function: Callable[P, R]) -> Callable[P, R]:
    """Run in the transaction of the caller; open one only where there is none.

    Unlike `transaction.atomic` it sets no savepoint, which costs two questions to the database. So
    a verb that refuses must do so before it writes: what it wrote stays when its caller catches.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return function(*args, **kwargs)
        with transaction.atomic():
            return function(*args, **kwargs)

    return run
