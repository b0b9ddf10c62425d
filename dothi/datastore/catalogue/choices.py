"""The words of the catalogue: what a dataset and its columns can be."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Type(TextChoices):
    """What a column holds, whatever the source wrote it as."""

    TEXT = "text", _("Text")
    INTEGER = "integer", _("Whole number")
    NUMBER = "number", _("Number")
    BOOLEAN = "boolean", _("Yes or no")
    DATE = "date", _("Date")
    MOMENT = "moment", _("Date and time")
    GEOMETRY = "geometry", _("Place or area (GeoJSON)")


class Classification(TextChoices):
    """How a column is guarded (Law 91/2025/QH15: basic and sensitive personal data)."""

    PUBLIC = "public", _("Not personal")
    PERSONAL = "personal", _("Basic personal data")
    SENSITIVE = "sensitive", _("Sensitive personal data")


class Share(TextChoices):
    """Who gets a dataset without asking (Decree 278/2025/NĐ-CP: forms of sharing)."""

    OPEN = "open", _("Open to everybody")
    DEFAULT = "default", _("Shared by default among authorities")
    REQUEST = "request", _("Shared on request")
    CLOSED = "closed", _("Not shared")


class Kind(TextChoices):
    """What part a dataset plays among others (QĐ 2439/QĐ-TTg: data architecture)."""

    ORIGINAL = "original", _("Original data")
    MASTER = "master", _("Master data")
    REFERENCE = "reference", _("Common code list")
    DERIVED = "derived", _("Derived data")


class Mode(TextChoices):
    """What a delivery is to the rows that are there already."""

    REPLACE = "replace", _("The whole: what is missing in it is gone")
    APPEND = "append", _("More rows: what was there stays")
    MERGE = "merge", _("Changes by key: known rows are replaced, new ones added")


class Rhythm(TextChoices):
    """How often deliveries are expected."""

    CONTINUOUS = "continuous", _("Continuously")
    HOURLY = "hourly", _("Every hour")
    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("Every month")
    QUARTERLY = "quarterly", _("Every quarter")
    YEARLY = "yearly", _("Every year")
    IRREGULAR = "irregular", _("At no fixed time")


class Comparison(TextChoices):
    """How two columns of a row must stand to each other."""

    LESS = "<", _("less than")
    AT_MOST = "<=", _("at most")
    EQUAL = "=", _("equal to")
    NOT_EQUAL = "!=", _("not equal to")


class Notation(TextChoices):
    """How a source writes numbers."""

    PLAIN = "plain", _("1234.5")
    VIETNAMESE = "vietnamese", _("1.234,5")
    ENGLISH = "english", _("1,234.5")
