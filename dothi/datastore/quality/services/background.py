"""Work that is left to a worker."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


def once(task: str, of: str, *, later: datetime | None = None, **arguments: Any) -> None:
    """Have a task done, unless it waits already.

    Within a savepoint: being second must not spoil the transaction of who asks.
    """
    when: dict[str, Any] = {"schedule_at": later} if later is not None else {}
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(task, queue="store", queueing_lock=f"{task}:{of}", **when).defer(
            **arguments
        )
