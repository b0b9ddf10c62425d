"""Have a worker look at a dataset, soon and once."""

from dothi.core import queueing
from dothi.datastore.quality import selectors
from dothi.datastore.quality.choices import Why
from dothi.datastore.quality.services.checking import next_look

INSPECT = "quality.inspect"


def ask_to_inspect(code: str, *, why: Why = Why.PUBLISHED) -> None:
    """Look at a dataset; a table that follows what happens is looked at once an hour at most."""
    dataset = selectors.dataset_of(code)
    if dataset is None or dataset.agreed is None:
        return
    later = next_look(code, dataset.agreed.rhythm) if why == Why.PUBLISHED else None
    queueing.once(
        INSPECT, lock=f"{INSPECT}:{code}", queue="store", later=later, dataset=code, why=str(why)
    )


def rows_changed(code: str, *, first: bool = False) -> None:
    """A table has a new version: it is looked at, and so is what is measured against it.

    Of the first one everything is: others may have waited to be held against it.
    """
    ask_to_inspect(code)
    others = selectors.every_code() if first else selectors.readers_of(code)
    for one in sorted({*others} - {code}):
        ask_to_inspect(one, why=Why.ASKED if first else Why.PUBLISHED)
