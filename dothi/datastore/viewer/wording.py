"""Values of rows as readers see them, in the way of their language."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from dothi.datastore.catalogue.rules.contract import Field

LONGEST = 200
# The letters of Django's formats of days and times that the formats of the house consist of.
_LETTERS = {
    "d": "{0.day:02}", "m": "{0.month:02}", "Y": "{0.year:04}", "H": "{0.hour:02}",
    "i": "{0.minute:02}",
}  # fmt: skip


class Spelling:
    """Writes values in the active language, whose formats it looks up once: for a page of a
    thousand values they would cost more than reading the rows."""

    def __init__(self) -> None:
        self._moment = _written("SHORT_DATETIME_FORMAT")
        self._day = _written("SHORT_DATE_FORMAT")
        self._point = str(formats.get_format("DECIMAL_SEPARATOR"))
        self._zone = timezone.get_current_timezone()
        self._words = {True: _("yes"), False: _("no")}

    def cell(self, value: Any, one: Field | None) -> str:
        """The text of a value; `one` is its column, None of what was reckoned."""
        if value is None:
            return ""
        if isinstance(value, str):
            return value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"
        if isinstance(value, bool):
            return self._words[value]
        if isinstance(value, float):
            return self._number(value)
        if isinstance(value, datetime):
            return self._moment(value.astimezone(self._zone) if value.tzinfo else value)
        if isinstance(value, date):
            return self._day(value)
        if isinstance(value, int) and one is None:
            return str(formats.localize(value, use_l10n=True))
        return str(value)

    def _number(self, value: float) -> str:
        """To four places; what Python writes with an exponent is left to Django."""
        text = repr(round(value, 4))
        if text.replace(".", "", 1).removeprefix("-").isdecimal():
            return text.replace(".", self._point)
        return str(formats.localize(round(value, 4)))


def _written(name: str) -> Callable[[date], str]:
    """Raises KeyError where the format has other letters."""
    pattern = "".join(
        _LETTERS[letter] if letter.isalpha() else letter for letter in str(formats.get_format(name))
    )
    return pattern.format
