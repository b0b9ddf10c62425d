"""The words of lineage."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(TextChoices):
    """What stands at an end of a link, from the source to the reader."""

    SOURCE = "source", _("File of the source")
    FACT = "fact", _("Fact in the log")
    OWNER = "owner", _("Part of the program")
    TABLE = "table", _("Table of the program")
    DATASET = "dataset", _("Dataset")
    RULE = "rule", _("Rule of quality")
    INDICATOR = "indicator", _("Indicator")
    QUERY = "query", _("Saved query")
    DOOR = "door", _("Download")
    TILE = "tile", _("Tile of the wall")


class Fault(TextChoices):
    """Why nothing more of the runs is sent for now, or one event was not taken."""

    UNREACHABLE = "unreachable", _("It does not answer.")
    SLOW = "slow", _("It takes too long to answer.")
    DENIED = "denied", _("It does not accept our key.")
    STATUS = "status", _("It answers with a fault.")
    NOT_TAKEN = "not_taken", _("It does not take this event.")
    NOT_TOLD = "not_told", _("An event could not be made of what happened.")
    DISK = "disk", _("The file cannot be written.")
    NO_DOOR = "no_door", _("Nothing here can send to such an address.")


class How(TextChoices):
    """What one end is to the other."""

    DIRECT = "direct", pgettext_lazy("lineage", "its values come from it")
    # By a condition, a group or an order: the values do not, but which of them there are.
    INDIRECT = "indirect", pgettext_lazy("lineage", "it decides which rows count")
    CHECKED = "checked", pgettext_lazy("lineage", "it is held against it")
