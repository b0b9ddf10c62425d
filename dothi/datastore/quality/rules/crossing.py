"""Rules over two tables, written for DuckDB. Pure: only text is made here."""

from dothi.datastore.tables.rules.sql import name


def totals(
    source: str, group: str, measure: str, other: str, other_group: str, other_measure: str,
    *, tolerance: float,
) -> str:  # fmt: skip
    """How many groups differ by more than a share of the larger one, and how many there are.

    A measure is a column that is summed; without one, rows are counted. What has no group is one.
    """
    return (
        "select count_if(abs(coalesce(a.m, 0) - coalesce(b.m, 0)) > "
        f"{float(tolerance)!r} * greatest(abs(coalesce(a.m, 0)), abs(coalesce(b.m, 0)))), "
        f"count(*) from ({_summed(source, group, measure)}) a "
        f"full join ({_summed(other, other_group, other_measure)}) b "
        "on a.g is not distinct from b.g"
    )


def _summed(source: str, group: str, measure: str) -> str:
    value = f"coalesce(sum({name(measure)}), 0)::double" if measure else "count(*)::double"
    return f"select {name(group)}::varchar as g, {value} as m from {source} group by 1"
