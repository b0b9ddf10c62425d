"""What the columns of a file hold, seen in a sample of its rows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from dothi.datastore.catalogue.choices import Notation, Type
from dothi.datastore.ingestion.readers.batch import LINE, SPAN, Batch
from dothi.datastore.ingestion.readers.kinds import BY_CODE, KINDS, Kind

AT_MOST = 100_000  # Rows of a sample.
TOP = 10
FEW = 24  # Different values below which all of them are named.
_FIRST_LOOK = 1000  # Values that a kind is tried on before it is tried on all.
_SURE = 0.99


@dataclass(frozen=True, kw_only=True)
class ColumnProfile:
    """What was seen in a column. Texts have no blanks around them."""

    head: str
    rows: int
    empty: int
    distinct: int
    # By value where nearly all are numbers or dates, else by letters. As they are written.
    minimum: str
    maximum: str
    longest: int
    top: tuple[tuple[str, int], ...]  # The most frequent values and how often they stand there.
    few: tuple[str, ...]  # All values, in order, where there are few of them.
    kinds: dict[str, float]  # By code of `kinds.KINDS`: the share of the filled cells that fit.

    @property
    def filled(self) -> int:
        return self.rows - self.empty


def profile(batches: Iterable[Batch], *, at_most: int = AT_MOST) -> list[ColumnProfile]:
    """Look at the first rows. Batches behind them are not asked for."""
    parts: list[pa.Table] = []
    rows = 0
    for batch in batches:
        part = batch.rows.slice(0, at_most - rows).drop_columns([LINE, SPAN])
        parts.append(part)
        rows += part.num_rows
        if rows >= at_most:
            break
    if not parts:
        return []
    sample = pa.concat_tables(parts)
    return [_of_column(name, sample[name]) for name in sample.column_names]


def _of_column(head: str, column: pa.ChunkedArray) -> ColumnProfile:
    trimmed = pc.utf8_trim_whitespace(column)
    filled = pc.filter(trimmed, pc.fill_null(pc.not_equal(trimmed, ""), False))
    counted = Counter[str]()
    for pair in pc.value_counts(filled.combine_chunks()).to_pylist():
        counted[pair["values"]] = pair["counts"]
    found = _kinds(filled, counted)
    ordered = _ordered(list(counted), found)
    return ColumnProfile(
        head=head,
        rows=len(column),
        empty=len(column) - len(filled),
        distinct=len(counted),
        minimum=ordered[0] if ordered else "",
        maximum=ordered[-1] if ordered else "",
        longest=max(map(len, counted), default=0),
        top=tuple(sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:TOP]),
        few=tuple(sorted(counted)) if len(counted) <= FEW else (),
        kinds=found,
    )


def _kinds(filled: pa.ChunkedArray, counted: Counter[str]) -> dict[str, float]:
    """Kinds that fit half of the values or more, with the share they fit."""
    if not len(filled):
        return {}
    values = pa.array(list(counted), pa.string())
    amounts = pa.array(list(counted.values()), pa.int64())
    found = {}
    for kind in KINDS:
        pattern = f"^(?:{kind.pattern})$"
        first = pc.match_substring_regex(values.slice(0, _FIRST_LOOK), pattern)
        if pc.sum(first).as_py() * 2 < len(first):
            continue
        fits = pc.match_substring_regex(values, pattern)
        share = (pc.sum(pc.filter(amounts, fits)).as_py() or 0) / len(filled)
        if share >= 0.5:
            found[kind.code] = round(share, 6)
    return found


def _ordered(values: list[str], kinds: dict[str, float]) -> list[str]:
    """The lowest and the highest value, whatever stands between."""
    kind = next((BY_CODE[code] for code, share in kinds.items() if share >= _SURE), None)
    if kind is None or kind.type in (Type.BOOLEAN, Type.GEOMETRY):
        return [min(values), max(values)] if values else []
    keyed = [(key, value) for value in values if (key := _key(value, kind)) is not None]
    return [min(keyed)[1], max(keyed)[1]] if keyed else []


def _key(value: str, kind: Kind) -> Decimal | datetime | None:
    try:
        if kind.type in (Type.INTEGER, Type.NUMBER):
            return Decimal(_plain(value, kind.notation))
        if kind.date_format:
            return datetime.strptime(value, kind.date_format).replace(tzinfo=UTC)
        moment = datetime.fromisoformat(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, ArithmeticError):
        return None


def _plain(value: str, notation: Notation) -> str:
    if notation == Notation.VIETNAMESE:
        return value.replace(".", "").replace(",", ".")
    return value.replace(",", "") if notation == Notation.ENGLISH else value
