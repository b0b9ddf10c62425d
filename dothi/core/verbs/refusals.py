"""Why a verb was not done. Each has a sentence for people in `message`, in the active language."""

from datetime import datetime
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from dothi.core.clock import local


class Refused(Exception):
    """A verb was not done, for a reason that a person can understand."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class BadText(Refused):
    """A text is empty or longer than is taken."""


class ReasonNeeded(Refused):
    """The act hurts somebody or sends a matter on or back; why, must be said."""

    def __init__(self) -> None:
        super().__init__(_("Please give a reason."))


class LinkDoesNotOpen(Refused):
    """The code or link was changed, is too old, or what it led to is over."""

    def __init__(self) -> None:
        super().__init__(_("This link does not open any more."))


class NotAllowedNow(Refused):
    """A matter cannot make that move from where it is: `now`, of the choices of its domain."""

    def __init__(self, code: str, now: Any) -> None:
        super().__init__(
            _("%(code)s is: %(state)s. This cannot be done now.")
            % {"code": code, "state": now.label}
        )


class TooLate(NotAllowedNow):
    """Somebody else was faster; the message says what is so now, and since when."""

    def __init__(self, code: str, now: Any, since: datetime) -> None:
        Refused.__init__(
            self,
            _("Somebody was faster: %(code)s is now: %(state)s, since %(time)s.")
            % {
                "code": code,
                "state": now.label,
                "time": formats.date_format(local(since), "DATETIME_FORMAT"),
            },
        )
        self.now = now
