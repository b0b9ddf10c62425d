"""What can be done. One function, one transaction: rows, audit, event, duty."""

from dothi.datastore.resolution.services.asking import CARE, ListAsked, approve, ask, end, refuse
from dothi.datastore.resolution.services.deciding import decide, merge, split, undo
from dothi.datastore.resolution.services.forgetting import forget
from dothi.datastore.resolution.services.golden_rows import Prepared, prepare
from dothi.datastore.resolution.services.golden_tables import (
    approve_table,
    ask_for_care,
    ask_for_table,
    care_for_golden,
    end_table,
    publish_table,
    refuse_table,
)
from dothi.datastore.resolution.services.looking import open_entity, open_pair
from dothi.datastore.resolution.services.refusals import (
    CodeTaken,
    FourEyes,
    ListUnfit,
    NotAllowedNow,
    NothingNew,
    NotOpen,
    ReasonMissing,
    Refused,
    RunsAlready,
    ToldApart,
    TooWide,
)
from dothi.datastore.resolution.services.running import carry_out, queue, start

__all__ = [
    "CARE",
    "CodeTaken",
    "FourEyes",
    "ListAsked",
    "ListUnfit",
    "NotAllowedNow",
    "NotOpen",
    "NothingNew",
    "Prepared",
    "ReasonMissing",
    "Refused",
    "RunsAlready",
    "ToldApart",
    "TooWide",
    "approve",
    "approve_table",
    "ask",
    "ask_for_care",
    "ask_for_table",
    "care_for_golden",
    "carry_out",
    "decide",
    "end",
    "end_table",
    "forget",
    "merge",
    "open_entity",
    "open_pair",
    "prepare",
    "publish_table",
    "queue",
    "refuse",
    "refuse_table",
    "split",
    "start",
    "undo",
]
