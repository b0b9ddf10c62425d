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


class How(TextChoices):
    """What one end is to the other."""

    DIRECT = "direct", pgettext_lazy("lineage", "its values come from it")
    # By a condition, a group or an order: the values do not, but which of them there are.
    INDIRECT = "indirect", pgettext_lazy("lineage", "it decides which rows count")
    CHECKED = "checked", pgettext_lazy("lineage", "it is held against it")
