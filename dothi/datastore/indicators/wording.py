"""What facts about a steward's indicator are called on pages."""

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from dothi.datastore.indicators import services
from dothi.datastore.indicators.choices import Flaw
from dothi.datastore.indicators.models import Made

PARTS = {
    "unit_column": gettext_lazy("Column with the code of the unit"),
    "moment": gettext_lazy("Column with the moment or day"),
    "until": gettext_lazy("Column that says since when a row no longer counts"),
    "column": gettext_lazy("Of which column (sum, mean)"),
    "dimensions": gettext_lazy("Can be taken apart by"),
    "window": gettext_lazy("Only rows of so many days before"),
    "where": gettext_lazy("Rows for which"),
    "of": gettext_lazy("of them count those for which"),
}
FLAWS = {
    Flaw.MISSING: gettext_lazy("it is needed here and is empty."),
    Flaw.NO_COLUMN: gettext_lazy("the dataset has no such column that may be used."),
    Flaw.WRONG_TYPE: gettext_lazy("this column has the wrong type for it."),
    Flaw.WRONG_VALUE: gettext_lazy("the value does not fit the type of the column."),
    Flaw.NO_MOMENT: gettext_lazy("it needs a column with the moment or day."),
}


def title(made: Made) -> str:
    said = made.draft
    return str((said["title_en"] if get_language() == "en" else "") or said["title_vi"])


def flaw(part: str, of: Flaw) -> str:
    return f"{PARTS[part]}: {FLAWS[of]}"


def refusal(error: services.Refused) -> str:
    """Why a verb was not done, and what to do."""
    match error:
        case services.CodeTaken():
            return _("This code is taken. Please choose another one.")
        case services.NoDataset():
            return _("This dataset is not one whose data you look after.")
        case services.ChangedMeanwhile():
            return _("Somebody saved it while you were here. Open the page again and look first.")
        case services.NotOpen():
            return _("Everybody would read it, but its dataset is not open.")
        case services.OfPersons():
            return _("Everybody would read it, but its dataset speaks of persons.")
        case services.Flawed():
            return _("It cannot be run yet. The page says what is missing.")
        case _:
            return _("It is published once it has a test and all its tests pass.")


def result(of: services.Result) -> dict[str, Any]:
    """What came out of a test."""
    return {
        "passed": of.passed,
        "expected": _number(of.test.expected),
        "value": _number(of.value),
        "fault": "" if of.fault is None else _fault(of.fault),
    }


def _number(value: float | None) -> str:
    if value is None:
        return _("none")
    return number_format(round(value, 4), 0 if value.is_integer() else 4, use_l10n=True)


def _fault(of: services.BadSample) -> str:
    if of.column == "at":
        return _("The moment is not understood. Write it like 2026-03-02T12:00.")
    if not of.line:
        return _("The dataset has no column “%(column)s”.") % {"column": of.column}
    if not of.column:
        return _("Row %(line)d has more or fewer values than the head.") % {"line": of.line}
    return _("Row %(line)d: the value of “%(column)s” is not understood.") % {
        "line": of.line, "column": of.column,
    }  # fmt: skip
