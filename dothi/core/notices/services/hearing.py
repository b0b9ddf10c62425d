"""What services say at the door for reports: believed when it is signed and fresh, and once."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from dothi.core.notices import ports
from dothi.core.notices.choices import Hop, State
from dothi.core.notices.models import Call, Notice, WayPoint
from dothi.core.notices.services.wishes import obey

logger = logging.getLogger(__name__)
# What may still be told to have failed. That it was delivered is believed of any state.
OPEN = frozenset({State.QUEUED, State.SENDING, State.ACCEPTED, State.UNKNOWN})


class Repeated(Exception):
    """The same call was made before: it may have been overheard, and says nothing new."""


@transaction.atomic
def heard(*, carrier: str, body: bytes, headers: Mapping[str, str], at: datetime) -> int:
    """Note what a service reports, and do what people wrote back. Return how much was known here.

    Raises:
        KeyError: there is no such service, or it is not set up.
        ports.NotGenuine: it is not believed.
        Repeated: see there.
    """
    adapter = ports.adapters[carrier]
    if not adapter.ready():
        raise KeyError(carrier)
    said = adapter.heard(body, headers, at=at)
    _call, is_new = Call.objects.get_or_create(carrier=carrier, mark=said.mark, defaults={"at": at})
    if not is_new:
        raise Repeated
    known = sum(_report(adapter, one, at=at) for one in said.reports)
    for reply in said.replies:
        known += obey(address=reply.address, reply=reply.text, channel=adapter.channel, at=at)
    return known


def _report(adapter: ports.Adapter, report: ports.Report, *, at: datetime) -> bool:
    ref, _dash, turn = report.key.rpartition("-")
    rows = Notice.objects.filter(ref=ref, channel=adapter.channel).exclude(ref="")
    notice = rows.select_for_update().defer("subject", "text", "html").first()
    if notice is None:
        logger.warning("%s reports a message that is not ours", adapter.code)
        return False
    delivered = report.outcome == ports.Outcome.DELIVERED
    if notice.state == State.DELIVERED:
        return True
    if not delivered and (turn != str(notice.round) or notice.state not in OPEN):
        return True  # Of a round that is over, or said before.
    hop = Hop.DELIVERED if delivered else Hop.FAILED
    Notice.objects.filter(pk=notice.pk).update(
        state=State.DELIVERED if delivered else State.FAILED, error=report.why[:120],
    )  # fmt: skip
    WayPoint.objects.create(
        notice=notice, hop=hop, at=at, carrier=adapter.code, carrier_ref=notice.carrier_ref,
        why=report.why[:120],
    )  # fmt: skip
    return True
