"""Write notices into the outbox, in the transaction of what they tell of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from dothi.core.clock import local
from dothi.core.crypto import services as crypto
from dothi.core.notices import registry, rules, selectors
from dothi.core.notices.choices import Channel, Hop, State
from dothi.core.notices.models import Notice, WayPoint
from dothi.lib import codes, text_vi


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who gets a notice: an e-mail address, a phone, or an actor (`user:12`) for their own page."""

    channel: Channel
    address: str
    language: str = "vi"


def send(
    *, template: str, to: Recipient, context: Mapping[str, Any], at: datetime, dedupe: str,
    about: str = "",
) -> Notice | None:  # fmt: skip
    """Put a notice into the outbox, in the transaction of what it tells of.

    `about` is the subject whose page shows the way of the notice. Returns None when one with this
    `dedupe` is there already, or the address wants to hear nothing of this, or of anything.

    Raises:
        KeyError: there is no such template, or it is not written for the channel.
    """
    described = registry.templates[template]
    if to.channel == Channel.SMS and not described.has_sms:
        raise KeyError(f"{template} is not written for short messages")
    address, mark = _normal(to), address_hash(to.address)
    if selectors.is_unwanted(mark, topic=described.topic, channel=to.channel):
        return None
    subject, text, html = _texts(described, to, context, at)
    here = to.channel == Channel.IN_APP
    notice = Notice(
        template=template,
        channel=to.channel,
        address=address,
        address_hash=mark,
        subject=subject,
        text=text,
        html=html,
        language=to.language,
        dedupe=dedupe,
        about=about,
        ref=codes.secret().replace("-", ""),
        state=State.SENT if here else State.QUEUED,
        sent_at=at if here else None,
        created_at=at,
        next_try_at=when(to.channel, described, at=at),
    )
    Notice.objects.bulk_create([notice], ignore_conflicts=True)
    written = Notice.objects.filter(dedupe=dedupe, ref=notice.ref).first()
    if written is not None and not here:
        WayPoint.objects.create(notice=written, hop=Hop.QUEUED, at=at)
    return written


def when(channel: str, described: registry.Template | None, *, at: datetime) -> datetime:
    """When a notice of a channel that is due may go out: short messages wake nobody at night."""
    if channel != Channel.SMS or settings.SMS_QUIET is None:
        return at
    since, until = settings.SMS_QUIET
    urgent = described is not None and described.urgent
    return rules.not_before(local(at), rules.Quiet(since=since, until=until), urgent=urgent)


def _normal(to: Recipient) -> str:
    return text_vi.phone(to.address) or "" if to.channel == Channel.SMS else to.address


def address_hash(address: str) -> str:
    normal = text_vi.phone(address) or address.strip().lower()
    return crypto.keyed_hash(normal, purpose="notices.address")


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
        if to.channel == Channel.SMS:
            return "", " ".join(_plain(f"{name}.sms.txt", values).split()), ""
        whole = _plain(f"{name}.txt", values)
        html = get_template(f"{name}.html").render(values) if described.has_page else ""
    subject, _, text = whole.strip().partition("\n")
    return subject.strip(), text.strip() + "\n", html


def _plain(name: str, values: Mapping[str, Any]) -> str:
    template: Any = get_template(name)
    # A message is plain text: nothing in it is to be escaped for a page.
    return str(template.template.render(Context(values, autoescape=False)))
