"""The words of the viewer."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class How(TextChoices):
    """How a column is compared with what somebody typed."""

    IS = "is", _("is")
    IS_NOT = "not", _("is not")
    HAS = "has", _("contains")
    AT_LEAST = "ge", _("at least")
    AT_MOST = "le", _("at most")
    MORE = "gt", _("more than")
    LESS = "lt", _("less than")
    EMPTY = "empty", _("is empty")
    FULL = "full", _("is not empty")


class Bucket(TextChoices):
    """Into what stretches times are put together."""

    WHOLE = "", _("as it is")
    DAY = "day", _("by day")
    MONTH = "month", _("by month")
    YEAR = "year", _("by year")


class Measure(TextChoices):
    """What is reckoned of a group."""

    COUNT = "count", _("Number of rows")
    SUM = "sum", _("Sum")
    AVERAGE = "avg", _("Average")
    MINIMUM = "min", _("Lowest")
    MAXIMUM = "max", _("Highest")
    MEDIAN = "median", _("Median")


class Show(TextChoices):
    """As what the rows or groups are shown."""

    TABLE = "table", _("Table")
    BARS = "bars", _("Bar chart")
    LINE = "line", _("Line chart")
    MAP = "map", _("Map")
