"""What golden tables owe to others: rights over the own rows, and how their lists are guarded.

A worker does it, not the handler.
"""

from dothi.core.events.registry import on
from dothi.datastore.catalogue.events import ContractAgreed, DatasetDescribed
from dothi.datastore.resolution import selectors, services
from dothi.datastore.rights.choices import State
from dothi.datastore.rights.events import RightMoved


@on(RightMoved, name="resolution.leave_out")
def leave_out(event: RightMoved) -> None:
    """Golden records of a person leave their tables once a right was answered."""
    if event.now == State.DONE:
        services.ask_for_care()


@on(ContractAgreed, DatasetDescribed, name="resolution.keep_strict")
def keep_strict(event: ContractAgreed | DatasetDescribed) -> None:
    """What became stricter in a list becomes so in the table made of it."""
    if selectors.feeds_golden(event.code):
        services.ask_for_care()
