"""Keep what the indicators say, so that a trend need not be counted again."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from dothi.datastore.indicators import registry, selectors
from dothi.datastore.indicators.models import Reading


@transaction.atomic
def take_readings(*, at: datetime, codes: Iterable[str] | None = None) -> int:
    """Ask every indicator for its parts at `at` and keep them. Twice at one moment adds nothing."""
    readings = [
        Reading(
            indicator=code,
            unit_id=part.unit_id,
            at=at,
            numerator=part.numerator,
            denominator=part.denominator,
        )
        for code in (registry.indicators if codes is None else codes)
        for part in selectors.parts_now(code, at=at)
    ]
    Reading.objects.bulk_create(readings, ignore_conflicts=True)
    return len(readings)
