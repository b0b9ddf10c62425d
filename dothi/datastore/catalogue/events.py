"""Facts that the catalogue tells the rest of the platform."""

from typing import ClassVar

from dothi.core.events.registry import Event


class DatasetDescribed(Event):
    """A dataset came into the catalogue, or its description was changed in some parts."""

    name: ClassVar[str] = "catalogue.described"
    code: str
    unit_code: str
    parts: tuple[str, ...]  # Empty: it is new.


class ContractAgreed(Event):
    """A contract was agreed; whoever brings rows from now on is measured by it."""

    name: ClassVar[str] = "catalogue.contract_agreed"
    code: str
    unit_code: str
    number: int
    concerns: tuple[str, ...]  # `readers`, `sources`: who cannot go on as before.


class DatasetPublished(Event):
    """A dataset is found by those whom its class lets see it."""

    name: ClassVar[str] = "catalogue.published"
    code: str
    unit_code: str
    share: str


class DatasetRetired(Event):
    """A dataset is no longer offered."""

    name: ClassVar[str] = "catalogue.retired"
    code: str
    unit_code: str
