"""Keep what the indicators say, so that a trend or a board need not be counted again."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction

from dothi.core.clock import local
from dothi.core.events.services import publish as tell
from dothi.datastore.indicators import events
from dothi.datastore.indicators.choices import Run
from dothi.datastore.indicators.models import Measurement, Reading, Trouble
from dothi.datastore.indicators.registry import Indicator
from dothi.datastore.indicators.rules import Part
from dothi.datastore.indicators.selectors import figures, finding
from dothi.datastore.indicators.selectors.store import FAULTS, Store
from dothi.datastore.indicators.services.defining import define
from dothi.datastore.tables import selectors as tables

MEASURE_RELEASE = "indicators.measure_release"  # Name of the job.
logger = logging.getLogger(__name__)
# Store runs between full hours are for boards; they are let go when this old.
KEEP_BETWEEN = timedelta(days=2)


def take_readings(*, at: datetime, codes: Iterable[str] | None = None) -> int:
    """Ask every hot indicator for its parts at `at` and keep them, once for each moment.

    One that fails is noted and keeps back no other. Return how many parts were found.
    """
    count = 0
    for indicator in _chosen(codes):
        if not indicator.is_hot:
            continue
        try:
            with transaction.atomic():
                parts = figures.parts_now(indicator.code, at=at)
                _keep(indicator, parts, run=Run.NOW, at=at)
        except DatabaseError as error:
            _note(indicator, Run.NOW, error, at)
            continue
        _settle(indicator, Run.NOW)
        count += len(parts)
    return count


def measure_store(*, at: datetime, codes: Iterable[str] | None = None) -> int:
    """Run every indicator that stands in the store over the newest versions, and keep the parts.

    Return how many indicators were measured. One that fails is noted and keeps back no other.
    """
    return len(_measure(at=at, codes=codes, release=""))


def measure_release(release: str, *, at: datetime, codes: Iterable[str] | None = None) -> int:
    """Run every indicator over the versions of a release, as of its moment, and keep the parts
    under its code.

    Raises:
        Release.DoesNotExist: there is no such release.
    """
    moment = tables.release_of(release).at
    measured = _measure(at=moment, codes=codes, release=release)
    with transaction.atomic():
        tell(events.ReleaseMeasured(release=release, indicators=tuple(measured)), at=at)
    return len(measured)


def _measure(*, at: datetime, codes: Iterable[str] | None, release: str) -> list[str]:
    measured = []
    with Store() as store:
        for indicator in _chosen(codes):
            if not indicator.is_stored:
                continue
            try:
                answer = store.run(indicator, at=at, release=release)
            except FAULTS as error:
                if not release:  # A release may well pin other tables only.
                    _note(indicator, Run.STORE, error, at)
                continue
            with transaction.atomic():
                _keep(
                    indicator, answer.parts, run=Run.STORE, at=at, release=release,
                    versions=answer.versions,
                )  # fmt: skip
            _settle(indicator, Run.STORE)
            measured.append(indicator.code)
    return measured


def _chosen(codes: Iterable[str] | None) -> list[Indicator]:
    return finding.known() if codes is None else [finding.find(code) for code in codes]


def _keep(
    indicator: Indicator,
    parts: list[Part],
    *,
    run: Run,
    at: datetime,
    release: str = "",
    versions: dict[str, int] | None = None,
) -> None:
    measurement, is_new = Measurement.objects.get_or_create(
        indicator=indicator.code,
        run=run,
        release=release,
        at=at,
        defaults={"definition": define(indicator, at=at), "versions": versions or {}},
    )
    if is_new:
        Reading.objects.bulk_create(
            Reading(
                measurement=measurement,
                unit_id=part.unit_id or None,
                numerator=part.numerator,
                denominator=part.denominator,
            )
            for part in parts
        )


def _note(indicator: Indicator, run: Run, error: Exception, at: datetime) -> None:
    """Remember what kind of fault it was. Its words may hold values, so they stay in the log."""
    logger.warning("Indicator %s could not be run (%s)", indicator.code, run, exc_info=error)
    kind = type(error)
    Trouble.objects.get_or_create(
        indicator=indicator.code,
        run=run,
        defaults={"since": at, "failure": f"{kind.__module__}.{kind.__qualname__}"[:200]},
    )


def _settle(indicator: Indicator, run: Run) -> None:
    Trouble.objects.filter(indicator=indicator.code, run=run).delete()


@transaction.atomic
def thin_out(*, at: datetime) -> int:
    """Let store runs between full hours go once they are old. Return how many."""
    old = Measurement.objects.filter(run=Run.STORE, release="", at__lt=at - KEEP_BETWEEN)
    between = [
        one.pk
        for one in old.only("id", "at").iterator()
        if (moment := local(one.at)).minute or moment.second or moment.microsecond
    ]
    Reading.objects.filter(measurement__in=between).delete()
    return Measurement.objects.filter(pk__in=between).delete()[0]
