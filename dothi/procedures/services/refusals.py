"""Why a verb of the catalogue says no."""

from collections.abc import Sequence

from dothi.procedures.rules.publishing import Flaw


class Refused(Exception):
    """The catalogue does not take this."""


class NotADefinition(Refused):
    """A document has another form than that of a definition; says where and what."""

    def __init__(self, places: Sequence[tuple[str, str]]) -> None:
        self.places = list(places)
        super().__init__("; ".join(f"{where}: {why}" for where, why in self.places))


class UnknownArea(Refused):
    """The catalogue has no field of administration of this code."""


class Flawed(Refused):
    """A version with faults is not published."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        self.flaws = list(flaws)
        super().__init__("; ".join(f"{flaw.where}: {flaw.fault}" for flaw in self.flaws))


class FourEyes(Refused):
    """Who wrote a version does not publish it."""


class NotThen(Refused):
    """A version cannot begin or end on that day: another one holds from a later day on."""


class AnotherWasFaster(Refused):
    """The draft was changed or published since it was read."""
