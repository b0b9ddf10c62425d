"""Questions about notices."""

from datetime import datetime

from django.db.models import QuerySet

from dothi.core.notices.choices import Channel, State
from dothi.core.notices.models import Notice, Unsubscribed


def due(*, at: datetime) -> QuerySet[Notice, int]:
    """The ids of what waits to be sent, oldest first."""
    waiting = Notice.objects.filter(state=State.QUEUED, next_try_at__lte=at)
    return waiting.order_by("next_try_at", "id").values_list("id", flat=True)


def in_app(actor: str) -> QuerySet[Notice]:
    """What lies on somebody's own page, newest first."""
    from dothi.core.crypto.services import keyed_hash

    mark = keyed_hash(actor.strip().lower(), purpose="notices.address")
    return Notice.objects.filter(channel=Channel.IN_APP, address_hash=mark).order_by("-id")


def stopped_topics(address_hash: str) -> frozenset[str]:
    """What an address wants to hear nothing of."""
    rows = Unsubscribed.objects.filter(address_hash=address_hash)
    return frozenset(rows.values_list("topic", flat=True))


def has_unsubscribed(address_hash: str, topic: str) -> bool:
    return Unsubscribed.objects.filter(address_hash=address_hash, topic=topic).exists()


def is_known(dedupe: str) -> bool:
    """Whether a notice was written already."""
    return Notice.objects.filter(dedupe=dedupe).exists()


def stuck() -> QuerySet[Notice]:
    """What a person has to look at: failed, or with an unknown outcome."""
    return Notice.objects.filter(state__in=[State.FAILED, State.UNKNOWN]).order_by("-id")
