"""What clocks tell: a day moved with the calendar, and a day that has passed."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.cases import events, selectors
from dothi.cases.choices import Act, Power
from dothi.cases.models import Dossier
from dothi.cases.registry import OVERDUE
from dothi.cases.services import moving
from dothi.core.clock import local
from dothi.core.clocks.choices import State
from dothi.core.events.services import publish
from dothi.core.notices.choices import Channel
from dothi.core.notices.services import Recipient, send
from dothi.core.transactions import joined


@joined
def reschedule(*, code: str, at: datetime) -> bool:
    """The calendar was corrected and the office had open time limits computed anew: follow.

    The promised day moves by what the due day moves. Return False when nothing differs.

    Raises:
        TooLate: somebody moved the dossier meanwhile; the fact is delivered again.
    """
    dossier = selectors.loaded().get(code=code)
    changes = _moved(dossier)
    if not changes:
        return False
    with override(dossier.language):
        why = _("The working calendar was changed.")
    moving.move(dossier, Act.RESCHEDULE, by="system", at=at, reason=why, told=True, changes=changes)
    moving.put_duty(dossier, at=at)
    return True


def _moved(dossier: Dossier) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    clock, step = dossier.clock, dossier.step_clock
    if clock is not None and dossier.due_at is not None and clock.due_at != dossier.due_at:
        assert dossier.promised_at is not None
        changes["due_at"] = clock.due_at
        changes["promised_at"] = dossier.promised_at + (clock.due_at - dossier.due_at)
    if step is not None and step.due_at != dossier.step_due_at:
        changes["step_due_at"] = step.due_at
    return changes


@joined
def tell_overdue(*, code: str, due_at: datetime, at: datetime) -> bool:
    """The promised time has passed: tell the house, whoever has the dossier and who leads there.

    Once for each due time, however late it is found out.
    """
    dossier = selectors.loaded().get(code=code)
    clock = dossier.clock
    if clock is None or clock.state != State.RUNNING or dossier.due_at != due_at:
        return False
    publish(
        events.DossierOverdue(
            code=code,
            procedure=dossier.procedure,
            area=dossier.area,
            unit_code=dossier.unit.code,
            handling_unit=dossier.handling_unit.code,
            handling_role=dossier.handling_role,
            due_at=due_at,
        ),
        at=at,
    )
    for person in _who_minds(dossier, at=at):
        send(
            template=OVERDUE.code,
            to=Recipient(channel=Channel.IN_APP, address=person.actor),
            context={
                "code": code,
                "procedure": moving.title_of(dossier),
                "due_at": local(due_at),
                "url": moving.desk_url(code),
            },
            at=at,
            dedupe=f"{OVERDUE.code}:{code}:{due_at.isoformat()}:{person.pk}",
        )
    return True


def _who_minds(dossier: Dossier, *, at: datetime) -> list[User]:
    leaders = accounts.who_may(Power.LEAD, dossier.handling_unit, on=local(at).date())
    found = {user.pk: user for user in leaders}
    if dossier.handling_person is not None:
        found[dossier.handling_person.pk] = dossier.handling_person
    return list(found.values())
