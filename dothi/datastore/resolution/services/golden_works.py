"""Golden records of very many: a worker finds out what would change, and publishes it.

Nobody waits for it: who asked sees how far it is, may give it up, and is written to. A killed
worker leaves the work as it is; the next one begins it anew, and what was published stays so.
"""

import logging
import math
import time
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from dothi.accounts.models import User
from dothi.core import locks, queueing
from dothi.core.audit.services import record
from dothi.core.events.services import publish as announce
from dothi.datastore.resolution import events
from dothi.datastore.resolution.choices import Aim, WorkFault, WorkState
from dothi.datastore.resolution.models import GoldenTable, GoldenWork
from dothi.datastore.resolution.selectors import golden_works as works
from dothi.datastore.resolution.services import duties, golden_publishing, golden_rows
from dothi.datastore.resolution.services.asking import subject_of
from dothi.datastore.resolution.services.golden_publishing import PUBLISHERS
from dothi.datastore.resolution.services.golden_rows import Tell
from dothi.datastore.resolution.services.refusals import (
    ListUnfit,
    NotAllowedNow,
    NothingNew,
    NotOpen,
    Refused,
    TooLate,
    WorksAlready,
)
from dothi.datastore.tables import services as tables
from dothi.datastore.tables.selectors import Version

logger = logging.getLogger(__name__)
TASK = "dothi.datastore.resolution.jobs.make_golden"
WORKERS = 7210  # Advisory lock; the second number is the work.
MOST_TRIES = 3
SYSTEM = "system"
FAULTS = {
    NotOpen: WorkFault.NOT_OPEN, NotAllowedNow: WorkFault.MOVED_ON,
    NothingNew: WorkFault.NOTHING_NEW, ListUnfit: WorkFault.LIST_UNFIT,
}  # fmt: skip


class Stopped(Exception):
    """Somebody gave the work up, or it is over for another reason."""


@transaction.atomic
def ask_for_work(
    *, table: GoldenTable, aim: Aim, by: User, at: datetime, seen: str = ""
) -> GoldenWork:
    """Have a worker find out what publishing would change, or publish what was `seen`.

    Raises:
        NotOpen: the purpose no longer holds.
        NotAllowedNow: the table is not approved, or nothing was looked at.
        WorksAlready: a worker is at it.
    """
    table = golden_publishing.open_table(table, at)
    if (aim == Aim.PUBLISH) != bool(seen) or len(seen) > 80:
        raise NotAllowedNow
    try:
        with transaction.atomic():
            work = GoldenWork.objects.create(
                table=table, aim=aim, mark=seen, asked_by=by.actor, asked_at=at
            )
    except IntegrityError as error:
        raise WorksAlready from error
    _tell(work, was="", now=WorkState.QUEUED, by=by.actor, at=at)
    duties.lay_work(work, at=at)
    queue(work)
    return work


def queue(work: GoldenWork) -> None:
    """Ask the worker for it; asked twice, it waits once."""
    queueing.once(TASK, lock=f"resolution.golden:{work.pk}", queue="store", work=work.pk)


@transaction.atomic
def drop_work(*, work: GoldenWork, by: User, at: datetime) -> None:
    """Give up what waits or runs, or put aside what was found. Nothing was written yet.

    Raises:
        TooLate: rows are being written, or it is over.
    """
    wanted = (WorkState.QUEUED, WorkState.RUNNING)
    if not _moved(work, WorkState.DROPPED, wanted=wanted, by=by.actor, at=at) and not _put_aside(
        work, by=by.actor, at=at
    ):
        raise TooLate


def _put_aside(work: GoldenWork, *, by: str, at: datetime) -> bool:
    if _moved(work, WorkState.DROPPED, wanted=(WorkState.FAILED,), by=by, at=at, fault=""):
        return True
    if work.aim != Aim.LOOK:
        return False
    return _moved(work, WorkState.DROPPED, wanted=(WorkState.DONE,), by=by, at=at)


def give_up(table: GoldenTable, *, by: str, at: datetime) -> None:
    """The table ends: nothing is made for it any more. In the caller's transaction."""
    for work in works.of_table(table):
        wanted = (WorkState.QUEUED, WorkState.RUNNING)
        _moved(work, WorkState.DROPPED, wanted=wanted, by=by, at=at)
    duties.take_off_work(table)


@transaction.atomic
def break_off(table: GoldenTable, fault: WorkFault, *, at: datetime) -> None:
    """What is being made would be wrong: it fails, and who asked is told why."""
    for work in works.of_table(table):
        _fail(work, fault, at, wanted=(WorkState.QUEUED, WorkState.RUNNING))


def carry_out_work(work: GoldenWork, *, at: datetime) -> None:
    """Do it. Not within a transaction: it takes minutes. Done again it does no harm.

    Where another worker is at it, nothing is done.
    """
    with locks.tried(WORKERS, work.pk) as ours:
        if ours and _begin(work, at):
            _carry_out(work, at)


def _carry_out(work: GoldenWork, at: datetime) -> None:
    try:
        if work.aim == Aim.LOOK:
            _look(work, at)
        else:
            _publish(work, at)
    except Stopped:
        return
    except Refused as error:
        _fail(work, FAULTS.get(type(error), WorkFault.BROKEN), at)
    except Exception:
        logger.exception("golden records of %s could not be made", work.table)
        _fail(work, WorkFault.BROKEN, at)


@transaction.atomic
def _begin(work: GoldenWork, at: datetime) -> bool:
    """Take it up. One whose workers die again and again is left alone."""
    held = GoldenWork.objects.select_for_update().filter(pk=work.pk, state__in=works.OPEN)
    now = held.values_list("state", "tries").first()
    if now is None:
        return False
    was, tries = now
    if tries >= MOST_TRIES:
        _fail(work, WorkFault.LOST, at)
        return False
    GoldenWork.objects.filter(pk=work.pk).update(
        state=WorkState.RUNNING, tries=tries + 1, stage="", share=0.0
    )
    if was == WorkState.QUEUED:
        _tell(work, was=was, now=WorkState.RUNNING, by=work.asked_by, at=at)
    return True


def _look(work: GoldenWork, at: datetime) -> None:
    table = golden_publishing.open_table(work.table, at)
    # Taken before the rows are read: what is decided meanwhile makes the answer an old one.
    change, upon = works.last_change(table.project), works.newest(table)
    prepared = golden_rows.prepare(table, at=at, tell=_teller(work))
    found = {name: value for name, value in asdict(prepared.changes).items() if name != "samples"}
    _done(work, at, mark=prepared.mark, found=found, upon=upon, change_id=change)


def _publish(work: GoldenWork, at: datetime) -> None:
    table = work.table
    with locks.held(PUBLISHERS, table.pk):
        # Killed after the commit it is published already, and only has to be said so.
        version = tables.made_by(table.dataset, work.mark, at=at)
        if version is None:
            version = golden_publishing.published(
                table, seen=work.mark, by=work.asked_by, at=at, tell=_teller(work),
                begin=lambda: _past_return(work),
            )  # fmt: skip
        _published(work, version, at)


@transaction.atomic
def _published(work: GoldenWork, version: Version, at: datetime) -> None:
    golden_publishing.write_down(work.table, version, by=work.asked_by, at=at)
    _done(work, at, version=version.number)


def _past_return(work: GoldenWork) -> None:
    mine = GoldenWork.objects.filter(pk=work.pk, state=WorkState.RUNNING)
    if not mine.update(state=WorkState.WRITING, stage="write", share=0.0):
        raise Stopped


def _teller(work: GoldenWork) -> Tell:
    """Write how far it is, at most once a second, and hear whether it was given up."""
    told: dict[str, float] = {}

    def tell(stage: str, share: float) -> None:
        now = time.monotonic()
        if now - told.get(stage, -math.inf) <= 1:
            return
        told[stage] = now
        mine = GoldenWork.objects.filter(pk=work.pk, state=WorkState.RUNNING)
        if not mine.update(stage=stage, share=share):
            raise Stopped

    return tell


# --- Moving ---------------------------------------------------------------------------------------


@transaction.atomic
def _done(work: GoldenWork, at: datetime, **what: Any) -> None:
    if _moved(
        work, WorkState.DONE, wanted=works.OPEN, by=work.asked_by, at=at, share=1.0, stage="",
        **what,
    ):  # fmt: skip
        duties.lay_work(work, at=at)
        duties.write_of_work(work, at=at)


@transaction.atomic
def _fail(
    work: GoldenWork,
    fault: WorkFault,
    at: datetime,
    *,
    wanted: tuple[WorkState, ...] = works.OPEN,
) -> None:
    if _moved(work, WorkState.FAILED, wanted=wanted, by=SYSTEM, at=at, fault=fault):
        duties.lay_work(work, at=at)
        duties.write_of_work(work, at=at)


@transaction.atomic
def _moved(
    work: GoldenWork,
    to: WorkState,
    *,
    wanted: tuple[WorkState, ...],
    by: str,
    at: datetime,
    **more: Any,
) -> bool:
    """Whether it stood where it was thought to; then it is told, and its duty goes."""
    held = GoldenWork.objects.select_for_update().filter(pk=work.pk, state__in=wanted)
    was = held.values_list("state", flat=True).first()
    if was is None:
        return False
    GoldenWork.objects.filter(pk=work.pk).update(state=to, finished_at=at, **more)
    work.refresh_from_db()
    _tell(work, was=was, now=to, by=by, at=at)
    duties.take_off_work(work.table)
    return True


def _tell(work: GoldenWork, *, was: str, now: WorkState, by: str, at: datetime) -> None:
    project, dataset = work.table.project, work.table.dataset
    record(
        "resolution.move_golden_work", subject=subject_of(project), by=by, at=at,
        unit=project.unit.code, dataset=dataset, aim=str(work.aim), was=was, now=now.value,
        fault=str(work.fault),
    )  # fmt: skip
    announce(
        events.GoldenWorkMoved(
            code=project.code, unit_code=project.unit.code, dataset=dataset, aim=str(work.aim),
            was=was, now=now.value,
        ),
        at=at,
    )  # fmt: skip
