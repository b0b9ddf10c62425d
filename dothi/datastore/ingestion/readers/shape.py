"""What a file is: all that is needed to read it the same way again."""

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Self


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    JSON = "json"
    NDJSON = "ndjson"
    GEOJSON = "geojson"
    PARQUET = "parquet"

    @property
    def is_workbook(self) -> bool:
        return self in {Format.XLSX, Format.XLS, Format.ODS}


class Reason(StrEnum):
    """Why a file cannot be read at all, or a line of it was set aside."""

    # Of files.
    EMPTY = "empty"
    UNKNOWN = "unknown"  # Of no format that we read.
    BROKEN = "broken"
    ENCRYPTED = "encrypted"
    BOMB = "bomb"  # Would grow beyond every measure when it is unpacked.
    NO_MEMBER = "no_member"
    NO_SHEET = "no_sheet"
    NO_RECORDS = "no_records"
    NO_HEAD = "no_head"
    # Of lines and rows.
    COLUMNS = "columns"
    OPEN_QUOTE = "open_quote"
    STRAY_QUOTE = "stray_quote"
    STRAY_RETURN = "stray_return"
    BAD_BYTES = "bad_bytes"
    NUL = "nul"
    TOO_LONG = "too_long"
    CELL_ERROR = "cell_error"
    BAD_JSON = "bad_json"
    NOT_A_RECORD = "not_a_record"
    UNKNOWN_NAME = "unknown_name"


class Unreadable(Exception):
    """The file is not taken. `reason` names the sentence, `detail` holds the facts for it."""

    def __init__(self, reason: Reason, **detail: Any) -> None:
        super().__init__(reason.value, detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How a file is built. Lines count from 1: physical lines, rows of a sheet, or records."""

    format: Format
    encoding: str = ""  # A codec of Python or one of `legacy_vi.LEGACY`; "" where none is.
    delimiter: str = ""
    quote: str = ""  # "" where quotes are signs as any other.
    newline: str = ""  # "\n" (also "\r\n"), or "\r" as old Macs wrote.
    head_lines: tuple[int, ...] = ()  # Several: merged heads, joined with " / ".
    first_line: int = 1  # Where the rows begin.
    heads: tuple[str, ...]  # All different, composed, trimmed.
    member: str = ""  # File inside an archive.
    sheet: str = ""
    path: str = ""  # Where the list of records is in a JSON file: "" is the top, "items.rows".

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        known = {one.name: stored[one.name] for one in fields(cls) if one.name in stored}
        known["format"] = Format(known["format"])
        for name in ("head_lines", "heads"):
            known[name] = tuple(known[name])
        return cls(**known)
