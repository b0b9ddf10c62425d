"""Write a version before anybody is bound by it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from pydantic import ValidationError

from dothi.core.audit.services import record
from dothi.procedures.choices import State
from dothi.procedures.models import Area, Procedure, Version
from dothi.procedures.rules.definition import Definition
from dothi.procedures.services import faults
from dothi.procedures.services.refusals import AnotherWasFaster, NotADefinition, UnknownArea


@transaction.atomic
def draft(
    *,
    document: Mapping[str, Any] | Definition,
    by: str,
    at: datetime,
    note: str = "",
    read_at: datetime | None = None,
) -> Version:
    """Write the draft of a procedure: a new one, or the one that it has, anew.

    `read_at` is when the draft that is replaced was last changed, as the writer saw it.

    Raises:
        NotADefinition: the document has another form.
        UnknownArea: the catalogue has no such field.
        AnotherWasFaster: the draft was changed since it was read.
    """
    definition = definition_of(document)
    area = Area.objects.filter(code=definition.area).first()
    if area is None:
        raise UnknownArea(definition.area)
    procedure, _made = Procedure.objects.select_for_update().get_or_create(
        code=definition.code, defaults={"area": area}
    )
    version = procedure.versions.filter(state=State.DRAFT).first()
    if read_at is not None and (version is None or version.changed_at != read_at):
        raise AnotherWasFaster(definition.code)
    if version is None:
        last = procedure.versions.aggregate(last=Max("number"))["last"] or 0
        version = Version(procedure=procedure, number=last + 1)
    version.definition = definition.model_dump(mode="json")
    version.writers = sorted({*version.writers, by})
    version.note, version.made_by, version.changed_at = note, by, at
    version.save()
    record("procedures.draft", subject=f"procedures.procedure:{procedure.code}", by=by, at=at,
           number=version.number)  # fmt: skip
    return version


@transaction.atomic
def discard(*, version: Version, by: str, at: datetime, reason: str = "") -> None:
    """Throw the draft that was read away; what was published stays. A procedure that never had
    anything but this draft goes with it.

    Raises:
        AnotherWasFaster: it is no longer the draft that was read.
    """
    procedure = Procedure.objects.select_for_update().get(pk=version.procedure_id)
    drafts = Version.objects.filter(pk=version.pk, state=State.DRAFT)
    gone, _rows = drafts.filter(changed_at=version.changed_at).delete()
    if not gone:
        raise AnotherWasFaster(procedure.code)
    record("procedures.discard", subject=f"procedures.procedure:{procedure.code}", by=by, at=at,
           reason=reason, number=version.number)  # fmt: skip
    if not procedure.versions.exists():
        procedure.delete()


def definition_of(document: Mapping[str, Any] | Definition) -> Definition:
    """Read a document.

    Raises:
        NotADefinition: with each place and what is wrong there.
    """
    if isinstance(document, Definition):
        return document
    try:
        return Definition.model_validate(document)
    except ValidationError as error:
        places = [
            (".".join(str(part) for part in one["loc"]) or "procedure", faults.said(one))
            for one in error.errors(include_url=False, include_input=False)
        ]
        raise NotADefinition(places) from error
