"""The one place that asks what time it is, in the time of the city.

Office hours and calendar days are read off this value, so it must not be UTC.
"""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """Return the present moment, aware, in the time zone of the house."""
    return timezone.localtime()


def local(at: datetime) -> datetime:
    """Return the same moment in the time of the house: rows give times back in UTC."""
    return timezone.localtime(at)


def local_or_none(at: datetime | None) -> datetime | None:
    """The same for a moment that may not have come."""
    return local(at) if at else None
