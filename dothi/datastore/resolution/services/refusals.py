"""Why a verb refuses, in words for the person who asked."""

from datetime import date

from django.utils.translation import gettext as _


class Refused(Exception):
    """The verb did nothing; `.message` says why and what can be done."""

    @property
    def message(self) -> str:
        return _("This cannot be done now. Please look at the project again.")


class NotAllowedNow(Refused):
    """The matter is not in the state for it, or somebody was faster."""

    @property
    def message(self) -> str:
        return _("Somebody else has changed this meanwhile. Please look at it again.")


class FourEyes(Refused):
    """Who asks for a project does not approve it."""

    @property
    def message(self) -> str:
        return _("You asked for this project, so another steward has to decide.")


class ReasonMissing(Refused):
    """Something is taken apart or refused, and no reason is given."""

    @property
    def message(self) -> str:
        return _("Please give a reason: others have to understand it.")


class NotOpen(Refused):
    """No lists are joined without a purpose that a steward approved and that has not expired."""

    def __init__(self, expires_on: date, state: str) -> None:
        super().__init__(state)
        self.expires_on = expires_on
        self.state = state

    @property
    def message(self) -> str:
        return _(
            "Lists are joined only for a purpose that a steward has approved and that has not"
            " expired. Please ask for the project anew."
        )


class ListUnfit(Refused):
    """A list that is asked for is not there, lacks a column, or names no needed role."""

    def __init__(self, dataset: str, column: str = "") -> None:
        super().__init__(f"{dataset}.{column}")
        self.dataset = dataset
        self.column = column

    @property
    def message(self) -> str:
        if not self.column:
            return _("There is no list %(dataset)s in the store.") % {"dataset": self.dataset}
        return _("The list %(dataset)s has no column %(column)s.") % {
            "dataset": self.dataset,
            "column": self.column,
        }


class RunsAlready(Refused):
    """One run of a project at a time."""

    @property
    def message(self) -> str:
        return _("This project is being compared already.")


class ToldApart(Refused):
    """Somebody decided that rows of the two are different."""

    @property
    def message(self) -> str:
        return _("Somebody decided that rows of these two are different. Undo that decision first.")


class TooWide(Refused):
    """What is joined is shared no wider than the strictest of its lists."""

    @property
    def message(self) -> str:
        return _("One of the lists is shared less widely. Please choose a stricter class.")


class CodeTaken(Refused):
    """There is a dataset of this code already."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def message(self) -> str:
        return _("There is a dataset %(code)s already. Please choose another code.") % {
            "code": self.code
        }


class NothingNew(Refused):
    """The newest version of the table holds these rows."""

    @property
    def message(self) -> str:
        return _("Nothing has changed since it was published last.")


class WorksAlready(Refused):
    """One work of a table at a time."""

    @property
    def message(self) -> str:
        return _("A worker is at these golden records already. Please wait until it is done.")


class TooLate(Refused):
    """What is being written, or is over, cannot be given up."""

    @property
    def message(self) -> str:
        return _("It is too late to give this up: the rows are being written, or it is over.")
