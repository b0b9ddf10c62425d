"""What a request asks of whom, and what is written to the asker."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from dothi.accounts import selectors as accounts
from dothi.accounts.choices import Role
from dothi.accounts.models import User
from dothi.core.clock import local
from dothi.core.clocks import selectors as clocks
from dothi.core.inbox import services as inbox
from dothi.core.notices import services as outbox
from dothi.core.notices.choices import Channel
from dothi.datastore.sharing import registry
from dothi.datastore.sharing.choices import Power, State
from dothi.datastore.sharing.models import Application, Grant
from dothi.units.models import Unit

ANSWER = "sharing.answer"
AHEAD = timedelta(days=14)


def lay(application: Application, *, at: datetime) -> None:
    """On the table of who decides while it waits; off it else."""
    if application.state not in (State.ASKED, State.RETURNED):
        inbox.close(kind=ANSWER, code=application.code)
        return
    unit = application.dataset.unit
    clock = clocks.open_clock(application.subject)
    inbox.put(
        kind=ANSWER, code=application.code,
        title=f"Trả lời đề nghị khai thác: {application.dataset.title_vi}", unit_code=unit.code,
        role=answering_role(unit, on=local(at).date()), due_at=clock.due_at if clock else None,
        paused=application.state == State.RETURNED, group=application.state,
        url=_path("sharing:application", application.code), at=at,
    )  # fmt: skip


def answering_role(unit: Unit, *, on: date) -> Role:
    """The steward; where nobody holds that post, the leader of the unit."""
    deciding = accounts.who_may(Power.DECIDE, unit, on=on)
    stewards = [one for one in deciding if accounts.holds(one, Role.STEWARD, unit, on=on)]
    return Role.STEWARD if stewards or not deciding else Role.LEADER


def write_to_asker(application: Application, *, at: datetime) -> None:
    asker = application.asker
    with translation.override(asker.language):
        said = str(State(application.state).label)
    _write(
        registry.ANSWERED.code, asker, at,
        dedupe=f"{application.subject}:{application.state}:{at.isoformat()}",
        code=application.code, dataset=application.dataset.title_vi, state=said,
        link=_link("sharing:my_request", application.code, asker),
    )  # fmt: skip


def tell_of_ends(*, at: datetime) -> int:
    """Write to who holds a use that ends within two weeks, once. Return to how many."""
    today = local(at).date()
    near = Grant.objects.filter(
        ended_at=None, told_at=None, expires_on__gt=today, expires_on__lte=today + AHEAD
    )
    rows = list(near.select_related("dataset", "application__asker", "user"))
    return sum(_tell_of_end(one, at) for one in rows)


@transaction.atomic
def _tell_of_end(grant: Grant, at: datetime) -> bool:
    holder = grant.application.asker if hasattr(grant, "application") else grant.user
    if not Grant.objects.filter(pk=grant.pk, told_at=None).update(told_at=at) or holder is None:
        return False
    _write(
        registry.ENDS_SOON.code, holder, at, dedupe=f"{grant.subject}:ends",
        code=grant.code, dataset=grant.dataset.title_vi,
        last_day=f"{grant.expires_on - timedelta(days=1):%d/%m/%Y}",
        link=_link("sharing:my_use", grant.code, holder),
    )  # fmt: skip
    return True


def _write(template: str, to: User, at: datetime, *, dedupe: str, **context: str) -> None:
    if not to.email or not to.is_active:
        return
    recipient = outbox.Recipient(channel=Channel.EMAIL, address=to.email, language=to.language)
    outbox.send(template=template, to=recipient, context=context, at=at, dedupe=dedupe[:120])


def _path(name: str, code: str, language: str = "vi") -> str:
    with translation.override(language):
        return reverse(name, args=[code])


def _link(name: str, code: str, reader: User) -> str:
    return f"{settings.PUBLIC_URL}{_path(name, code, reader.language)}"
