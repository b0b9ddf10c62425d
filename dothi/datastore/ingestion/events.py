"""Facts that taking data in tells the rest of the platform."""

from typing import ClassVar

from dothi.core.events.registry import Event


class DeliveryBegun(Event):
    """A run of a delivery began, or was refused in the same moment."""

    name: ClassVar[str] = "datastore.begun"
    run: str
    dataset: str


class DeliveryGivenUp(Event):
    """Somebody gave a run up before it was published."""

    name: ClassVar[str] = "datastore.given_up"
    run: str
    dataset: str


class FeedBrokeOff(Event):
    """A table of a domain could not be carried over; told once until it can be again."""

    name: ClassVar[str] = "datastore.feed_broke_off"
    dataset: str
    run: str
    fault: str  # Class of the fault.


class DeliveryRefused(Event):
    """A delivery was stopped at the door: nothing of it came in."""

    name: ClassVar[str] = "datastore.refused"
    run: str
    dataset: str
    refusal: str


class DeliveryChecked(Event):
    """A delivery was read to its end; what was sound waits to be published."""

    name: ClassVar[str] = "datastore.checked"
    run: str
    dataset: str
    taken: int
    aside: int


class DeliveryPublished(Event):
    """The rows of a delivery became a version that readers see."""

    name: ClassVar[str] = "datastore.published"
    run: str
    dataset: str
    version: int
    rows: int
