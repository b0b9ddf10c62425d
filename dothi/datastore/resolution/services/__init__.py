"""What can be done. One function, one transaction: rows, audit, event, duty."""

from dothi.datastore.resolution.services.asking import ListAsked, approve, ask, end, refuse
from dothi.datastore.resolution.services.deciding import decide, merge, split, undo
from dothi.datastore.resolution.services.forgetting import forget
from dothi.datastore.resolution.services.looking import open_entity, open_pair
from dothi.datastore.resolution.services.refusals import (
    FourEyes,
    ListUnfit,
    NotAllowedNow,
    NotOpen,
    ReasonMissing,
    Refused,
    RunsAlready,
    ToldApart,
)
from dothi.datastore.resolution.services.running import carry_out, queue, start

__all__ = [
    "FourEyes",
    "ListAsked",
    "ListUnfit",
    "NotAllowedNow",
    "NotOpen",
    "ReasonMissing",
    "Refused",
    "RunsAlready",
    "ToldApart",
    "approve",
    "ask",
    "carry_out",
    "decide",
    "end",
    "forget",
    "merge",
    "open_entity",
    "open_pair",
    "queue",
    "refuse",
    "split",
    "start",
    "undo",
]
