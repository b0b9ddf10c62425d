"""A table of golden records is asked for, agreed by another steward, published, and ended."""

import logging
import shutil
from collections.abc import Collection
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dothi.accounts.models import User
from dothi.core import locks, queueing
from dothi.core.audit.services import record
from dothi.core.events.services import publish as tell
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue import services as describing
from dothi.datastore.catalogue.choices import Share
from dothi.datastore.catalogue.choices import State as Offered
from dothi.datastore.resolution import events, permissions, selectors
from dothi.datastore.resolution.choices import State
from dothi.datastore.resolution.models import GoldenTable, Project
from dothi.datastore.resolution.rules import golden_table as rules
from dothi.datastore.resolution.services import duties, golden_described, golden_rows, golden_works
from dothi.datastore.resolution.services.asking import CARE, subject_of
from dothi.datastore.resolution.services.golden_publishing import PUBLISHERS
from dothi.datastore.resolution.services.refusals import (
    CodeTaken,
    FourEyes,
    NotAllowedNow,
    NotOpen,
    ReasonMissing,
    TooWide,
)
from dothi.datastore.tables import selectors as stored
from dothi.datastore.tables import services as tables

logger = logging.getLogger(__name__)
SYSTEM = "system"


@transaction.atomic
def ask_for_table(
    *, project: Project, dataset: str, title_vi: str, title_en: str, purpose: str, share: Share,
    by: User, at: datetime,
) -> GoldenTable:  # fmt: skip
    """Ask to publish the golden records of a project as a table of the store.

    Raises:
        ReasonMissing: no purpose is said.
        NotOpen: the purpose of the project no longer holds.
        TooWide: a list is shared less widely.
        CodeTaken: there is a dataset of this code.
        NotAllowedNow: no run has found anything yet, or a table is asked for already.
    """
    if not purpose.strip():
        raise ReasonMissing
    if not permissions.is_open(project, on=at.date()):
        raise NotOpen(project.expires_on, project.state)
    if not project.changes.exists():
        raise NotAllowedNow
    if share not in selectors.golden_shares(project):
        raise TooWide
    if catalogue.every_dataset().filter(code=dataset).exists():
        raise CodeTaken(dataset)
    try:
        with transaction.atomic():
            table = GoldenTable.objects.create(
                project=project, dataset=dataset, title_vi=title_vi, title_en=title_en,
                purpose=purpose.strip(), share=share, asked_by=by.actor, asked_at=at,
            )  # fmt: skip
    except IntegrityError as error:
        raise NotAllowedNow from error
    _tell(table, was="", by=by.actor, at=at)
    return table


@transaction.atomic
def approve_table(*, table: GoldenTable, by: User, at: datetime) -> None:
    """Another steward's yes: the table stands in the catalogue, as a draft until it has rows.

    Raises:
        FourEyes, NotAllowedNow, NotOpen, TooWide, CodeTaken: see there.
    """
    project = table.project
    _decided(table, State.APPROVED, by=by.actor, at=at)
    if not permissions.is_open(project, on=at.date()):
        raise NotOpen(project.expires_on, project.state)
    if Share(table.share) not in selectors.golden_shares(project):
        raise TooWide
    try:
        made = describing.create(
            code=table.dataset, unit=project.unit, registered=True, by=by.actor, at=at,
            description=golden_described.description(table),
        )  # fmt: skip
    except describing.CodeTaken as error:
        raise CodeTaken(table.dataset) from error
    describing.agree(dataset=made, contract=golden_described.contract(table), by=by.actor, at=at)


def refuse_table(*, table: GoldenTable, by: User, at: datetime, reason: str) -> None:
    """A steward's no, with its reason.

    Raises:
        FourEyes, ReasonMissing, NotAllowedNow: see there.
    """
    if not reason.strip():
        raise ReasonMissing
    _refuse(table, by=by.actor, at=at, reason=reason)


@transaction.atomic
def _refuse(table: GoldenTable, *, by: str, at: datetime, reason: str) -> None:
    _decided(table, State.REFUSED, by=by, at=at, reason=reason)


def end_table(*, table: GoldenTable, by: str, at: datetime, reason: str) -> None:
    """Offer the table no more, and take its rows out of every version. Not within a transaction.

    Raises:
        ReasonMissing, NotAllowedNow: see there.
    """
    if not reason.strip():
        raise ReasonMissing
    _end(table, by=by, at=at, reason=reason)
    _empty(table, at=at)


@transaction.atomic
def _end(table: GoldenTable, *, by: str, at: datetime, reason: str) -> None:
    was = _moved(table, State.ENDED, wanted=(State.APPROVED,), reason=reason)
    table.ended_by, table.ended_at = by, at
    table.save(update_fields=["state", "reason", "ended_by", "ended_at"])
    golden_works.give_up(table, by=by, at=at)
    dataset = catalogue.every_dataset().get(code=table.dataset)
    if dataset.state == Offered.PUBLISHED:
        describing.retire(dataset=dataset, by=by, at=at, reason=reason)
    _tell(table, was=was, by=by, at=at, reason=reason)


def _empty(table: GoldenTable, *, at: datetime) -> None:
    """Done again after a kill it does no harm."""
    codes = list(table.project.entities.values_list("code", flat=True))
    with locks.held(PUBLISHERS, table.pk):  # Rows that are being written come first.
        erase_entities(table, codes, reason=table.project.code, by=table.ended_by, at=at)
    GoldenTable.objects.filter(pk=table.pk).update(emptied_at=at)


def erase_entities(
    table: GoldenTable, codes: Collection[str], *, reason: str, by: str, at: datetime
) -> None:
    """Take rows out of every version, with proof. Not within a transaction."""
    if codes and stored.latest(table.dataset) is not None:
        tables.erase(table.dataset, rules.ENTITY, codes, reason=reason, by=by, at=at)


def care_for_golden(*, at: datetime) -> None:
    """Take out what no longer may be there: rows of persons who restricted their use, or that left
    their lists; everything where the purpose of a project is over. Guard the rest as the lists are
    guarded today. Not within a transaction.

    One that cannot be cared for is logged and keeps back no other.
    """
    for table in [*selectors.asked_tables(), *selectors.kept_tables()]:
        try:
            _care_for(table, at=at)
        except Exception:
            logger.exception("golden records in %s could not be cared for", table)


def _care_for(table: GoldenTable, *, at: datetime) -> None:
    is_open = permissions.is_open(table.project, on=at.date())
    if table.state == State.ENDED:
        _empty(table, at=at)
    elif table.state == State.APPROVED and is_open:
        golden_described.kept_strict(table, by=SYSTEM, at=at)
        _leave_out(table, at=at)
    elif table.state == State.APPROVED:
        end_table(table=table, by=SYSTEM, at=at, reason=_over(table.project))
    elif not is_open:
        _refuse(table, by=SYSTEM, at=at, reason=_over(table.project))


def ask_for_care() -> None:
    """Have a worker do it."""
    queueing.once(CARE, lock=CARE, queue="store", timestamp=0)


def _over(project: Project) -> str:
    with translation.override("vi"):
        return _("The purpose of %(code)s is over.") % {"code": project.code}


def _leave_out(table: GoldenTable, *, at: datetime) -> None:
    with locks.held(PUBLISHERS, table.pk):  # Rows that are being made may lack what is new.
        _left_out(table, at=at)


def _left_out(table: GoldenTable, *, at: datetime) -> None:
    newest = stored.latest(table.dataset)
    if newest is None:
        return
    there = golden_rows.still_there(table.project, at=at)
    codes = {
        code
        for code, dataset, key in selectors.places_by_entity(table.project)
        if key not in there.get(dataset, ())
    }
    gone = stored.holding(newest, rules.ENTITY, codes)
    if not gone:
        return
    run = f"left-out-{newest.number}"
    path = tables.workspace(table.dataset, run) / "keys.parquet"
    try:
        pq.write_table(pa.table({rules.ENTITY: pa.array(gone, pa.string())}), path)
        tables.remove(table.dataset, [path], key=golden_rows.KEY, run=run, by=SYSTEM, at=at)
    finally:
        shutil.rmtree(path.parent, ignore_errors=True)
    record(
        "resolution.leave_out", subject=subject_of(table.project), by=SYSTEM, at=at,
        unit=table.project.unit.code, dataset=table.dataset, rows=len(gone),
    )  # fmt: skip


# --- Moving ---------------------------------------------------------------------------------------


def _decided(table: GoldenTable, to: State, *, by: str, at: datetime, reason: str = "") -> None:
    if table.asked_by == by:
        raise FourEyes
    was = _moved(table, to, wanted=(State.ASKED,), reason=reason)
    table.decided_by, table.decided_at = by, at
    table.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    _tell(table, was=was, by=by, at=at, reason=reason)


def _moved(table: GoldenTable, to: State, *, wanted: Collection[State], reason: str) -> str:
    row = GoldenTable.objects.select_for_update().values_list("state").get(pk=table.pk)
    was = str(row[0])
    if was not in wanted:
        raise NotAllowedNow(f"{table} is {was}")
    table.state, table.reason = to, reason.strip()[:500]
    return was


def _tell(table: GoldenTable, *, was: str, by: str, at: datetime, reason: str = "") -> None:
    project = table.project
    record(
        "resolution.move_golden", subject=subject_of(project), by=by, at=at,
        unit=project.unit.code, reason=reason, dataset=table.dataset, was=was,
        now=str(table.state), share=table.share,
    )  # fmt: skip
    tell(
        events.GoldenTableMoved(
            code=project.code, unit_code=project.unit.code, dataset=table.dataset, was=was,
            now=str(table.state),
        ),
        at=at,
    )  # fmt: skip
    duties.lay_golden(table, at=at)
