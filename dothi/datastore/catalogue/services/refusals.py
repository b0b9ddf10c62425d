"""Why a verb refuses: facts. `wording` makes sentences of them."""

from collections.abc import Sequence

from dothi.datastore.catalogue.rules.contract import Fault


class Refused(Exception):
    """The verb did nothing."""


class CodeTaken(Refused):
    """Another dataset has the code."""


class NotReady(Refused):
    """The description lacks what readers need; `missing` names the parts."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(missing)
        self.missing = tuple(missing)


class NotSound(Refused):
    """The contract cannot be used; `faults` say why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults)
        self.faults = tuple(faults)


class Unchanged(Refused):
    """The contract is the one that is agreed already."""


class AgreedMeanwhile(Refused):
    """Somebody else agreed version `number` since this one was begun."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class NotAllowedNow(Refused):
    """The dataset is in no state for it, or somebody was faster; `state` is where it is."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class ReasonMissing(Refused):
    """Something is taken from others and no reason is said."""
