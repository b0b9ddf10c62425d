"""What a contract asks of a row, as two expressions: text in, typed columns or faults out.

Both read a table `batch` of text columns by their heads, trimmed, null where empty, with `LINE` and
`SPAN`. `sound` returns every column of the contract in its type, the two own columns, and `BAD`:
whether anything is wrong with the row. `faults_of` names what is wrong (`Fault.code`), and is asked
only of the bad ones: lists cost ten times what a yes or no does. What a source writes is never
guessed at: a text that does not fit its type exactly is a fault.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import reduce
from operator import and_, or_

import ibis
from ibis.expr.types import BooleanValue, StringValue, Table, Value

from dothi.datastore.catalogue.choices import Comparison, Notation, Type
from dothi.datastore.catalogue.rules.contract import Compare, Contract, Field
from dothi.datastore.ingestion.choices import Check
from dothi.datastore.ingestion.rules.ledger import Fault

LINE, SPAN, BAD, FAULTS = "_line", "_span", "_bad", "_faults"
_TEXT, _VALUE = "t_", "v_"

# The engine would round "12.5" to 13, take "nan" for a number and "epoch" for a day.
_WHOLE = r"[+-]?[0-9]{1,18}"
_NUMBER = {
    Notation.PLAIN: r"[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+-]?[0-9]{1,3})?",
    Notation.VIETNAMESE: r"[+-]?([0-9]{1,3}(\.[0-9]{3}){1,9}|[0-9]{1,30})(,[0-9]{1,30})?",
    Notation.ENGLISH: r"[+-]?([0-9]{1,3}(,[0-9]{3}){1,9}|[0-9]{1,30})(\.[0-9]{1,30})?",
}
_WHOLE_GROUPED = {
    Notation.PLAIN: _WHOLE,
    Notation.VIETNAMESE: r"[+-]?([0-9]{1,3}(\.[0-9]{3}){1,5}|[0-9]{1,18})",
    Notation.ENGLISH: r"[+-]?([0-9]{1,3}(,[0-9]{3}){1,5}|[0-9]{1,18})",
}
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MOMENT = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
    r"(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?"
)
# A year that was meant has four digits; days before and after these are slips of the keyboard.
_FIRST, _LAST = "1000-01-01", "2999-12-31"
YES = ("true", "t", "yes", "y", "1", "có", "co", "x", "đúng", "dung")
NO = ("false", "f", "no", "n", "0", "không", "khong", "sai")


def sound(contract: Contract, *, only: Collection[str] | None = None) -> Table:
    """Typed columns, `LINE`, `SPAN` and `BAD`; of some columns, what is asked of each of them."""
    if only is not None:
        return _sound(replace(
            contract, fields=tuple(one for one in contract.fields if one.name in only), compares=()
        ), whole=False)  # fmt: skip
    return _sound(contract)


def _sound(contract: Contract, *, whole: bool = True) -> Table:
    both = _typed(contract)
    return both.select(
        *(both[f"{_VALUE}{one.name}"].name(one.name) for one in contract.fields),
        both[LINE],
        both[SPAN],
        _any(
            wrong
            for fault, wrong in _conditions(both, contract)
            if whole or fault.check != Check.EMPTY_ROW
        ).name(BAD),
    )


def faults_of(contract: Contract) -> Table:
    """`LINE`, `SPAN` and `FAULTS`, a list of codes that is empty for a sound row."""
    both = _typed(contract)
    found = [
        ibis.ifelse(wrong.fill_null(False), fault.code, None)
        for fault, wrong in _conditions(both, contract)
    ]
    named = ibis.array([*found, ibis.null("string")]).filter(lambda one: one.notnull())
    return both.select(both[LINE], both[SPAN], named.name(FAULTS))


def _typed(contract: Contract) -> Table:
    """The texts under the names of the contract, and their values beside them."""
    batch = ibis.table(
        {**{one.head: "string" for one in contract.fields}, LINE: "int64", SPAN: "int32"},
        name="batch",
    )
    text = batch.select(
        batch[LINE],
        batch[SPAN],
        *(batch[one.head].name(f"{_TEXT}{one.name}") for one in contract.fields),
    )
    values = {
        f"{_VALUE}{one.name}": typed_value(text[f"{_TEXT}{one.name}"], one)
        for one in contract.fields
    }
    return text.mutate(**values)


def _any(conditions: Iterable[BooleanValue]) -> BooleanValue:
    return reduce(or_, (one.fill_null(False) for one in conditions), ibis.literal(False))


def typed_value(text: StringValue, one: Field) -> Value:
    """The text in the type of its column; null where it is not one."""
    match one.type:
        case Type.TEXT | Type.GEOMETRY:
            return text
        case Type.INTEGER:
            return _if_fits(text, _WHOLE_GROUPED[one.notation], _plain(text, one)).try_cast("int64")
        case Type.NUMBER:
            return _if_fits(text, _NUMBER[one.notation], _plain(text, one)).try_cast("float64")
        case Type.BOOLEAN:
            low = text.lower()
            return ibis.cases((low.isin(YES), True), (low.isin(NO), False), else_=None)
        case Type.DATE:
            return _day(text, one)
        case Type.MOMENT:
            return _moment(text, one)
    raise AssertionError(one.type)


def _if_fits(text: StringValue, pattern: str, value: StringValue) -> StringValue:
    fits: StringValue = ibis.ifelse(text.re_search(f"^(?:{pattern})$"), value, None)
    return fits


def _plain(text: StringValue, one: Field) -> StringValue:
    match one.notation:
        case Notation.VIETNAMESE:
            return text.replace(".", "").replace(",", ".")
        case Notation.ENGLISH:
            return text.replace(",", "")
    return text


def _day(text: StringValue, one: Field) -> Value:
    day = (
        _parsed(text, one.date_format).cast("date")
        if one.date_format
        else _if_fits(text, _DATE, text).try_cast("date")
    )
    return _in_our_time(day)


def _moment(text: StringValue, one: Field) -> Value:
    """A moment without a zone is one of the city: the session of the engine knows which."""
    moment = (
        _parsed(text, one.date_format).cast("timestamp('UTC')")
        if one.date_format
        else _if_fits(text, _MOMENT, text).try_cast("timestamp('UTC')")
    )
    return _in_our_time(moment)


def _in_our_time(value: Value) -> Value:
    return ibis.ifelse(
        value.between(
            ibis.literal(_FIRST).cast(value.type()), ibis.literal(_LAST).cast(value.type())
        ),
        value,
        None,
    )


@ibis.udf.scalar.builtin(name="try_strptime")  # type: ignore[untyped-decorator]
def _parsed(text: str, form: str) -> ibis.expr.datatypes.timestamp:
    """What the engine reads with a format; null where it cannot."""


# --- What is wrong ------------------------------------------------------------------------------


def _conditions(both: Table, contract: Contract) -> Iterator[tuple[Fault, BooleanValue]]:
    nothing = [both[f"{_TEXT}{one.name}"].isnull() for one in contract.fields]
    yield Fault(check=Check.EMPTY_ROW), reduce(and_, nothing)
    for one in contract.fields:
        for check, wrong in _of_field(both[f"{_TEXT}{one.name}"], both[f"{_VALUE}{one.name}"], one):
            yield Fault(check=check, column=one.name), wrong
    for rule in contract.compares:
        yield Fault(check=Check.COMPARE, column=f"{rule.left}+{rule.right}"), _compares(both, rule)


def _of_field(text: StringValue, value: Value, one: Field) -> Iterator[tuple[Check, BooleanValue]]:
    if one.required:
        yield Check.REQUIRED, text.isnull()
    if one.type not in (Type.TEXT, Type.GEOMETRY):
        yield Check.TYPE, text.notnull() & value.isnull()
    if one.minimum:
        yield Check.MINIMUM, value < bound(one.minimum, one)
    if one.maximum:
        yield Check.MAXIMUM, value > bound(one.maximum, one)
    if one.pattern:
        yield Check.PATTERN, ~text.re_search(f"^(?:{one.pattern})$")
    if one.allowed:
        yield Check.ALLOWED, text.notin(one.allowed)
    if one.max_length is not None:
        yield Check.LENGTH, text.length() > one.max_length


def bound(text: str, one: Field) -> Value:
    """A bound of a field in its type."""
    kinds = {
        Type.INTEGER: "int64",
        Type.NUMBER: "float64",
        Type.DATE: "date",
        Type.MOMENT: "timestamp('UTC')",
    }
    return ibis.literal(text).cast(kinds[one.type])


def _compares(both: Table, rule: Compare) -> BooleanValue:
    left, right = both[f"{_VALUE}{rule.left}"], both[f"{_VALUE}{rule.right}"]
    holds: dict[Comparison, BooleanValue] = {
        Comparison.LESS: left < right,
        Comparison.AT_MOST: left <= right,
        Comparison.EQUAL: left == right,
        Comparison.NOT_EQUAL: left != right,
    }
    return ~holds[rule.how]
