"""How a request is shown to the person and to the office."""

from datetime import datetime
from typing import Any

from dothi.core.clocks import selectors as clocks
from dothi.datastore.rights.choices import Right, State
from dothi.datastore.rights.models import RightsRequest

TONES = {
    State.OPEN: "near",
    State.DONE: "good",
    State.REFUSED: "overdue",
    State.WITHDRAWN: "neutral",
}


def shown(asked: RightsRequest, *, at: datetime, explained: bool = False) -> dict[str, Any]:
    kept = clocks.clocks_of(asked.subject) if explained else ()
    return {
        "row": asked,
        "right": Right(asked.right).label,
        "state": State(asked.state).label,
        "tone": TONES[State(asked.state)],
        "clocks": [{"name": one.name, "view": clocks.view(one, at=at)} for one in kept],
    }
