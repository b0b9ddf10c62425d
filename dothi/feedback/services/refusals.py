"""Why a verb was not done. Each has a sentence for people in `message`, in the active language."""

from datetime import datetime

from django.utils import formats
from django.utils.translation import gettext as _

from dothi.core.clock import local
from dothi.feedback.choices import State


class Refused(Exception):
    """A verb of feedback was not done, for a reason that a person can understand."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class OutsideTheCity(Refused):
    """The place is in none of the units in force."""

    def __init__(self) -> None:
        super().__init__(_("This place is outside the city."))


class NoPlace(Refused):
    """Neither a place nor a unit was given, so nobody would be in charge."""

    def __init__(self) -> None:
        super().__init__(_("Please say where it is: on the map, by address, or by ward."))


class UnknownCategory(Refused):
    """No subject of that code is in force."""

    def __init__(self) -> None:
        super().__init__(_("Please choose a subject from the list."))


class BadText(Refused):
    """A text is empty or longer than is taken."""


class BadAnswer(Refused):
    """An answer does not fit the question of the subject; `question` is its code."""

    def __init__(self, question: str, label: str, why: str) -> None:
        super().__init__(f"{label}: {why}" if label else why)
        self.question = question
        self.why = why


class ReasonNeeded(Refused):
    """The act hurts somebody or sends a matter on; why, must be said."""

    def __init__(self) -> None:
        super().__init__(_("Please give a reason."))


class PhotoNeeded(Refused):
    """A progress report shows how far it is (QĐ 1478/QĐ-UBND)."""

    def __init__(self) -> None:
        super().__init__(_("Please add a photo that shows how far it is."))


class TooManyPhotos(Refused):
    """More photos than a report may carry."""


class NotAllowedNow(Refused):
    """The report cannot make that move from the state it is in."""

    def __init__(self, code: str, state: State | str) -> None:
        super().__init__(
            _("%(code)s is: %(state)s. This cannot be done now.")
            % {"code": code, "state": State(state).label}
        )


class TooLate(NotAllowedNow):
    """Somebody else was faster; the message says what is so now, and since when."""

    def __init__(self, code: str, state: State | str, since: datetime) -> None:
        Refused.__init__(
            self,
            _("Somebody was faster: %(code)s is now: %(state)s, since %(time)s.")
            % {
                "code": code,
                "state": State(state).label,
                "time": formats.date_format(local(since), "DATETIME_FORMAT"),
            },
        )
        self.state = State(state)


class WindowOver(Refused):
    """The days within which this could be done are over, or it was done often enough."""


class NotYours(Refused):
    """The report, or who reported it, is for somebody else."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _("Only the post that handles this report may do this."))


class LinkDoesNotOpen(Refused):
    """The link was changed, is too old, or what it led to is over."""

    def __init__(self) -> None:
        super().__init__(_("This link does not open any more."))


class NotTheSameThing(Refused):
    """A report cannot be merged into itself, into a merged one, or into one far away."""


class NoContact(Refused):
    """The contact is no phone number and no e-mail address."""

    def __init__(self) -> None:
        super().__init__(_("Please give an e-mail address or a phone number."))


class NoSuchDay(Refused):
    """The promised day is not later than the one that was promised before."""
