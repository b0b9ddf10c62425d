"""Facts that indicators tell the rest of the platform."""

from typing import ClassVar

from dothi.core.events.registry import Event


class ReleaseMeasured(Event):
    """The indicators that stand in the store were run over a release. Told again where a worker
    did it again."""

    name: ClassVar[str] = "indicators.release_measured"
    release: str
    indicators: tuple[str, ...]
