"""What is wrong, in a sentence that says what to do, in the active language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dothi.datastore.catalogue.choices import Comparison, Notation, Type
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.catalogue.rules.difference import Departure
from dothi.datastore.catalogue.wording import departure
from dothi.datastore.ingestion.choices import Check, Refusal
from dothi.datastore.ingestion.readers import Reason
from dothi.datastore.ingestion.rules.ledger import Fault
from dothi.datastore.ingestion.rules.shapes import Since
from dothi.datastore.tables.services import SchemaRefused

MOST = 20  # Sentences about one file.


def fault(one: Fault, contract: Contract) -> str:
    """One sentence about a row; no value of the row is in it."""
    if one.check == Check.EMPTY_ROW:
        return _("The row has no value at all.")
    if one.check == Check.COMPARE:
        return _comparison(one, contract)
    if one.check == Check.TWICE:
        names = [_title(contract, name) for name in one.column.split("+")]
        return _("“%(columns)s” is in an earlier line of this file already.") % {
            "columns": ", ".join(names)
        }
    field = contract.by_name().get(one.column)
    if field is None:
        return line(one.check)
    return _of_field(one.check, field)


def _of_field(check: str, field: Field) -> str:
    facts = {
        "column": title(field), "minimum": field.minimum, "maximum": field.maximum,
        "most": field.max_length, "reference": field.reference.partition(".")[0],
    }  # fmt: skip
    match check:
        case Check.REQUIRED:
            return _("“%(column)s” is empty, and must not be.") % facts
        case Check.TYPE:
            return _("“%(column)s” is not %(kind)s.") % {**facts, "kind": kind(field)}
        case Check.MINIMUM:
            return _("“%(column)s” is less than %(minimum)s.") % facts
        case Check.MAXIMUM:
            return _("“%(column)s” is more than %(maximum)s.") % facts
        case Check.PATTERN:
            return _("“%(column)s” is not written as agreed.") % facts
        case Check.ALLOWED:
            return _("“%(column)s” is not one of the agreed values.") % facts
        case Check.LENGTH:
            return _("“%(column)s” is longer than %(most)s signs.") % facts
        case Check.REFERENCE:
            return _("“%(column)s” is not known in the dataset “%(reference)s”.") % facts
    raise AssertionError(check)


def kind(field: Field) -> str:
    """What a column must be, with an example of how the source writes it."""
    match field.type:
        case Type.INTEGER:
            return _("a whole number")
        case Type.NUMBER:
            example = {
                Notation.PLAIN: "1234.5", Notation.VIETNAMESE: "1.234,5",
                Notation.ENGLISH: "1,234.5",
            }[field.notation]  # fmt: skip
            return _("a number such as %(example)s") % {"example": example}
        case Type.BOOLEAN:
            return _("yes or no")
        case Type.DATE:
            return _("a date such as %(example)s") % {"example": _day(field)}
        case Type.MOMENT:
            return _("a date and time such as %(example)s") % {"example": _moment(field)}
        case Type.GEOMETRY:
            return _("a place on earth as GeoJSON")
    return _("text")


def _day(field: Field) -> str:
    return _example(field.date_format) if field.date_format else "2026-02-17"


def _moment(field: Field) -> str:
    return _example(field.date_format) if field.date_format else "2026-02-17 08:30"


def _example(form: str) -> str:
    parts = {
        "%Y": "2026", "%m": "02", "%d": "17", "%H": "08", "%M": "30", "%S": "00", "%y": "26",
        "%-d": "17", "%-m": "2",
    }  # fmt: skip
    for sign, text in parts.items():
        form = form.replace(sign, text)
    return form


def _comparison(one: Fault, contract: Contract) -> str:
    left, _plus, right = one.column.partition("+")
    rule = next((row for row in contract.compares if (row.left, row.right) == (left, right)), None)
    facts = {"left": _title(contract, left), "right": _title(contract, right)}
    match rule.how if rule else None:
        case Comparison.LESS:
            return _("“%(left)s” must be less than “%(right)s”.") % facts
        case Comparison.AT_MOST:
            return _("“%(left)s” must not be more than “%(right)s”.") % facts
        case Comparison.EQUAL:
            return _("“%(left)s” must be the same as “%(right)s”.") % facts
    return _("“%(left)s” must differ from “%(right)s”.") % facts


def line(reason: str) -> str:
    """Why lines of a file are no row."""
    return {
        Reason.COLUMNS: _("The line has more or fewer cells than the head."),
        Reason.OPEN_QUOTE: _("A quotation mark is opened and never closed."),
        Reason.STRAY_QUOTE: _("A quotation mark stands in the middle of a cell."),
        Reason.STRAY_RETURN: _("A line break stands in the middle of a cell."),
        Reason.BAD_BYTES: _("Some signs are not in the encoding of the file."),
        Reason.NUL: _("The line holds a sign of value zero, which no text has."),
        Reason.TOO_LONG: _("The line is too long."),
        Reason.CELL_ERROR: _("A cell holds a fault of the spreadsheet, such as #REF!."),
        Reason.BAD_JSON: _("The line is not sound JSON."),
        Reason.NOT_A_RECORD: _("This entry is not a record with names and values."),
        Reason.UNKNOWN_NAME: _("The record has a name that the others do not have."),
    }.get(Reason(reason), _("The line cannot be taken apart."))


def refusal(kind_: str, facts: Mapping[str, Any]) -> list[str]:
    """Why a delivery did not come in, and what to do."""
    if kind_ == Refusal.SHAPE:
        return _departures(facts)
    if kind_ == Refusal.TOO_MANY:
        return [
            _("More than half of the first rows are faulty: perhaps it is another file."),
            _("Look at what is wrong, mend the file or the contract, and send it again."),
        ]
    if kind_ == Refusal.ERASED:
        return [
            _("An erased person stands in this very file: it does not come in again."),
            _("Ask the source for a file without this person."),
        ]
    return [unreadable(str(facts.get("reason", "")))]


def _departures(facts: Mapping[str, Any]) -> list[str]:
    found = [Departure(**one) for one in facts.get("departures", ())]
    # An unknown column that is named as the likely twin of a missing one is said once.
    twins = {one.like for one in found if one.like}
    said = [one for one in found if one.code != "unknown" or one.head not in twins]
    sentences = [departure(one) for one in said[:MOST]]
    if more := len(said) - MOST:
        sentences += [_("%(n)s more departures.") % {"n": more}] if more > 0 else []
    return [
        *sentences, _("Nothing of the file came in. Ask the source, or agree on a new contract.")
    ]  # fmt: skip


def since(found: Since) -> list[str]:
    """What is different from the last delivery that was accepted."""
    sentences = []
    if found.gone:
        sentences.append(_("No longer there: %(names)s.") % {"names": ", ".join(found.gone)})
    if found.came:
        sentences.append(_("New: %(names)s.") % {"names": ", ".join(found.came)})
    for way, before, now in found.ways:
        sentences.append(
            _("%(what)s: %(before)s → %(now)s.")
            % {"what": _way(way), "before": _named(before), "now": _named(now)}
        )
    return sentences


def _way(name: str) -> str:
    return {
        "format": _("Kind of file"),
        "encoding": _("Encoding"),
        "delimiter": _("Sign between cells"),
        "sheet": _("Sheet"),
        "first_line": _("Line in which the rows begin"),
    }[name]


def _named(value: str) -> str:
    return {"\t": _("tab"), "": _("none")}.get(value, value)


def schema_refused(error: SchemaRefused) -> list[str]:
    """Why the rows of a contract cannot become the next version of the table that is there."""
    sentences = {
        "missing": _("The published table has the column “%(column)s”; it may not go."),
        "narrower": _("The published column “%(column)s” holds %(was)s, and may not hold %(now)s."),
        "inexact": _("Numbers in “%(column)s” are too large to become fractions."),
    }
    other = _("The column “%(column)s” does not fit the published table.")
    return [
        sentences.get(one.code, other)
        % {"column": one.column, "was": _stored(one.was), "now": _stored(one.now)}
        for one in error.facts
    ]


def _stored(kind_: str) -> str:
    """A type of the store in the words of a contract."""
    known = {
        "string": Type.TEXT, "long": Type.INTEGER, "integer": Type.INTEGER, "double": Type.NUMBER,
        "boolean": Type.BOOLEAN, "date": Type.DATE, "timestamp": Type.MOMENT,
    }  # fmt: skip
    return str(known[kind_].label) if kind_ in known else kind_


def unreadable(reason: str) -> str:
    """Why a file cannot be read at all."""
    return {
        Reason.EMPTY: _("The file is empty."),
        Reason.UNKNOWN: _("This kind of file is not read. CSV, Excel, ODS, JSON and Parquet are."),
        Reason.BROKEN: _("The file is broken off or damaged. Please send it again."),
        Reason.ENCRYPTED: _("The file is locked with a password. Please send it without one."),
        Reason.BOMB: _("The archive would grow beyond every measure, and was not opened."),
        Reason.NO_MEMBER: _("The archive holds no file that can be read."),
        Reason.NO_SHEET: _("The workbook has no sheet of this name."),
        Reason.NO_RECORDS: _("No list of records was found in the file."),
        Reason.NO_HEAD: _("No line with the names of the columns was found."),
    }.get(Reason(reason), _("The file cannot be read."))  # fmt: skip


def title(field: Field) -> str:
    return field.title_en if get_language() == "en" and field.title_en else field.title_vi


def _title(contract: Contract, name: str) -> str:
    field = contract.by_name().get(name)
    return title(field) if field else name
