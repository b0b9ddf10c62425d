"""A person is erased: files in the folders of sources that hold them are taken away.

A dropped file and the landed one are one file on the disk, with two names: it is gone when both
are. Files that wait, and those that were refused, hold the person as well.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from dothi.core import locks
from dothi.core.audit.services import record
from dothi.datastore.ingestion import services as ingestion
from dothi.datastore.sources.models import Source
from dothi.datastore.sources.ports import Asked, Keeping, NotFetched, kinds
from dothi.datastore.sources.services import wording
from dothi.datastore.sources.services.asking import asked
from dothi.datastore.sources.services.waking import FETCHERS
from dothi.datastore.tables.registry import Sought, Told, Wanted


def find(wanted: Wanted) -> Told:
    """How many files in folders of sources hold the person. Writes nothing."""
    held = [
        path
        for source, keeping in _keeping(wanted.table)
        for path in _files(source, keeping, wanted.at)
        if ingestion.holds(path, wanted)
    ]
    return {"dropped": len(held)}


def erase(wanted: Wanted) -> Told:
    """Take such files away; a note in the folder says why, and names nobody."""
    gone = 0
    for source, keeping in _keeping(wanted.table):
        with locks.held(FETCHERS, source.pk):
            question = _question(source, wanted.at)
            for path in _files(source, keeping, wanted.at):
                if ingestion.holds(path, wanted):
                    keeping.take_away(question, path, wording.taken_away(wanted.reason))
                    gone += 1
                    record(
                        "datastore.source_erase", subject=source.subject, by=wanted.by,
                        at=wanted.at, reason=wanted.reason,
                    )  # fmt: skip
    return {"dropped": gone}


def take_away(source: Source, path: Path, *, at: datetime) -> None:
    """A file that comes once more after an erasure does not stay in the folder either."""
    kind = kinds.get(source.kind)
    if kind is not None and kind.keeping is not None:
        kind.keeping.take_away(_question(source, at), path, wording.taken_away(""))


def spellings(sought: Sought) -> set[str]:
    """How the person is written in files that wait, were taken or refused."""
    return {
        one
        for source, keeping in _keeping(sought.table)
        for path in _files(source, keeping, source.next_at)
        for one in ingestion.spellings_in(path, sought)
    }


def _keeping(dataset: str) -> Iterator[tuple[Source, Keeping]]:
    """The sources of a dataset that have files of their own on this machine."""
    for source in Source.objects.filter(dataset__code=dataset).select_related("dataset"):
        kind = kinds.get(source.kind)
        if kind is not None and kind.keeping is not None:
            yield source, kind.keeping


def _files(source: Source, keeping: Keeping, at: datetime) -> list[Path]:
    try:
        return list(keeping.files(_question(source, at)))
    except NotFetched:  # The folder is not there, or not ours.
        return []


def _question(source: Source, at: datetime) -> Asked:
    return asked(source, Path(settings.STORE) / "fetching", at=at)
