"""How the words of a contract and those of the standard stand to each other."""

import re

from dothi.datastore.catalogue.choices import Rhythm, Type

GEOJSON = "geojson"
LOGICAL = {
    Type.TEXT: "string",
    Type.INTEGER: "integer",
    Type.NUMBER: "number",
    Type.BOOLEAN: "boolean",
    Type.DATE: "date",
    Type.MOMENT: "timestamp",
    Type.GEOMETRY: "string",  # The standard knows no places: text in the format GeoJSON.
}
TYPES = {logical: type_ for type_, logical in LOGICAL.items() if type_ != Type.GEOMETRY}
PHYSICAL = {
    Type.TEXT: "VARCHAR",
    Type.INTEGER: "BIGINT",
    Type.NUMBER: "DOUBLE",
    Type.BOOLEAN: "BOOLEAN",
    Type.DATE: "DATE",
    Type.MOMENT: "TIMESTAMP WITH TIME ZONE",
    Type.GEOMETRY: "VARCHAR",
}
NUMBERS = frozenset({Type.INTEGER, Type.NUMBER})
DAYS = frozenset({Type.DATE, Type.MOMENT})
# As value and unit of the service level `frequency`; units of the standard.
FREQUENCY: dict[Rhythm, tuple[int | str, str]] = {
    Rhythm.CONTINUOUS: ("continuous", ""),
    Rhythm.HOURLY: (1, "h"),
    Rhythm.DAILY: (1, "d"),
    Rhythm.WEEKLY: (7, "d"),
    Rhythm.MONTHLY: (1, "mo"),
    Rhythm.QUARTERLY: (3, "mo"),
    Rhythm.YEARLY: (1, "y"),
    Rhythm.IRREGULAR: ("irregular", ""),
}
RHYTHMS = {pair: rhythm for rhythm, pair in FREQUENCY.items()}
# The standard's own reference to another column: table.column.
SHORTHAND = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]*\.[A-Za-z_][A-Za-z0-9_\-]*")

# strptime here, DateTimeFormatter of Java in the standard.
_JAVA = {
    "%d": "dd", "%m": "MM", "%Y": "yyyy", "%y": "yy", "%H": "HH", "%M": "mm", "%S": "ss",
    "%f": "SSSSSS", "%z": "XX", "%I": "hh", "%p": "a",
}  # fmt: skip
_PYTHON = {java: python for python, java in _JAVA.items()}
_LETTERS = re.compile(r"([A-Za-z])\1*")


def java_format(text: str) -> str | None:
    """The format as Java writes it; None where it has parts that do not go over and back."""
    bare = re.sub(r"%[A-Za-z]", "", text)
    if re.search(r"[A-Za-z%'\[\]{}#]", bare):
        return None
    found = re.sub(r"%[A-Za-z]", lambda part: _JAVA.get(part[0], "?"), text)
    return None if "?" in found or python_format(found) != text else found


def python_format(text: str) -> str | None:
    """The format as Python writes it; None for one that Python cannot say."""
    unknown = [part[0] for part in _LETTERS.finditer(text) if part[0] not in _PYTHON]
    if unknown or any(letter in text for letter in "'[]{}#%"):
        return None
    return _LETTERS.sub(lambda part: _PYTHON[part[0]], text)


def as_number(text: str, type_: Type) -> int | float | None:
    """The number that is written so and in no other way; None where writing it would lose some."""
    try:
        value: int | float = int(text) if re.fullmatch(r"-?\d+", text) else float(text)
    except ValueError:
        return None
    if type_ == Type.INTEGER and not isinstance(value, int):
        return None
    return value if plain(value) == text else None


def plain(value: object) -> str:
    """How a scalar of a document is written in a contract."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
