"""How two states of a table are compared, written for DuckDB.

By key: a row is changed when the same key stands before another row. Without a key no row can be
said to have changed, so rows are counted as they are, also those that come twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dothi.datastore.tables.rules import sql
from dothi.datastore.tables.rules.columns import Columns

SAMPLE = 20


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What becomes of the rows of a table from one state to another.

    `columns` says of each column in how many changed rows it differs. `samples` are at most
    `SAMPLE` rows of each kind, as values by column; those of "changed" hold the pair `[was, now]`
    where they differ and the plain value of the key.
    """

    before: int
    after: int
    added: int
    changed: int
    removed: int
    unchanged: int
    columns: dict[str, int] = field(default_factory=dict)
    new_columns: tuple[str, ...] = ()
    samples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        return not (self.added or self.changed or self.removed or self.new_columns)


def among(changes: Changes, *, others: int) -> Changes:
    """The same changes in a table that has `others` besides, which they do not touch."""
    return replace(
        changes,
        before=changes.before + others,
        after=changes.after + others,
        unchanged=changes.unchanged + others,
    )


def fates_by_key(before: str, after: str, key: Sequence[str], columns: Columns) -> str:
    """A table `fates` of keys that were added, changed or removed. The others are not kept."""
    hashed = sql.row_hash(columns)
    keys = sql.names(key)
    chosen = ", ".join(
        f"coalesce(a.{sql.name(one)}, b.{sql.name(one)}) as {sql.name(one)}" for one in key
    )
    return (
        f"create temp table fates as select {chosen}, "
        "case when a.hash is null then 'added' when b.hash is null then 'removed' "
        "else 'changed' end as fate "
        f"from (select {keys}, {hashed} as hash from {before}) a "
        f"full join (select {keys}, {hashed} as hash from {after}) b "
        f"on {sql.same_key(key, 'a', 'b')} where a.hash is distinct from b.hash"
    )


def fates_by_row(before: str, after: str, columns: Columns) -> str:
    """A table `fates` of hashes and how often they were added or removed."""
    hashed = sql.row_hash(columns)
    return (
        "create temp table fates as select hash, "
        "case when sum(side) > 0 then 'added' else 'removed' end as fate, abs(sum(side)) as times "
        f"from (select {hashed} as hash, -1 as side from {before} "
        f"union all select {hashed}, 1 from {after}) group by hash having sum(side) <> 0"
    )


def differing(before: str, after: str, key: Sequence[str], columns: Columns) -> str:
    """In how many changed rows each column differs; one row, a number a column."""
    others = [one for one in columns if one.name not in key]
    counts = ", ".join(
        f"count_if(a.{sql.name(one.name)} is distinct from b.{sql.name(one.name)})"
        for one in others
    )
    return f"select {counts or '0'} from {_pairs(before, after, key)}"


def changed_sample(before: str, after: str, key: Sequence[str], columns: Columns) -> str:
    """Changed rows, the earlier state of each column before the later one."""
    both = ", ".join(f"a.{sql.name(one.name)}, b.{sql.name(one.name)}" for one in columns)
    ordered = ", ".join(f"a.{sql.name(one)}" for one in key)
    return f"select {both} from {_pairs(before, after, key)} order by {ordered} limit {SAMPLE}"


def _pairs(before: str, after: str, key: Sequence[str]) -> str:
    some = "(select * from fates where fate = 'changed') f"
    return (
        f"{some} join {before} a on {sql.same_key(key, 'a', 'f')} "
        f"join {after} b on {sql.same_key(key, 'b', 'f')}"
    )


def sample_by_key(source: str, key: Sequence[str], columns: Columns, fate: str) -> str:
    shown = sql.names([one.name for one in columns], of="a")
    ordered = sql.names(key, of="a")
    return (
        f"select {shown} from {source} a semi join "
        f"(select * from fates where fate = {sql.text(fate)}) f "
        f"on {sql.same_key(key, 'a', 'f')} order by {ordered} limit {SAMPLE}"
    )


def sample_by_row(source: str, columns: Columns, fate: str) -> str:
    shown = sql.names([one.name for one in columns], of="a")
    return (
        f"select {shown} from {source} a where {sql.row_hash(columns, of='a')} in "
        f"(select hash from fates where fate = {sql.text(fate)}) limit {SAMPLE}"
    )
