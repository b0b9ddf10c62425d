"""Why a verb refuses, in words for the person who asked."""

from django.utils.translation import gettext as _


class Refused(Exception):
    """The verb did nothing; `.message` says why and what can be done."""

    @property
    def message(self) -> str:
        return _("This cannot be done now. Please look at the article again.")


class NotAllowedNow(Refused):
    """The article cannot make that move from the state it is in, or somebody was faster."""

    @property
    def message(self) -> str:
        return _("Somebody else has changed this article meanwhile. Please look at it again.")


class FourEyes(Refused):
    """Who wrote the text that would go out does not approve it."""

    @property
    def message(self) -> str:
        return _("You wrote this text, so somebody else has to approve it.")


class ReasonMissing(Refused):
    """The move takes something from somebody and says no reason."""

    @property
    def message(self) -> str:
        return _("Please give a reason: others have to understand it.")


class NotReady(Refused):
    """The text lacks what readers need; `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field

    @property
    def message(self) -> str:
        return _("Readers still miss this part: %(part)s.") % {"part": _label(self.field)}


class NotThen(Refused):
    """The planned time is past."""

    @property
    def message(self) -> str:
        return _("That time is past. Please choose a later one, or publish now.")


def _label(field: str) -> str:
    return {
        "title_vi": _("Title"),
        "summary_vi": _("Summary"),
        "body_vi": _("Text"),
        "image_alt_vi": _("What the picture shows"),
    }.get(field, field)
