"""Read the file of a bank: CSV or XLSX, lines in front of the head, columns of any order."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from dothi.cases.services.refusals import BadStatement
from dothi.lib import text_vi

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
MOST_UNFOLDED = 200 * 1024 * 1024  # Bytes of a workbook, which is a ZIP of XML.
# What libraries raise for files that are none: XML that breaks off is a SyntaxError, a workbook
# with a password a RuntimeError, one without a sheet an IndexError.
UNREADABLE = (
    csv.Error, zipfile.BadZipFile, zlib.error, InvalidFileException, LookupError, ValueError,
    SyntaxError, RuntimeError, EOFError, OSError,
)  # fmt: skip
HEAD_WITHIN = 40  # Banks write name, account and period in front.
COLUMNS = ("day", "amount", "purpose", "reference", "payer")
NEEDED = ("day", "amount", "purpose")
# As banks head their columns; folded, a head counts that begins so.
HEADS: Mapping[str, Sequence[str]] = {
    "day": ("ngay giao dich", "ngay gd", "ngay hieu luc", "ngay hach toan", "ngay",
            "transaction date", "posting date", "booking date", "value date", "date"),
    "amount": ("ghi co", "so tien ghi co", "phat sinh co", "tien vao", "co", "credit", "so tien",
               "amount"),
    "purpose": ("noi dung", "dien giai", "mo ta", "description", "details", "remark", "purpose"),
    "reference": ("so tham chieu", "so but toan", "so ct", "so chung tu", "ma giao dich", "ma gd",
                  "reference", "transaction id", "ref"),
    "payer": ("ten doi ung", "nguoi chuyen", "don vi chuyen", "ten tai khoan doi ung", "doi ung",
              "counterparty", "payer"),
}  # fmt: skip
_DAYS = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y")
_DAY = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")


@dataclass(frozen=True, kw_only=True)
class Booked:
    """Money that came in, as a line of the file says."""

    number: int
    day: date
    amount: int
    purpose: str
    payer: str = ""
    reference: str = ""


@dataclass(kw_only=True)
class Read:
    """What a file holds: money that came in, and lines that say nothing of it, with why."""

    columns: dict[str, str] = field(default_factory=dict)
    booked: list[Booked] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)


class ColumnsUnknown(BadStatement):
    """A person has to say which columns are which; `heads` are those of the likeliest head."""

    def __init__(self, heads: Sequence[str]) -> None:
        super().__init__(
            _("The columns were not recognised. Please say which one is which, and send it again.")
        )
        self.heads = [head for head in heads if head]


def read_statement(content: bytes, *, chosen: Mapping[str, str] | None = None) -> Read:
    """Read a file; `chosen` names the heads of columns where they are not recognised.

    Raises:
        BadStatement, ColumnsUnknown: with the reason.
    """
    if len(content) > MOST_BYTES:
        raise _too_large()
    try:
        rows = list(_xlsx(content) if content[:2] == b"PK" else _csv(content))
    except UNREADABLE as error:
        raise BadStatement(
            _("This cannot be read as CSV or XLSX. Please save it anew in one of these forms.")
        ) from error
    if len(rows) > MOST_ROWS:
        raise BadStatement(
            _("The file has more than %(most)d lines. Please send it in parts.")
            % {"most": MOST_ROWS}
        )
    place, names = _head(rows, chosen or {})
    done = Read(columns=dict(names))
    heads = rows[place][1]
    at = {name: heads.index(head) for name, head in names.items()}
    for number, row in rows[place + 1 :]:
        if any(row):
            _take_row(done, number, {name: _cell(row, where) for name, where in at.items()})
    if not done.booked:
        raise BadStatement(_("No money came in by this file."))
    return done


def _take_row(done: Read, number: int, row: Mapping[str, str]) -> None:
    amount, day = amount_of(row["amount"]), day_of(row["day"])
    if amount is None and row["amount"]:
        done.left_out.append((number, _("no amount: %(text)s") % {"text": row["amount"][:60]}))
    elif not amount or amount < 0:
        done.left_out.append((number, _("no money in")))
    elif day is None:
        done.left_out.append((number, _("no day: %(text)s") % {"text": row["day"][:60]}))
    else:
        done.booked.append(
            Booked(
                number=number, day=day, amount=amount, purpose=row["purpose"][:500],
                payer=row.get("payer", "")[:200], reference=row.get("reference", "")[:80],
            )
        )  # fmt: skip


def _head(
    rows: Sequence[tuple[int, list[str]]], chosen: Mapping[str, str]
) -> tuple[int, dict[str, str]]:
    """The line of the heads, and which of them stands for what."""
    likeliest: list[str] = []
    for place, (_number, row) in enumerate(rows[:HEAD_WITHIN]):
        names = _names(row, chosen)
        if all(name in names for name in NEEDED):
            return place, names
        if sum(map(bool, row)) > sum(map(bool, likeliest)) and not day_of("".join(row[:1])):
            likeliest = row
    raise ColumnsUnknown(likeliest)


def _names(row: Sequence[str], chosen: Mapping[str, str]) -> dict[str, str]:
    found = {name: head for name, head in chosen.items() if head and head in row}
    folded = {head: text_vi.fold(head) for head in row if head}
    for name, words in HEADS.items():
        if name in found:
            continue
        for word in words:
            head = next(
                (
                    head
                    for head, plain in folded.items()
                    if head not in found.values() and re.match(rf"{word}\b", plain)
                ),
                None,
            )
            if head is not None:
                found[name] = head
                break
    return found


def day_of(text: str) -> date | None:
    """The day in a cell, with or without a time."""
    match = _DAY.search(text)
    if match is None:
        return None
    for form in _DAYS:
        try:
            return datetime.strptime(match[0], form).date()  # noqa: DTZ007 — a day has no zone
        except ValueError:
            continue
    return None


def amount_of(text: str) -> int | None:
    """Whole dong in a cell, however thousands are parted; None where there is no number."""
    plain = re.sub(r"(?i)\s|vnd|vnđ|đ|₫|\+", "", text)
    match = re.fullmatch(r"(-?)(\d+(?:[.,]\d{3})*|\d+)(?:[.,](\d{1,2}))?", plain)
    if match is None or int(match[3] or 0):
        return None
    return int(match[1] + re.sub(r"[.,]", "", match[2]))


def _cell(row: Sequence[str], where: int) -> str:
    return row[where] if where < len(row) else ""


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = content.decode("utf-8-sig")
    if "\x00" in text:
        raise ValueError("no text")
    mark = max(";,\t", key=text.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    for row in reader:
        yield reader.line_num, [text_vi.tidy(value) for value in row]
        if reader.line_num > MOST_ROWS + HEAD_WITHIN:
            return


def _too_large() -> BadStatement:
    return BadStatement(_("The file is larger than 10 MB. Please send it in parts."))


def _xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        # No reader of a ZIP takes more out of it than it states.
        if sum(one.file_size for one in archive.infolist()) > MOST_UNFOLDED:
            raise _too_large()
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    rows = book.worksheets[0].iter_rows(values_only=True, max_row=MOST_ROWS + HEAD_WITHIN)
    for number, row in enumerate(rows, start=1):
        yield number, [_text_of(value) for value in row]


def _text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return text_vi.tidy(str(value))
