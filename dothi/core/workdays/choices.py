from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DayKind(TextChoices):
    OFF = "off", _("Day off")
    MAKEUP = "makeup", _("Make-up working day")


class Certainty(TextChoices):
    """Tết, the second day of Quốc khánh and the swaps are announced the year before."""

    ESTIMATED = "estimated", _("Estimated")
    ANNOUNCED = "announced", _("Announced")


class Source(TextChoices):
    """Who said what a day is."""

    LIBRARY = "library", _("Computed from the law")
    CORRECTION = "correction", _("Correction that came with the program")
    OFFICE = "office", _("Entered by the office")
