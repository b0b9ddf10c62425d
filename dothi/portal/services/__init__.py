"""What can be done with articles. One function, one transaction: rows, audit, event, duty."""

from dothi.portal.services.cards import card
from dothi.portal.services.counting import count_reader, forget_readers, start_counter
from dothi.portal.services.moving import (
    move,
    pictures_in,
    pin,
    publish,
    publish_planned,
    schedule,
    unschedule,
    withdraw,
)
from dothi.portal.services.refusals import (
    FourEyes,
    NotAllowedNow,
    NotReady,
    NotThen,
    ReasonMissing,
    Refused,
)
from dothi.portal.services.texts import Text, clean
from dothi.portal.services.writing import add_picture, restore, revise, write

__all__ = [
    "FourEyes",
    "NotAllowedNow",
    "NotReady",
    "NotThen",
    "ReasonMissing",
    "Refused",
    "Text",
    "add_picture",
    "card",
    "clean",
    "count_reader",
    "forget_readers",
    "move",
    "pictures_in",
    "pin",
    "publish",
    "publish_planned",
    "restore",
    "revise",
    "schedule",
    "start_counter",
    "unschedule",
    "withdraw",
    "write",
]
