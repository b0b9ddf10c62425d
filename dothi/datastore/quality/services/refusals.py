"""Why a verb refuses; `wording` says it in words."""


class Refused(Exception):
    """The verb did nothing."""


class ReasonMissing(Refused):
    """Something is settled or ended without a reason."""


class SettledAlready(Refused):
    """It passed again, or somebody else was faster."""


class EndedAlready(Refused):
    """The rule does not hold any more."""


class UnknownColumn(Refused):
    """A rule names a column that its dataset does not have, or cannot sum; `column` says which."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column
