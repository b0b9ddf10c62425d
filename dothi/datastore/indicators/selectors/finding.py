"""Which indicators there are."""

from dothi.datastore.indicators import registry
from dothi.datastore.indicators.registry import Indicator


class Unknown(LookupError):
    """There is no indicator of this code."""


def find(code: str) -> Indicator:
    """The indicator of a code.

    Raises:
        Unknown: see there.
    """
    try:
        return registry.indicators[code]
    except KeyError:
        raise Unknown(code) from None


def known() -> list[Indicator]:
    """All indicators, by code."""
    return sorted(registry.indicators.values(), key=lambda one: one.code)


def open_data() -> list[Indicator]:
    """The indicators that everybody may read, by code."""
    return [indicator for indicator in known() if indicator.public]
