"""Short messages of a sample house: nothing leaves it; the outbox shows what would have gone."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings

from dothi.core.notices import ports
from dothi.core.notices.choices import Channel
from dothi.lib import sms


class Sandbox:
    """It takes everything, and says so at once. Its messages lie in the outbox of the house."""

    code = "sms_sample"
    channel = Channel.SMS
    capability = ports.Capability(
        segments=3, knows_keys=True, needs_consent=True, keeps_quiet=True
    )  # fmt: skip
    sample = True

    def ready(self) -> bool:
        return bool(settings.DEMO)

    def written(self, text: str) -> str:
        return sms.plain(text) if settings.SMS_PLAIN else text

    def hand_over(self, message: ports.Message) -> ports.Taken:
        segments = sms.size(message.text).segments
        return ports.Taken(
            ref=f"sample-{message.key[-8:]}", segments=segments, cost=segments * settings.SMS_PRICE
        )

    def heard(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> ports.Heard:
        raise ports.NotGenuine("nobody reports to a sample")
