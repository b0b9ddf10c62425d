"""Publish versions and end procedures. What was published is never changed."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from dothi.accounts.choices import Role
from dothi.core.audit.services import record
from dothi.core.events.services import publish as tell
from dothi.procedures import events
from dothi.procedures.choices import State
from dothi.procedures.models import Area, Procedure, Version
from dothi.procedures.rules.publishing import flaws
from dothi.procedures.services.indexing import index
from dothi.procedures.services.refusals import AnotherWasFaster, Flawed, FourEyes, NotThen

ROLES = frozenset(Role.values)


@transaction.atomic
def publish(*, version: Version, valid_from: date, by: str, at: datetime) -> Version:
    """Publish a draft; it holds from a day on, and the version before it until then.

    Raises:
        AnotherWasFaster: it is no longer the draft that was read.
        Flawed: something of it is missing or leads nowhere.
        FourEyes: who wrote in it does not publish it.
        NotThen: a version already holds from that day or a later one.
    """
    procedure = Procedure.objects.select_for_update().get(pk=version.procedure_id)
    current = Version.objects.filter(pk=version.pk, state=State.DRAFT).first()
    if current is None or current.changed_at != version.changed_at:
        raise AnotherWasFaster(procedure.code)
    if by in {current.made_by, *current.writers}:
        raise FourEyes(procedure.code)
    definition = current.content
    if found := flaws(definition, roles=ROLES):
        raise Flawed(found)
    published = procedure.versions.filter(state=State.PUBLISHED)
    if published.filter(valid_from__gte=valid_from).exists():
        raise NotThen(str(valid_from))
    published.filter(Q(valid_to=None) | Q(valid_to__gt=valid_from)).update(valid_to=valid_from)
    current.state, current.valid_from = State.PUBLISHED, valid_from
    current.published_by, current.published_at = by, at
    current.save()
    procedure.area = Area.objects.get(code=definition.area)
    procedure.save(update_fields=["area"])
    index(current, definition, procedure.area)
    record("procedures.publish", subject=f"procedures.procedure:{procedure.code}", by=by, at=at,
           number=current.number, valid_from=valid_from.isoformat())  # fmt: skip
    tell(
        events.VersionPublished(code=procedure.code, number=current.number, valid_from=valid_from),
        at=at,
    )
    return current


@transaction.atomic
def end(*, code: str, valid_to: date, reason: str, by: str, at: datetime) -> None:
    """Offer a procedure no longer, from a day on. Dossiers that were received keep their version.

    Raises:
        NotThen: no version holds on the day before, or one begins later.
    """
    procedure = Procedure.objects.select_for_update().get(code=code)
    last = procedure.versions.filter(state=State.PUBLISHED, valid_to=None).first()
    if last is None or last.valid_from is None or last.valid_from >= valid_to:
        raise NotThen(str(valid_to))
    Version.objects.filter(pk=last.pk).update(valid_to=valid_to)
    record("procedures.end", subject=f"procedures.procedure:{code}", by=by, at=at, reason=reason,
           valid_to=valid_to.isoformat())  # fmt: skip
    tell(events.ProcedureEnded(code=code, valid_to=valid_to), at=at)
