"""Write notices into the outbox, and send what is in it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from dothi.core.crypto import services as crypto
from dothi.core.notices import mail, registry, rules, selectors
from dothi.core.notices.choices import Channel, State
from dothi.core.notices.models import Notice, Unsubscribed

logger = logging.getLogger(__name__)
UNSUBSCRIBE = "notices.unsubscribe"
LINK_LIVES = timedelta(days=365)
# Where a page of a notice writes this address, the reader's own way out is put when it is sent.
STOP_LINK = "stop://this-topic"


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who gets a notice: an e-mail address, or an actor (`user:12`) for their own page."""

    channel: Channel
    address: str
    language: str = "vi"


def send(
    *, template: str, to: Recipient, context: Mapping[str, Any], at: datetime, dedupe: str
) -> Notice | None:
    """Put a notice into the outbox, in the transaction of what it tells of.

    Returns None when one with this `dedupe` is there already, or the address has unsubscribed.

    Raises:
        KeyError: there is no such template.
    """
    described = registry.templates[template]
    mark = address_hash(to.address)
    if described.topic and selectors.has_unsubscribed(mark, described.topic):
        return None
    subject, text, html = _texts(described, to, context, at)
    notice = Notice(
        template=template,
        channel=to.channel,
        address=to.address,
        address_hash=mark,
        subject=subject,
        text=text,
        html=html,
        language=to.language,
        dedupe=dedupe,
        state=State.SENT if to.channel == Channel.IN_APP else State.QUEUED,
        sent_at=at if to.channel == Channel.IN_APP else None,
        created_at=at,
        next_try_at=at,
    )
    Notice.objects.bulk_create([notice], ignore_conflicts=True)
    return Notice.objects.filter(dedupe=dedupe, created_at=at).first()


def send_due(*, at: datetime, limit: int = 50) -> int:
    """Send what is due. Return how many were handed over."""
    _give_up_silent(at=at)
    sent = 0
    for notice_id in selectors.due(at=at)[:limit]:
        sent += _send_one(notice_id, at=at)
    return sent


def _send_one(notice_id: int, *, at: datetime) -> bool:
    """Take, send, write down: the network is never used inside a transaction."""
    taken = Notice.objects.filter(pk=notice_id, state=State.QUEUED, next_try_at__lte=at)
    if not taken.update(state=State.SENDING, next_try_at=at + rules.HANDED_OVER_WITHIN):
        return False
    notice = Notice.objects.get(pk=notice_id)
    try:
        mail.deliver(_message(notice, at=at))
    except mail.Refused as error:
        _failed(notice, str(error), at=at, final=True)
    except mail.Later as error:
        _failed(notice, str(error), at=at)
    except mail.Unknown as error:
        _unknown(notice, str(error))
    else:
        Notice.objects.filter(pk=notice_id).update(
            state=State.SENT, sent_at=at, attempts=notice.attempts + 1, error=""
        )
        return True
    return False


def _failed(notice: Notice, error: str, *, at: datetime, final: bool = False) -> None:
    attempts = notice.attempts + 1
    wait = None if final else rules.next_try(attempts)
    logger.warning("notice %s: %s", notice.pk, error)
    Notice.objects.filter(pk=notice.pk).update(
        state=State.QUEUED if wait else State.FAILED,
        attempts=attempts,
        error=error,
        next_try_at=at + (wait or timedelta(0)),
    )


def _unknown(notice: Notice, error: str) -> None:
    """The whole text was handed over and no answer came: whether it arrived, nobody here knows."""
    logger.warning("notice %s: %s", notice.pk, error)
    Notice.objects.filter(pk=notice.pk).update(
        state=State.UNKNOWN, attempts=notice.attempts + 1, error=error
    )


def _give_up_silent(*, at: datetime) -> None:
    """A sender died with these in hand: they may have gone out, so they are not sent again."""
    Notice.objects.filter(state=State.SENDING, next_try_at__lt=at).update(state=State.UNKNOWN)


def send_again(notice: Notice, *, at: datetime) -> bool:
    """Send a failed or unknown notice once more; its Message-ID shows that it is the same one."""
    stuck = Notice.objects.filter(pk=notice.pk, state__in=[State.FAILED, State.UNKNOWN])
    return bool(stuck.update(state=State.QUEUED, next_try_at=at, attempts=0))


@transaction.atomic
def unsubscribe(*, token: str, at: datetime) -> str:
    """Stop a topic for an address. Return the topic.

    Raises:
        crypto.rules.Unreadable: the link is not ours, or too old.
    """
    payload = crypto.unsign(token, purpose=UNSUBSCRIBE, at=at)
    Unsubscribed.objects.bulk_create(
        [Unsubscribed(address_hash=payload["a"], topic=payload["t"], at=at)],
        ignore_conflicts=True,
    )
    return str(payload["t"])


@transaction.atomic
def wish(*, address: str, topic: str, wanted: bool, at: datetime) -> None:
    """Write to a proved address about a topic, or do so no more: chosen on the own page."""
    mark = address_hash(address)
    if wanted:
        Unsubscribed.objects.filter(address_hash=mark, topic=topic).delete()
        return
    Unsubscribed.objects.bulk_create(
        [Unsubscribed(address_hash=mark, topic=topic, at=at)], ignore_conflicts=True
    )


def unsubscribe_token(mark: str, topic: str, *, at: datetime) -> str:
    return crypto.sign({"a": mark, "t": topic}, purpose=UNSUBSCRIBE, expires=at + LINK_LIVES)


def address_hash(address: str) -> str:
    return crypto.keyed_hash(address.strip().lower(), purpose="notices.address")


def erase(*, address: str) -> int:
    """Remove every notice to an address."""
    return Notice.objects.filter(address_hash=address_hash(address)).delete()[0]


def _texts(
    described: registry.Template, to: Recipient, context: Mapping[str, Any], at: datetime
) -> tuple[str, str, str]:
    """Subject, plain text, and the same as a page where the notice has one."""
    name = f"notices/{described.code}.{to.language}"
    values = {**context, "house": settings.PUBLIC_URL, "at": at}
    with translation.override(to.language):
        template: Any = get_template(f"{name}.txt")
        # Mail is plain text: nothing in it is to be escaped for a page.
        whole = template.template.render(Context(values, autoescape=False))
        html = get_template(f"{name}.html").render(values) if described.has_page else ""
    subject, _, text = whole.strip().partition("\n")
    return subject.strip(), text.strip() + "\n", html


def _message(notice: Notice, *, at: datetime) -> EmailMultiAlternatives:
    described = registry.templates[notice.template]
    # Stable: a mail server or a reader recognises the same notice when it comes twice.
    headers = {"Message-ID": f"<notice-{notice.pk}-{notice.address_hash[:12]}@{_domain()}>"}
    text, html = notice.text, notice.html
    if described.topic:
        token = unsubscribe_token(notice.address_hash, described.topic, at=at)
        link = f"{settings.PUBLIC_URL}/notices/unsubscribe/{token}"
        headers["List-Unsubscribe"] = f"<{link}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058.
        text = f"{text}\n-- \n{link}\n"
        html = html.replace(STOP_LINK, link)
    message = EmailMultiAlternatives(
        notice.subject, text, settings.DEFAULT_FROM_EMAIL, [notice.address], headers=headers
    )
    if html:
        message.attach_alternative(html, "text/html")
    return message


def _domain() -> str:
    address: str = settings.DEFAULT_FROM_EMAIL
    return address.rpartition("@")[2].strip("<> ") or "localhost"
