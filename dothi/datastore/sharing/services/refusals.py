"""Why a verb refuses, in words for the person who asked."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from dothi.datastore.sharing.rules.granting import Fault


class Refused(Exception):
    """The verb did nothing; `.message` says why and what can be done."""

    @property
    def message(self) -> str:
        return _("This cannot be done now. Please look at it again.")


class NotAllowedNow(Refused):
    """The matter is not in the state for it, or somebody was faster."""

    @property
    def message(self) -> str:
        return _("Somebody else has changed this meanwhile. Please look at it again.")


class FourEyes(Refused):
    """Who asks for a use does not grant it."""

    @property
    def message(self) -> str:
        return _("You asked for this use, so somebody else has to decide.")


class NotAskedFor(Refused):
    """The dataset is not offered to this person for asking."""

    @property
    def message(self) -> str:
        return _("A use of this dataset cannot be asked for.")


class ReasonMissing(Refused):
    @property
    def message(self) -> str:
        return _("Please give a reason: others have to understand it.")


class PurposeMissing(Refused):
    """Nobody uses data just so."""

    @property
    def message(self) -> str:
        return _("Please say what for, and on which legal basis.")


class TooLong(Refused):
    """The end lies in the past or too far ahead."""

    @property
    def message(self) -> str:
        return _("Please choose a last day from tomorrow on and within three years.")


class NotSound(Refused):
    """Columns or conditions do not fit the dataset; `faults` says which."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(f"{one.code} {one.column}" for one in faults))
        self.faults = tuple(faults)

    @property
    def message(self) -> str:
        said: dict[str, Any] = {
            "more_than_asked": _("More of the column %(column)s than was asked for."),
            "more_rows": _("The condition on %(column)s was part of the request."),
            "no_columns": _("Please choose at least one column."),
            "unknown_column": _("The dataset has no column %(column)s."),
            "nothing_to_guard": _("The column %(column)s is not personal: it needs no mask."),
            "bad_condition": _("The condition on %(column)s does not fit what the column holds."),
        }
        return " ".join(said[one.code] % {"column": one.column} for one in self.faults)
