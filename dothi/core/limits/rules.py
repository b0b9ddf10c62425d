"""Stretches of time in which something is counted, and who counts as one caller. Pure."""

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# One home or phone gets a whole network of this size (RFC 6177), so its addresses are one caller.
IPV6_NETWORK = 64


class Stretch(NamedTuple):
    """From `begins` up to, not including, `ends`; both in UTC."""

    begins: datetime
    ends: datetime

    def seconds_left(self, at: datetime) -> int:
        """Whole seconds until the next stretch begins, at least one."""
        return max(1, -((at - self.ends) // timedelta(seconds=1)))


def stretch_of(at: datetime, per: timedelta) -> Stretch:
    """The stretch of length `per` that holds this moment; stretches are counted from 1970."""
    begins = at.astimezone(UTC) - (at - EPOCH) % per
    return Stretch(begins, begins + per)


def caller(address: str) -> str:
    """Whom to count for an address: itself, or its network where one person has a whole one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, IPV6_NETWORK), strict=False))
