"""What all verbs of rights share: refusals, the next state, the table of who answers."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.core.audit.services import record
from dothi.core.clock import local
from dothi.core.clocks import selectors as clocks
from dothi.core.clocks import services as timing
from dothi.core.events.services import publish
from dothi.core.inbox import services as inbox
from dothi.core.notices import services as outbox
from dothi.core.notices.choices import Channel
from dothi.datastore.rights import events, registry
from dothi.datastore.rights.choices import Power, Right, State
from dothi.datastore.rights.models import RightsRequest

ACKNOWLEDGE, ACT = "acknowledge", "act"
DUTY = "rights.answer"


class Refused(Exception):
    """The verb did nothing; `.message` says why and what can be done."""

    @property
    def message(self) -> str:
        return _("This cannot be done now. Please look at it again.")


class NotAllowedNow(Refused):
    """It was answered or withdrawn meanwhile."""

    @property
    def message(self) -> str:
        return _("Somebody else has changed this meanwhile. Please look at it again.")


class AnswerMissing(Refused):
    @property
    def message(self) -> str:
        return _("Please write what the person is to read.")


def hold(asked: RightsRequest) -> None:
    """Lock it while it is open: of two who answer at once the second finds it answered."""
    row = RightsRequest.objects.select_for_update().filter(pk=asked.pk, state=State.OPEN)
    if not row.values_list("pk"):
        raise NotAllowedNow(asked.code)


def end_clocks(asked: RightsRequest, *, at: datetime, met: bool) -> None:
    for name in (ACKNOWLEDGE, ACT):
        if (running := clocks.open_clock(asked.subject, name)) is not None:
            if met:
                timing.meet(running, at=at)
            else:
                timing.stop(running, at=at, reason="withdrawn")


def tell(asked: RightsRequest, *, was: str, by: str, at: datetime, **details: Any) -> None:
    """Audit, event, the table of who answers, and a letter where the house did something."""
    record(
        "rights.move", subject=asked.subject, by=by, at=at, unit=asked.unit.code, was=was,
        now=str(asked.state), right=asked.right, **details,
    )  # fmt: skip
    publish(
        events.RightMoved(
            code=asked.code, right=asked.right, unit_code=asked.unit.code, was=was,
            now=str(asked.state),
        ),
        at=at,
    )  # fmt: skip
    lay(asked, at=at)
    if by != asked.person.actor:
        _write(asked, at=at)


def lay(asked: RightsRequest, *, at: datetime) -> None:
    if asked.state != State.OPEN:
        inbox.close(kind=DUTY, code=asked.code)
        return
    clock = clocks.open_clock(asked.subject, ACKNOWLEDGE) or clocks.open_clock(asked.subject, ACT)
    with translation.override("vi"):
        title = f"Quyền của chủ thể dữ liệu: {Right(asked.right).label}"
        url = reverse("rights:matter", args=[asked.code])
    inbox.put(
        kind=DUTY, code=asked.code, title=title, unit_code=asked.unit.code,
        role=_answering_role(asked, at=at), due_at=clock.due_at if clock else None,
        group=str(asked.state), url=url, at=at,
    )  # fmt: skip


def _answering_role(asked: RightsRequest, *, at: datetime) -> Role:
    """The steward; where nobody holds that post, the leader."""
    on = local(at).date()
    people = accounts.who_may(Power.HANDLE, asked.unit, on=on)
    stewards = any(accounts.holds(one, Role.STEWARD, asked.unit, on=on) for one in people)
    return Role.STEWARD if stewards or not people else Role.LEADER


def _write(asked: RightsRequest, *, at: datetime) -> None:
    """That there is news, and where to read it; not what it says."""
    person = asked.person
    if not person.email or not person.is_active:
        return
    with translation.override(person.language):
        link = f"{settings.PUBLIC_URL}{reverse('rights:mine', args=[asked.code])}"
    outbox.send(
        template=registry.NEWS.code,
        to=outbox.Recipient(
            channel=Channel.EMAIL, address=person.email, language=person.language
        ),
        context={"code": asked.code, "link": link}, at=at,
        dedupe=f"{asked.subject}:{asked.state}:{at.isoformat()}",
    )  # fmt: skip
