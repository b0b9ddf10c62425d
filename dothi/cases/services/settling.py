"""A financial duty is met: the dossier goes on."""

from datetime import datetime

from dothi.cases.choices import Act
from dothi.cases.models import Dossier
from dothi.cases.services import moving
from dothi.cases.services.moving import Actor


def go_on_paid(dossier: Dossier, *, by: Actor, at: datetime, note: str = "") -> None:
    """Inside a verb that saw the duty met: the clock goes on."""
    changes = moving.go_on(dossier, at=at)
    moving.move(dossier, Act.SETTLE, by=by, at=at, reason=note, changes=changes)
    moving.put_duty(dossier, at=at)
