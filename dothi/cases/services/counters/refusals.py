"""Why nothing was done at the counter, each with a sentence for people."""

from datetime import datetime

from django.utils import formats
from django.utils.translation import gettext as _

from dothi.cases.choices import TurnState
from dothi.cases.services.refusals import Refused
from dothi.core.clock import local


class NotOpen(Refused):
    """Numbers are not given out now."""

    def __init__(self, opens_at: datetime) -> None:
        super().__init__(
            _("The counters are closed. They open again on %(time)s.")
            % {"time": formats.date_format(local(opens_at), "DATETIME_FORMAT")}
        )
        self.opens_at = opens_at


class TurnMovedOn(Refused):
    """The number is not where it was seen: somebody was faster."""

    def __init__(self, label: str, state: str) -> None:
        super().__init__(
            _("Number %(number)s is now: %(state)s.")
            % {"number": label, "state": TurnState(state).label}
        )


class CalledEnough(Refused):
    """The number was called as often as the office calls one."""

    def __init__(self, label: str, times: int) -> None:
        super().__init__(
            _("Number %(number)s was called %(times)d times. Note that nobody came.")
            % {"number": label, "times": times}
        )


class CounterTaken(Refused):
    """The counter is paused, closed, or another officer serves there."""


class StillServed(Refused):
    """A group is not closed while it is served or somebody counts on it."""


class NoSlot(Refused):
    """No appointment is free at that moment."""

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message or _("This time was just taken, or is not offered. Please choose another one.")
        )
