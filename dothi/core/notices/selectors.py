"""Questions about notices."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet, Sum

from dothi.core.notices import ports
from dothi.core.notices.choices import Channel, State
from dothi.core.notices.models import Notice, Preference, Unsubscribed, WayPoint


def due(*, at: datetime) -> QuerySet[Notice, int]:
    """The ids of what waits to be sent, oldest first."""
    waiting = Notice.objects.filter(state=State.QUEUED, next_try_at__lte=at)
    return waiting.order_by("next_try_at", "id").values_list("id", flat=True)


def in_app(actor: str) -> QuerySet[Notice]:
    """What lies on somebody's own page, newest first."""
    from dothi.core.crypto.services import keyed_hash

    mark = keyed_hash(actor.strip().lower(), purpose="notices.address")
    return Notice.objects.filter(channel=Channel.IN_APP, address_hash=mark).order_by("-id")


def every_topic(channel: Channel | str) -> str:
    """What an address that wants nothing at all by a channel has unsubscribed from."""
    return f"channel:{channel}"


def is_unwanted(address_hash: str, *, topic: str, channel: Channel | str) -> bool:
    """Whether an address wants to hear nothing of a topic, or nothing by this channel."""
    topics = {every_topic(channel), topic} - {""}
    return Unsubscribed.objects.filter(address_hash=address_hash, topic__in=topics).exists()


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


def preferred(person_id: int | None) -> Channel | None:
    """The channel that a person chose to be told by, while the house has it."""
    row = Preference.objects.filter(person_id=person_id).first() if person_id else None
    channel = Channel(row.channel) if row else None
    return channel if channel is not None and ports.offered(channel) else None


@dataclass(frozen=True, kw_only=True)
class Way:
    """A notice and what happened to it, in order. Neither address nor words."""

    notice: Notice
    points: list[WayPoint]


def ways_about(subject: str) -> list[Way]:
    """The way of each notice about something, the newest first. Two questions to the database."""
    rows = Notice.objects.filter(about=subject).exclude(about="").order_by("-id")
    found = list(rows.defer("address", "subject", "text", "html"))
    points: dict[int, list[WayPoint]] = {row.pk: [] for row in found}
    for point in WayPoint.objects.filter(notice__in=list(points)).order_by("id"):
        points[point.notice_id].append(point)
    return [Way(notice=row, points=points[row.pk]) for row in found]


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What a channel came to in a time: messages, their segments, and dong."""

    messages: int
    segments: int
    cost: int


def spent(channel: Channel, *, since: datetime, until: datetime) -> Spent:
    """What was handed over in a time, by the last time that it was."""
    rows = Notice.objects.filter(
        channel=channel, segments__gt=0, sent_at__gte=since, sent_at__lt=until
    )
    found = rows.aggregate(messages=Count("id"), segments=Sum("segments"), cost=Sum("cost"))
    return Spent(
        messages=found["messages"], segments=found["segments"] or 0, cost=found["cost"] or 0
    )


def handed_to_samples(*, most: int = 100) -> list[Notice]:
    """What services to try with were given, the newest first: words that nobody was sent."""
    samples = [code for code, one in ports.adapters.items() if one.sample]
    return list(Notice.objects.filter(carrier__in=samples).order_by("-id")[:most])
