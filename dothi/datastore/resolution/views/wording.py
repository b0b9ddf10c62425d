"""Evidence, rules and changes in words."""

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dothi.datastore.catalogue.choices import Classification
from dothi.datastore.resolution.choices import ChangeKind, ColumnRole, Kind, State, Survivor

ROLES: dict[str, Any] = dict(ColumnRole.choices)
COMPARISONS: dict[str, Any] = {
    **ROLES,
    "prior": _("Two rows taken at random"),
    "contact": _("Phone and address"),
    "house": _("House number"),
    "street": _("Street"),
    "ward": _("Ward"),
}
LEVELS: dict[str, Any] = {
    "": _("seldom are one"),
    "exact": pgettext_lazy("evidence", "the same"),
    "marks_lost": _("the same, with marks lost"),
    "other_marks": _("the same letters with other marks"),
    "turned": _("the same words in another order"),
    "middle_missing": _("a part of the middle name is missing"),
    "initials": _("initials stand for the same names"),
    "typing": _("one or two slips of writing"),
    "nickname": _("known by the same name in the ward"),
    "given_only": _("only the given name is the same"),
    "swapped": _("day and month are swapped"),
    "year_only": _("the same year, and no more is known"),
    "one_digit": _("one digit differs"),
    "year": _("only the year is the same"),
    "both": _("phone and address are the same"),
    "address": _("the address is the same"),
    "phone": _("the phone is the same"),
    "phone_digit": _("one digit of the phone differs"),
    "other_ward": _("the same house and street in another ward"),
    "house_like": _("the same street, nearly the same house"),
    "street": _("the same street, the house is not said"),
    "ward": _("only the ward is the same"),
    "shortened": _("one name holds the other"),
    "without_letter": _("the same number with another letter"),
    "all": _("all members are the same"),
    "three": _("three or more members are the same"),
    "two": _("two members are the same"),
    "head": _("the head is the same"),
    "one": _("one member is the same"),
    "missing": _("not said, so it counts for nothing"),
    "otherwise": pgettext_lazy("evidence", "different"),
}
RULES: dict[str, Any] = {
    Survivor.ONLY: _("no other row says it"),
    Survivor.TRUSTED: _("from the most trusted list"),
    Survivor.MAJORITY: _("what most rows say"),
    Survivor.COMPLETE: _("the fullest spelling of what most rows say"),
    Survivor.NEWEST: _("from the newest row"),
}
STAGES: dict[str, Any] = {
    "": _("Waiting"),
    "prepare": _("Rows are prepared"),
    "learn": _("Likeness is learned from the lists"),
    "compare": _("Pairs are compared"),
}
WORK_STAGES: dict[str, Any] = {
    "": _("Waiting"),
    "read": _("Keys of the lists are read"),
    "choose": _("Values are chosen"),
    "compare": _("Rows are compared with the newest version"),
    "write": _("Rows are written"),
}
TONES = {
    State.ASKED: "near",
    State.APPROVED: "good",
    State.REFUSED: "stopped",
    State.ENDED: "paused",
}
GUARDED = {
    Classification.PUBLIC: "good",
    Classification.PERSONAL: "near",
    Classification.SENSITIVE: "late",
}
CHANGES = dict(ChangeKind.choices)


def comparison(code: str, kind: str) -> Any:
    """What a comparison is about; "name" is of a person or of a business."""
    if code == "name" and kind == Kind.PERSON:
        return ROLES["full_name"]
    return COMPARISONS[code]


def bits(value: float) -> str:
    """Evidence with its sign, as the reader's language writes numbers: "+5,2"."""
    if abs(value) < 0.05:
        return "0"
    return f"{'+' if value >= 0 else '−'}{number_format(abs(value), 1)}"
