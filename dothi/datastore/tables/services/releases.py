"""Pin the versions of many tables under a code, let them go, bring them back."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from dothi.core.audit.services import record
from dothi.core.events.services import publish
from dothi.datastore.tables import selectors
from dothi.datastore.tables.events import ReleaseLifted, ReleaseMade
from dothi.datastore.tables.models import Pin, Release, Version
from dothi.datastore.tables.services.writing import roll_back


class ReleaseTaken(Exception):
    """There is a release of this code; a release never changes."""


def release(
    code: str, *, by: str, at: datetime, note: str = "", tables: Collection[str] | None = None
) -> Release:
    """Pin the newest version of these tables, or of all, as they are at one moment.

    Raises:
        ReleaseTaken: see there.
        Version.DoesNotExist: one of the tables has no version.
    """
    with transaction.atomic():
        made, is_new = Release.objects.get_or_create(
            code=code, defaults={"note": note, "actor": by, "at": at}
        )
        if not is_new:
            raise ReleaseTaken(code)
        # Locked, so that nobody closes what is being pinned.
        newest = Version.objects.select_for_update(of=("self",)).filter(replaced_at=None)
        chosen = newest.select_related("table")
        if tables is not None:
            chosen = chosen.filter(table__code__in=tables)
        versions = list(chosen.order_by("table__code"))
        found = [one.table.code for one in versions]
        if missing := set(tables or ()) - set(found):
            raise Version.DoesNotExist(", ".join(sorted(missing)))
        Pin.objects.bulk_create(Pin(release=made, table=one.table, version=one) for one in versions)
        record(
            "tables.release",
            subject=f"tables.release:{code}",
            by=by,
            at=at,
            versions={one.table.code: one.number for one in versions},
        )
        publish(ReleaseMade(code=code, tables=found), at=at)
    return made


def lift_release(code: str, *, by: str, at: datetime, reason: str = "") -> bool:
    """Let a release pin nothing any more. Return whether it did."""
    with transaction.atomic():
        if not Release.objects.filter(code=code, lifted_at=None).update(lifted_at=at):
            return False
        record("tables.lift_release", subject=f"tables.release:{code}", by=by, at=at, reason=reason)
        publish(ReleaseLifted(code=code), at=at)
    return True


def restore_release(code: str, *, by: str, at: datetime) -> list[Version]:
    """Bring every table of a release back to the version that it pins. Return the new versions.

    Tables that hold those rows already are left alone, so after a kill it is done again and goes on
    where it was. Tables that came after the release stay as they are. Not within a transaction.

    Raises:
        Release.DoesNotExist: there is none of this code.
        VersionClosed: it was lifted, and files of it are gone; nothing was changed.
    """
    Release.objects.get(code=code)
    pins = list(selectors.pinned(code))
    for pin in pins:
        selectors.readable(pin.version)
    made = []
    for pin in pins:
        newest = selectors.latest(pin.version.table.code)
        if newest and (newest.checksum, newest.columns) == (
            pin.version.checksum,
            pin.version.columns,
        ):
            continue
        made.append(
            roll_back(pin.version.table.code, pin.version.number, by=by, at=at, comment=code)
        )
    with transaction.atomic():
        record(
            "tables.restore_release",
            subject=f"tables.release:{code}",
            by=by,
            at=at,
            versions={one.table.code: one.number for one in made},
        )
    return made
