"""What an event is, and who listens to it. Pure: no models."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

# Every commit that published wakes who listens on this channel of PostgreSQL.
CHANNEL = "dothi_events"


class Event(BaseModel):
    """A fact, named in the past tense: codes, states, units and times; no personal value."""

    model_config = ConfigDict(frozen=True)
    name: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "name" in vars(cls):
            known = events.setdefault(cls.name, cls)
            if known.__qualname__ != cls.__qualname__ or known.__module__ != cls.__module__:
                raise ValueError(f"Two events are named {cls.name}.")


Handler = Callable[[Any], None]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A handler with a name under which its position in the log is stored."""

    name: str
    handler: Handler
    names: frozenset[str]
    from_start: bool
    together: bool = False  # Takes a list of events at once.


events: dict[str, type[Event]] = {}
subscriptions: dict[str, Subscription] = {}


def on(
    *event_classes: type[Event],
    name: str | None = None,
    from_start: bool = True,
    together: bool = False,
) -> Callable[[H], H]:
    """Register a handler: it is called once for each such event, in commit order.

    With `together` it is called with a list of those that wait: for handlers that ask the owner
    what is so now, and so need to ask only once of a thing that moved three times meanwhile.

    The handler runs in the transaction that also moves its position, so its rows are never written
    twice; what it does outside the database may be. A new handler reads the log from the start,
    or with `from_start=False` from the moment it is first drained.

    Raises:
        ValueError: the name is taken.
    """

    def register(handler: H) -> H:
        title = name or f"{handler.__module__}.{handler.__qualname__}"
        if title in subscriptions:
            raise ValueError(f"Two handlers are named {title}.")
        subscriptions[title] = Subscription(
            name=title,
            handler=handler,
            names=frozenset(event.name for event in event_classes),
            from_start=from_start,
            together=together,
        )
        return handler

    return register


def is_heard(name: str) -> bool:
    """Whether any handler listens to such events; the others are read by screens and the store."""
    return any(name in subscription.names for subscription in subscriptions.values())
