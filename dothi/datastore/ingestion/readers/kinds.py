"""What texts can be: numbers in three notations, dates in many orders, places, yes and no.

A kind is a regular expression (RE2) for the whole text. They are as strict as what a contract asks
of its rows, and stricter where a guess could lose something: "0123" is no number.
"""

from dataclasses import dataclass

from dothi.datastore.catalogue.choices import Notation, Type
from dothi.datastore.ingestion.rules.checking import NO, YES

_DAY = r"(0?[1-9]|[12][0-9]|3[01])"
_MONTH = r"(0?[1-9]|1[0-2])"
_YEAR = r"(1[0-9]|2[0-9])[0-9]{2}"
_HOUR, _SIXTY = r"([01]?[0-9]|2[0-3])", r"[0-5][0-9]"
_ISO = rf"{_YEAR}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_WHOLE = r"(0|[1-9][0-9]{0,17})"
_GROUPS = r"[1-9][0-9]{0,2}"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A way to write values of a type; `date_format` as `strptime` has it, "" for ISO 8601."""

    code: str
    type: Type
    pattern: str
    notation: Notation = Notation.PLAIN
    date_format: str = ""


def _dated(code: str, form: str, kind: Type = Type.DATE) -> Kind:
    pattern = form.replace(".", "[.]")
    for part, written in (
        ("%d", _DAY), ("%m", _MONTH), ("%Y", _YEAR), ("%y", "[0-9]{2}"), ("%H", _HOUR),
        ("%M", _SIXTY), ("%S", _SIXTY),
    ):  # fmt: skip
        pattern = pattern.replace(part, written)
    return Kind(code=code, type=kind, pattern=pattern, date_format=form)


# In the order in which they are preferred where several fit.
KINDS = (
    Kind(code="integer", type=Type.INTEGER, pattern=rf"-?{_WHOLE}"),
    Kind(
        code="integer_vi", type=Type.INTEGER, notation=Notation.VIETNAMESE,
        pattern=rf"-?({_GROUPS}(\.[0-9]{{3}}){{1,5}}|0|[1-9][0-9]{{0,2}})",
    ),
    Kind(
        code="integer_en", type=Type.INTEGER, notation=Notation.ENGLISH,
        pattern=rf"-?({_GROUPS}(,[0-9]{{3}}){{1,5}}|0|[1-9][0-9]{{0,2}})",
    ),
    Kind(code="number", type=Type.NUMBER, pattern=rf"-?{_WHOLE}(\.[0-9]{{1,20}})?"),
    Kind(
        code="number_vi", type=Type.NUMBER, notation=Notation.VIETNAMESE,
        pattern=rf"-?({_GROUPS}(\.[0-9]{{3}}){{1,5}}|{_WHOLE})(,[0-9]{{1,20}})?",
    ),
    Kind(
        code="number_en", type=Type.NUMBER, notation=Notation.ENGLISH,
        pattern=rf"-?({_GROUPS}(,[0-9]{{3}}){{1,5}}|{_WHOLE})(\.[0-9]{{1,20}})?",
    ),
    Kind(code="boolean", type=Type.BOOLEAN, pattern=f"(?i)({'|'.join((*YES, *NO))})"),
    Kind(code="date", type=Type.DATE, pattern=_ISO),
    _dated("date_dmy", "%d/%m/%Y"),
    _dated("date_mdy", "%m/%d/%Y"),
    _dated("date_dmy_dash", "%d-%m-%Y"),
    _dated("date_dmy_dot", "%d.%m.%Y"),
    _dated("date_ymd", "%Y/%m/%d"),
    _dated("date_dmy_short", "%d/%m/%y"),
    Kind(
        code="moment", type=Type.MOMENT,
        pattern=rf"{_ISO}([T ][0-2][0-9]:{_SIXTY}(:{_SIXTY}([.][0-9]{{1,9}})?)?"
        r"(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?",
    ),
    _dated("moment_dmy", "%d/%m/%Y %H:%M", Type.MOMENT),
    _dated("moment_dmy_seconds", "%d/%m/%Y %H:%M:%S", Type.MOMENT),
    _dated("moment_time_first", "%H:%M %d/%m/%Y", Type.MOMENT),
    _dated("moment_time_first_seconds", "%H:%M:%S %d/%m/%Y", Type.MOMENT),
    Kind(
        code="latitude", type=Type.NUMBER, pattern=r"-?([1-8]?[0-9]|90)\.[0-9]{3,20}",
    ),
    Kind(
        code="longitude", type=Type.NUMBER,
        pattern=r"-?(1[0-7][0-9]|180|[1-9]?[0-9])\.[0-9]{3,20}",
    ),
    Kind(
        code="geojson", type=Type.GEOMETRY,
        pattern=r'(?s)\{.*"type" ?: ?"(Multi)?(Point|LineString|Polygon)".*"coordinates".*\}'
        r'|(?s)\{.*"coordinates".*"type" ?: ?"(Multi)?(Point|LineString|Polygon)".*\}',
    ),
)  # fmt: skip
BY_CODE = {one.code: one for one in KINDS}
