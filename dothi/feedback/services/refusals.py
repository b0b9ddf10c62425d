"""Why a verb was not done. Each has a sentence for people in `message`, in the active language."""

from django.utils.translation import gettext as _

from dothi.core.verbs.refusals import BadText as BadText
from dothi.core.verbs.refusals import LinkDoesNotOpen as LinkDoesNotOpen
from dothi.core.verbs.refusals import NotAllowedNow as NotAllowedNow
from dothi.core.verbs.refusals import ReasonNeeded as ReasonNeeded
from dothi.core.verbs.refusals import Refused as Refused
from dothi.core.verbs.refusals import TooLate as TooLate


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


class BadAnswer(Refused):
    """An answer does not fit the question of the subject; `question` is its code."""

    def __init__(self, question: str, label: str, why: str) -> None:
        super().__init__(f"{label}: {why}" if label else why)
        self.question = question
        self.why = why


class PhotoNeeded(Refused):
    """A progress report shows how far it is (QĐ 1478/QĐ-UBND)."""

    def __init__(self) -> None:
        super().__init__(_("Please add a photo that shows how far it is."))


class TooManyPhotos(Refused):
    """More photos than a report may carry."""


class WindowOver(Refused):
    """The days within which this could be done are over, or it was done often enough."""


class NotYours(Refused):
    """The report, or who reported it, is for somebody else."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _("Only the post that handles this report may do this."))


class NotTheSameThing(Refused):
    """A report cannot be merged into itself, into a merged one, or into one far away."""


class NoContact(Refused):
    """The contact is no phone number and no e-mail address."""

    def __init__(self) -> None:
        super().__init__(_("Please give an e-mail address or a phone number."))


class NoSuchDay(Refused):
    """The promised day is not later than the one that was promised before."""
