"""Hand over what is in the outbox: take, send, write down. No network inside a transaction."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from dothi.core.notices import ports, registry, rules, selectors
from dothi.core.notices.choices import Hop, State
from dothi.core.notices.models import Call, Notice, WayPoint
from dothi.core.notices.services.wishes import unsubscribe_token
from dothi.core.notices.services.writing import when
from dothi.lib import sms

logger = logging.getLogger(__name__)
# Where a page of a notice writes this address, the reader's own way out is put when it is sent.
STOP_LINK = "stop://this-topic"
CALLS_KEPT = timedelta(days=1)


def send_due(*, at: datetime, limit: int = 50) -> int:
    """Send what is due. Return how many were handed over."""
    _give_up_silent(at=at)
    sent = 0
    for notice_id in selectors.due(at=at)[:limit]:
        sent += _send_one(notice_id, at=at)
    return sent


def _send_one(notice_id: int, *, at: datetime) -> bool:
    taken = Notice.objects.filter(pk=notice_id, state=State.QUEUED, next_try_at__lte=at)
    if not taken.update(state=State.SENDING, next_try_at=at + rules.HANDED_OVER_WITHIN):
        return False
    notice = Notice.objects.get(pk=notice_id)
    wakes_at = when(notice.channel, registry.templates.get(notice.template), at=at)
    if wakes_at > at:  # Whoever was down until the evening sends in the morning.
        _write(notice, state=State.QUEUED, next_try_at=wakes_at)
        return False
    carrier = ports.carrier(notice.channel)
    if carrier is None:
        _failed(notice, "no service is set up", at=at)
        return False
    text = carrier.written(notice.text)
    size = sms.size(text)
    if carrier.capability.segments and size.segments > carrier.capability.segments:
        _failed(notice, f"too long: {size.segments} segments", at=at, final=True)
        return False
    return _hand_over(notice, carrier, text, at=at)


def _hand_over(notice: Notice, carrier: ports.Adapter, text: str, *, at: datetime) -> bool:
    _point(notice, Hop.HANDED_OVER, at=at, carrier=carrier.code)
    Notice.objects.filter(pk=notice.pk).update(carrier=carrier.code)
    notice.carrier = carrier.code
    try:
        done = carrier.hand_over(_message(notice, text, at=at))
    except ports.Refused as error:
        _failed(notice, str(error), at=at, final=True)
    except ports.Later as error:
        _failed(notice, str(error), at=at)
    except ports.Unknown as error:
        _unknown(notice, str(error), at=at, again=carrier.capability.knows_keys)
    else:
        _accepted(notice, done, at=at, reports=carrier.capability.reports)
        return True
    return False


@transaction.atomic
def _accepted(notice: Notice, done: ports.Taken, *, at: datetime, reports: bool) -> None:
    """The service has it. A report may have come before its answer: what is known stays known."""
    Notice.objects.filter(pk=notice.pk).update(
        carrier_ref=done.ref[:80], segments=F("segments") + done.segments,
        cost=F("cost") + done.cost, sent_at=at, attempts=notice.attempts + 1, error="",
    )  # fmt: skip
    _write(
        notice, state=State.ACCEPTED if reports else State.SENT,
        next_try_at=at + rules.REPORTED_WITHIN,
    )  # fmt: skip
    _point(notice, Hop.ACCEPTED, at=at, carrier_ref=done.ref[:80])


@transaction.atomic
def _failed(notice: Notice, error: str, *, at: datetime, final: bool = False) -> None:
    attempts = notice.attempts + 1
    wait = None if final else rules.next_try(attempts, seed=notice.ref)
    logger.warning("notice %s: %s", notice.pk, error)
    _write(
        notice, state=State.QUEUED if wait else State.FAILED, attempts=attempts, error=error[:120],
        next_try_at=at + (wait or timedelta(0)),
    )  # fmt: skip
    _point(notice, Hop.LATER if wait else Hop.FAILED, at=at, why=error)


@transaction.atomic
def _unknown(notice: Notice, error: str, *, at: datetime, again: bool) -> None:
    """The whole text was handed over and no answer came: whether it arrived, nobody here knows.

    A service that knows its keys is asked again: it takes the same message once.
    """
    attempts = notice.attempts + 1
    wait = rules.next_try(attempts, seed=notice.ref) if again else None
    logger.warning("notice %s: %s", notice.pk, error)
    _write(
        notice, state=State.QUEUED if wait else State.UNKNOWN, attempts=attempts,
        error=error[:120], next_try_at=at + (wait or timedelta(0)),
    )  # fmt: skip
    _point(notice, Hop.UNKNOWN, at=at, why=error)


@transaction.atomic
def _give_up_silent(*, at: datetime) -> None:
    """A sender died with these in hand, or a service says nothing of them: nobody knows."""
    silent = Notice.objects.filter(state__in=[State.SENDING, State.ACCEPTED], next_try_at__lt=at)
    for notice in silent.select_for_update(skip_locked=True).defer("subject", "text", "html"):
        carrier = ports.adapters.get(notice.carrier)
        if notice.state == State.ACCEPTED:
            state, why = State.UNKNOWN, "no report"
        elif carrier is not None and carrier.capability.knows_keys:
            state, why = State.QUEUED, "the sender died"
        else:
            state, why = State.UNKNOWN, "the sender died"
        Notice.objects.filter(pk=notice.pk).update(state=state)
        _point(notice, Hop.UNKNOWN, at=at, why=why)
    Call.objects.filter(at__lt=at - CALLS_KEPT).delete()


@transaction.atomic
def send_again(notice: Notice, *, at: datetime) -> bool:
    """Send a failed or unknown notice once more.

    One of unknown outcome keeps its key and its Message-ID, so that whoever has it knows it again;
    one that failed for good gets a new key, or its service would only repeat that it failed.
    """
    stuck = Notice.objects.filter(pk=notice.pk, state__in=[State.FAILED, State.UNKNOWN])
    found = stuck.select_for_update().defer("subject", "text", "html").first()
    if found is None:
        return False
    Notice.objects.filter(pk=found.pk).update(
        state=State.QUEUED, next_try_at=at, attempts=0,
        round=found.round + (found.state == State.FAILED),
    )  # fmt: skip
    _point(found, Hop.AGAIN, at=at, carrier="")
    return True


def _write(notice: Notice, **new: object) -> None:
    """Only while it is in hand: a report that was faster says more than we do."""
    Notice.objects.filter(pk=notice.pk, state=State.SENDING).update(**new)


def _point(
    notice: Notice, hop: Hop, *, at: datetime, carrier: str | None = None, carrier_ref: str = "",
    why: str = "",
) -> None:  # fmt: skip
    WayPoint.objects.create(
        notice_id=notice.pk, hop=hop, at=at, why=why[:120], carrier_ref=carrier_ref,
        carrier=notice.carrier if carrier is None else carrier,
    )  # fmt: skip


def _message(notice: Notice, text: str, *, at: datetime) -> ports.Message:
    described = registry.templates[notice.template]
    # Stable: a mail server or a reader recognises the same notice when it comes twice.
    headers = {"Message-ID": f"<notice-{notice.pk}-{notice.address_hash[:12]}@{_domain()}>"}
    html = notice.html
    if described.topic and notice.subject:
        token = unsubscribe_token(notice.address_hash, described.topic, at=at)
        link = f"{settings.PUBLIC_URL}/notices/unsubscribe/{token}"
        headers["List-Unsubscribe"] = f"<{link}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058.
        text = f"{text}\n-- \n{link}\n"
        html = html.replace(STOP_LINK, link)
    return ports.Message(
        key=notice.key, address=notice.address, subject=notice.subject, text=text, html=html,
        headers=headers, at=at, report_url=f"{settings.PUBLIC_URL}/notices/heard/{notice.carrier}",
    )  # fmt: skip


def _domain() -> str:
    address: str = settings.DEFAULT_FROM_EMAIL
    return address.rpartition("@")[2].strip("<> ") or "localhost"
