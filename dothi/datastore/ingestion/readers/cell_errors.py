"""Cells that show an error instead of a value.

The reader of workbooks gives them as empty, which would be a gap that nobody sees. So the parts of
the file are asked as well; XML is gone through only where an error is in it at all.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from defusedxml import ElementTree

from dothi.datastore.ingestion.readers import archive, excel97
from dothi.datastore.ingestion.readers.shape import Format, Reason, Unreadable

NAMES = frozenset(
    {"#N/A", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#SPILL!", "#CALC!"}
)
_CHUNK = 1024 * 1024
_REFERENCE = re.compile(r"([A-Z]+)(\d+)")


def find(path: Path, kind: Format, sheet: str) -> dict[int, dict[int, str]]:
    """Errors by row (from 1) and column (from 0).

    Raises:
        Unreadable: the file is damaged, or its XML is not what a workbook holds.
    """
    try:
        return _found(path, kind, sheet)
    except (*archive.DAMAGE, ElementTree.ParseError, ValueError, KeyError, OSError) as error:
        raise Unreadable(Reason.BROKEN, said=str(error)) from error


def _found(path: Path, kind: Format, sheet: str) -> dict[int, dict[int, str]]:
    if kind == Format.XLS:
        return _gathered(excel97.errors(path, sheet))
    if kind == Format.XLSX:
        with zipfile.ZipFile(path) as packed:
            part = _part(packed, sheet)
            if part and _holds(packed, part, (b't="e"', b"t='e'")):
                with packed.open(part) as file:
                    return _gathered(_in_xlsx(file))
    if kind == Format.ODS:
        with zipfile.ZipFile(path) as packed:
            if _holds(packed, "content.xml", (b'value-type="error"', b"of:=#", b">#", b">Err:")):
                with packed.open("content.xml") as file:
                    return _gathered(_in_ods(file, sheet))
    return {}


def _gathered(found: Iterator[tuple[int, int, str]]) -> dict[int, dict[int, str]]:
    errors: dict[int, dict[int, str]] = {}
    for row, column, text in found:
        errors.setdefault(row, {})[column] = text
    return errors


def _holds(packed: zipfile.ZipFile, name: str, signs: tuple[bytes, ...]) -> bool:
    before = b""
    with packed.open(name) as file:
        while chunk := file.read(_CHUNK):
            if any(sign in before + chunk for sign in signs):
                return True
            before = chunk[-32:]
    return False


def _part(packed: zipfile.ZipFile, sheet: str) -> str:
    """The file of the archive that holds the sheet."""
    names = set(packed.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return ""
    key = ""
    for element in ElementTree.fromstring(packed.read("xl/workbook.xml")).iter():
        if _tag(element) == "sheet" and element.get("name") == sheet:
            key = next((value for name, value in element.items() if name.endswith("}id")), "")
    for element in ElementTree.fromstring(packed.read("xl/_rels/workbook.xml.rels")).iter():
        if key and element.get("Id") == key:
            target = str(element.get("Target"))
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return part if part in names else ""
    return ""


def _in_xlsx(file: IO[bytes]) -> Iterator[tuple[int, int, str]]:
    row, column = 0, -1
    for event, element in ElementTree.iterparse(file, events=("start", "end")):
        tag = _tag(element)
        if event == "start" and tag == "row":
            row, column = int(element.get("r") or row + 1), -1
        elif event == "start" and tag == "c":
            reference = element.get("r")
            column = _column(reference) if reference else column + 1
        elif event == "end" and tag == "c":
            if element.get("t") == "e":
                yield row, column, _value(element) or "#N/A"
            element.clear()
        elif event == "end" and tag == "row":
            element.clear()


def _in_ods(file: IO[bytes], sheet: str) -> Iterator[tuple[int, int, str]]:
    name, row, column, repeats = "", 0, 0, 1
    for event, element in ElementTree.iterparse(file, events=("start", "end")):
        tag = _tag(element)
        if event == "start" and tag == "table":
            name, row = _attribute(element, "name"), 1
        elif event == "start" and tag == "table-row":
            column, repeats = 0, int(_attribute(element, "number-rows-repeated") or 1)
        elif event == "end" and tag in ("table-cell", "covered-table-cell"):
            text = "".join(element.itertext()).strip()
            # LibreOffice says it in an attribute of its own, beside that of the standard.
            is_error = "error" in element.attrib.values()
            if name == sheet and (is_error or text in NAMES or text.startswith("Err:")):
                yield row, column, text or "#N/A"
            column += int(_attribute(element, "number-columns-repeated") or 1)
            element.clear()
        elif event == "end" and tag == "table-row":
            row += repeats
            element.clear()


def _attribute(element: Any, name: str) -> str:
    return next((str(v) for key, v in element.items() if key.endswith(f"}}{name}")), "")


def _value(cell: Any) -> str:
    return next((str(one.text or "") for one in cell if _tag(one) == "v"), "")


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _column(reference: str) -> int:
    found = _REFERENCE.match(reference)
    number = 0
    for letter in found.group(1) if found else "A":
        number = number * 26 + ord(letter) - 64
    return number - 1
