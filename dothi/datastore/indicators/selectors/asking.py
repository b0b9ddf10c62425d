"""One question for every door: the parts of an indicator, now or at a moment, by either run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from dothi.core import clock
from dothi.datastore.indicators.choices import Past, Run
from dothi.datastore.indicators.registry import Indicator
from dothi.datastore.indicators.rules import Part, Value, total
from dothi.datastore.indicators.selectors import figures
from dothi.datastore.indicators.selectors.finding import find
from dothi.datastore.indicators.selectors.store import NotStored, Store
from dothi.datastore.tables import selectors as tables

# A figure counts all rows of its domain, so all who ask within this time get the same one.
FRESH_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The parts, with where they come from."""

    indicator: Indicator
    run: Run
    at: datetime
    parts: tuple[Part, ...]
    versions: Mapping[str, int] = field(default_factory=dict)
    release: str = ""

    @property
    def whole(self) -> Value:
        return total(self.parts, self.indicator.scale)


def ask(
    code: str,
    *,
    now: datetime,
    at: datetime | None = None,
    run: Run | None = None,
    release: str = "",
    on: date | None = None,
) -> Asked:
    """The figure of this moment, or of another one.

    Without a `run`: over the domain's own tables where the present is asked and there are such,
    else over the store. What these tables forget, the store is asked for in any case. Without a
    moment, everybody gets the same answer for a few seconds; of a release, its own moment is meant.
    `on` is the date on whose boundaries the parts are to be put: in units that were split, they are
    told by place.

    Raises:
        Unknown: there is no such indicator.
        NotStored, ColumnMissing, VersionClosed: the store has nothing to answer from.
    """
    indicator = find(code)
    if release and at is None:
        at = _moment_of(release)
    if run is None:
        run = Run.NOW if indicator.is_hot and at is None and not release else Run.STORE
    if run == Run.NOW and indicator.past == Past.STEPS and at is not None and at < now:
        run = Run.STORE
    if run == Run.NOW and not indicator.is_hot:
        raise NotStored
    if at is None:
        return _recent(indicator, run, release, on, int(now.timestamp()) // FRESH_SECONDS)
    return _ask(indicator, run, release, on, at)


def _moment_of(release: str) -> datetime:
    made = tables.releases().filter(code=release).first()
    if made is None:
        raise NotStored
    return made.at


@lru_cache(maxsize=256)
def _recent(indicator: Indicator, run: Run, release: str, on: date | None, slot: int) -> Asked:
    return _ask(indicator, run, release, on, clock.now())


def forget() -> None:
    """Let go what is kept for a few seconds."""
    _recent.cache_clear()


def _ask(indicator: Indicator, run: Run, release: str, on: date | None, at: datetime) -> Asked:
    if run == Run.NOW:
        parts = figures.parts_now(indicator.code, at=at, on=on)
        return Asked(indicator=indicator, run=run, at=at, parts=tuple(parts))
    with Store() as store:
        answer = store.run(indicator, at=at, release=release, on=on)
    return Asked(
        indicator=indicator, run=run, at=at, parts=tuple(answer.parts),
        versions=answer.versions, release=release,
    )  # fmt: skip
