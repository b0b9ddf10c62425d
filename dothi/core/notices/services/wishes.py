"""What people want to hear of, and by which channel."""

from datetime import datetime, timedelta

from django.db import transaction

from dothi.core.crypto import services as crypto
from dothi.core.notices import rules
from dothi.core.notices.choices import Channel
from dothi.core.notices.models import Preference, Unsubscribed
from dothi.core.notices.selectors import every_topic
from dothi.core.notices.services.writing import address_hash

UNSUBSCRIBE = "notices.unsubscribe"
LINK_LIVES = timedelta(days=365)


@transaction.atomic
def unsubscribe(*, token: str, at: datetime) -> str:
    """Stop a topic for an address. Return the topic.

    Raises:
        crypto.rules.Unreadable: the link is not ours, or too old.
    """
    payload = crypto.unsign(token, purpose=UNSUBSCRIBE, at=at)
    _set(payload["a"], str(payload["t"]), wanted=False, at=at)
    return str(payload["t"])


@transaction.atomic
def wish(*, address: str, topic: str, wanted: bool, at: datetime) -> None:
    """Write to a proved address about a topic, or do so no more: chosen on the own page."""
    _set(address_hash(address), topic, wanted=wanted, at=at)


@transaction.atomic
def obey(*, address: str, reply: str, channel: Channel, at: datetime) -> bool:
    """Do what somebody asked for who wrote back. False: it asked for nothing that we know."""
    wanted = rules.wants(reply)
    if wanted is None:
        return False
    _set(address_hash(address), every_topic(channel), wanted=wanted, at=at)
    return True


def choose(*, person_id: int, channel: Channel) -> None:
    """Offer a person this channel first, wherever one is asked for."""
    Preference.objects.update_or_create(person_id=person_id, defaults={"channel": channel})


def forget_choice(*, person_id: int) -> None:
    """The person goes."""
    Preference.objects.filter(person_id=person_id).delete()


def unsubscribe_token(mark: str, topic: str, *, at: datetime) -> str:
    return crypto.sign({"a": mark, "t": topic}, purpose=UNSUBSCRIBE, expires=at + LINK_LIVES)


def _set(mark: str, topic: str, *, wanted: bool, at: datetime) -> None:
    if wanted:
        Unsubscribed.objects.filter(address_hash=mark, topic=topic).delete()
        return
    Unsubscribed.objects.bulk_create(
        [Unsubscribed(address_hash=mark, topic=topic, at=at)], ignore_conflicts=True
    )
