"""What a kind is asked with, and a look at the first rows before anything is fetched."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from dothi.core.access.services import opened
from dothi.core.audit.services import record
from dothi.datastore.ingestion import services as ingestion
from dothi.datastore.sources.choices import Fault
from dothi.datastore.sources.models import Source
from dothi.datastore.sources.ports import Asked, Fetched, NotFetched, kinds
from dothi.lib.codes import public_code

logger = logging.getLogger(__name__)
FIRST_ROWS = 10


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The first rows of a source, and how they stand to the contract; or why there are none."""

    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    departures: dict[str, Any] = field(default_factory=dict)
    unreadable: str = ""
    fault: str = ""
    facts: dict[str, object] = field(default_factory=dict)


def asked(source: Source, folder: Path, *, at: datetime, rows_at_most: int | None = None) -> Asked:
    """What a kind is asked with. A look at the first rows begins at the beginning."""
    return Asked(
        dataset=source.dataset.code,
        settings=source.settings,
        secrets={one.name: one.value for one in source.secrets.all()},
        position=source.position if rows_at_most is None else {},
        folder=folder,
        at=at,
        rows_at_most=rows_at_most,
    )


def fetched(source: Source, question: Asked) -> Fetched | None:
    """Ask the kind of the source.

    Raises:
        NotFetched: also for faults of the program. What they say is not kept: it may hold a secret.
    """
    kind = kinds.get(source.kind)
    if kind is None:
        raise NotFetched(Fault.NO_KIND)
    try:
        return kind.fetch(question)
    except NotFetched:
        raise
    except Exception as error:
        name = f"{type(error).__module__}.{type(error).__qualname__}"
        logger.error("%s was not fetched: %s", source.code, name)
        raise NotFetched(Fault.UNEXPECTED, name=name) from None


def sample(source: Source, *, by: str, at: datetime) -> Sample:
    """The first rows as the source gives them now. Nothing is taken, nothing is moved.

    The look is written down: nobody knows yet what a source holds.
    """
    opened(record=source.subject, by=by, purpose="try a source", fields=["rows"], at=at)
    record("datastore.source_sample", subject=source.subject, by=by, at=at)
    with workspace(f"look-{public_code(source.code, at)}") as folder:
        try:
            found = fetched(source, asked(source, folder, at=at, rows_at_most=FIRST_ROWS))
        except NotFetched as error:
            return Sample(fault=error.fault, facts=error.facts)
        if found is None:
            return Sample()
        shape = None if found.heads is None else ingestion.shape_of_records(found.heads)
        seen = ingestion.look_at(found.path, rows=FIRST_ROWS, shape=shape)
    if seen.unreadable:
        return Sample(unreadable=seen.unreadable)
    contract = source.dataset.agreed
    misfit = ingestion.departures(contract, seen) if contract else {}
    return Sample(heads=seen.heads, rows=seen.rows, departures=misfit)


@contextmanager
def workspace(name: str) -> Iterator[Path]:
    """An empty folder beside the landing folder, so that what lies in it lands by a link."""
    folder = Path(settings.STORE) / "fetching" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
