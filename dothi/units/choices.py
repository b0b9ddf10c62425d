from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What a unit is. No tier is assumed: the tree says who is above whom."""

    AREA = "area", _("Area of work")
    CITY = "city", _("City")
    DISTRICT = "district", _("District")
    WARD = "ward", _("Ward")
    QUARTER = "quarter", _("Quarter")
    OFFICE = "office", _("Office")


class AliasKind(TextChoices):
    """What an alias stands for."""

    CODE = "code", _("Code in another list")
    NAME = "name", _("Other name")


class Refusal(TextChoices):
    """Why an area in a file was not taken over."""

    NOT_A_FEATURE = "not_a_feature", _("Not a feature")
    NO_AREA = "no_area", _("No area")
    NOT_WGS84 = "not_wgs84", _("Not in longitude and latitude")
    NOT_CLOSED = "not_closed", _("Ring not closed")
    NOT_VALID = "not_valid", _("Borders cross each other")
    UNKNOWN_UNIT = "unknown_unit", _("Unit not known")
    CODE_AND_NAME = "code_and_name", _("Code and name disagree")
    WRONG_SIZE = "wrong_size", _("Size disagrees")
    TWICE = "twice", _("Unit given twice")
    OVERLAP = "overlap", _("Overlaps another unit")
    FAR_AWAY = "far_away", _("Far from the city")
    LATITUDE_FIRST = "latitude_first", _("Latitude stands first")


# The whole sentence for the office; values in braces are filled in.
REFUSAL_TEXT = {
    Refusal.NOT_A_FEATURE: _("This entry is not a GeoJSON feature."),
    Refusal.NO_AREA: _("The geometry is not a readable Polygon or MultiPolygon."),
    Refusal.NOT_WGS84: _("The corner ({place}) is not longitude and latitude (WGS84)."),
    Refusal.NOT_CLOSED: _("A ring does not end in the corner in which it begins."),
    Refusal.NOT_VALID: _("The border crosses or touches itself: {where}."),
    Refusal.UNKNOWN_UNIT: _("No unit in force on {on} has this code or name: {label}."),
    Refusal.CODE_AND_NAME: _("The code {code} belongs to {ours}, but the file says {theirs}."),
    Refusal.WRONG_SIZE: _("The area measures {drawn} km², but {stated} km² is stated."),
    Refusal.TWICE: _("The unit {code} was given before in this file."),
    Refusal.OVERLAP: _("The area covers {km2} km² of {code} as well."),
    Refusal.FAR_AWAY: _("The area lies far from the city, at ({place})."),
    Refusal.LATITUDE_FIRST: _("Latitude stands before longitude, at ({place})."),
}
