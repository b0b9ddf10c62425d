"""The words of the catalogue: what a dataset and its columns can be."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Type(TextChoices):
    """What a column holds, whatever the source wrote it as."""

    TEXT = "text", _("Plain text")
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


class State(TextChoices):
    """How far the description of a dataset is. Only published ones are found by others."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


class Theme(TextChoices):
    """The twelve topics of data.gov.vn."""

    HEALTH = "health", _("Health")
    LABOUR = "labour", _("Labour")
    TECHNOLOGY = "technology", _("Technology")
    AGRICULTURE = "agriculture", _("Agriculture")
    ECONOMY = "economy", _("Economy and trade")
    INFRASTRUCTURE = "infrastructure", _("Infrastructure")
    FINANCE = "finance", _("Finance")
    ENERGY = "energy", _("Energy")
    EDUCATION = "education", _("Education and training")
    SOCIETY = "society", _("Society")
    ENVIRONMENT = "environment", _("Environment")
    LOCAL = "local", _("Local matters")


class Licence(TextChoices):
    """What others may do with a dataset; the open ones conform to the Open Definition."""

    CC0 = "cc-zero", _("Creative Commons Zero (no conditions)")
    CC_BY = "cc-by", _("Creative Commons Attribution 4.0")
    CC_BY_SA = "cc-by-sa", _("Creative Commons Attribution-ShareAlike 4.0")
    ODC_BY = "odc-by", _("Open Data Commons Attribution")
    NOT_OPEN = "other-closed", _("Not open: by agreement only")


class Power(StrEnum):
    """What a post may be allowed to do here."""

    SEE = "catalogue.see"
    DESCRIBE = "catalogue.describe"
    AGREE = "catalogue.agree"
    PUBLISH = "catalogue.publish"


class Side(StrEnum):
    """Who has to do something when a contract changes."""

    READERS = "readers"
    SOURCES = "sources"
