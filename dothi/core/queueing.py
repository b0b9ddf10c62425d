"""Leave work to a worker, once: what waits already is not asked for a second time."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


def once(
    task: str,
    *,
    lock: str,
    queue: str | None = None,
    later: datetime | None = None,
    **arguments: Any,
) -> None:
    """Have the task of this name done, unless one with the same lock waits.

    Within a savepoint: being second must not spoil the transaction of who asks.
    """
    options: dict[str, Any] = {"queue": queue, "schedule_at": later}
    given = {name: value for name, value in options.items() if value is not None}
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(task, queueing_lock=lock, **given).defer(**arguments)
