"""How the rows of a file begin, learnt from its first ones.

`7,"text` without an end, some rows, then `9,text"` is one sound record by the letter of the format,
and swallows the rows between. What gives it away: the lines in its text begin as rows do.
"""

import re

from dothi.datastore.ingestion.readers.dialect import rows
from dothi.datastore.ingestion.readers.records import Dialect, RowStart
from dothi.datastore.ingestion.readers.shape import Shape

_ROWS = 400  # That are looked at.
_ENOUGH = 8  # Rows below which nothing is learnt.
_COLUMNS = 6  # At the beginning of a row.
_FORMS = 3  # A column that is written in more ways than that is free text.
_PIECES = re.compile(r"\d+|[^\W\d_]+|.", re.DOTALL)


def learn(text: bytes, dialect: Dialect, shape: Shape) -> RowStart | None:
    """How rows begin, or None where they begin with free text: then the letter is believed."""
    read = _rows(text, dialect, shape.first_line)
    if len(read) < _ENOUGH:
        return None
    patterns: list[str | None] = []
    strict, is_composite = 0, False
    last = 0
    for column in list(zip(*read, strict=True))[:_COLUMNS]:
        forms = {_form(value) for value in column}
        if len(forms) <= _FORMS and all(any(piece == r"\d+" for piece in one) for one in forms):
            patterns.append("(?:" + "|".join(sorted("".join(one) for one in forms)) + ")")
            strict += 1
            is_composite = is_composite or any(len(one) > 2 for one in forms)
            last = len(patterns)
        else:
            patterns.append(None)
    if not strict:
        return None
    return RowStart(
        pattern=_pattern(patterns[:last], dialect), is_strong=strict > 1 or is_composite
    )


def _rows(text: bytes, dialect: Dialect, first_line: int) -> list[list[str]]:
    """Sound rows from the beginning of the table."""
    newline = chr(dialect.newline)
    lines = text.decode().split(newline)[first_line - 1 : first_line - 1 + _ROWS]
    quote = "" if dialect.quote is None else chr(dialect.quote)
    found = rows(newline.join(lines), newline, chr(dialect.delimiter), quote, dialect.columns)
    return [cells for _line, cells in found if len(cells) == dialect.columns]


def _form(value: str) -> tuple[str, ...]:
    """How a value is written: "PA-0012" is letters, a hyphen, digits."""
    return tuple(
        r"\d+" if piece.isdigit() else r"[^\W\d_]+" if piece.isalpha() else re.escape(piece)
        for piece in _PIECES.findall(value)
    )


def _pattern(columns: list[str | None], dialect: Dialect) -> re.Pattern[bytes]:
    delimiter = re.escape(chr(dialect.delimiter))
    if dialect.quote is None:
        free, quote = f"[^{delimiter}\r\n]*", ""
    else:
        quote = re.escape(chr(dialect.quote))
        free = f"(?:{quote}[^{quote}\r\n]*{quote}|[^{delimiter}{quote}\r\n]*)"
        quote += "?"
    wanted = [f"{quote}{one}{quote}" if one else free for one in columns]
    end = f"(?:{delimiter}|\r|\n|$)"
    # Bytes of letters beyond ASCII are no "letters" to a pattern of bytes: any will do.
    text = delimiter.join(wanted).replace(r"[^\W\d_]+", r"[A-Za-z\x80-\xff]+") + end
    return re.compile(text.encode())
