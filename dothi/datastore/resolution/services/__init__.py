"""What can be done. One function, one transaction: rows, audit, event, duty."""

from dothi.datastore.resolution.services.asking import CARE, ListAsked, approve, ask, end, refuse
from dothi.datastore.resolution.services.deciding import decide, merge, split, undo
from dothi.datastore.resolution.services.forgetting import forget
from dothi.datastore.resolution.services.golden_publishing import publish_table
from dothi.datastore.resolution.services.golden_rows import Prepared, prepare
from dothi.datastore.resolution.services.golden_tables import (
    approve_table,
    ask_for_care,
    ask_for_table,
    care_for_golden,
    end_table,
    refuse_table,
)
from dothi.datastore.resolution.services.golden_works import ask_for_work, carry_out_work, drop_work
from dothi.datastore.resolution.services.golden_works import queue as queue_work
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
    TooLate,
    TooWide,
    WorksAlready,
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
    "TooLate",
    "TooWide",
    "WorksAlready",
    "approve",
    "approve_table",
    "ask",
    "ask_for_care",
    "ask_for_table",
    "ask_for_work",
    "care_for_golden",
    "carry_out",
    "carry_out_work",
    "decide",
    "drop_work",
    "end",
    "end_table",
    "forget",
    "merge",
    "open_entity",
    "open_pair",
    "prepare",
    "publish_table",
    "queue",
    "queue_work",
    "refuse",
    "refuse_table",
    "split",
    "start",
    "undo",
]
