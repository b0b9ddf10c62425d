"""Count the rows of a dataset by what they hold: small numbers of persons are hidden."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser

from dothi.accounts.models import User
from dothi.core.clock import local
from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue.registry import datasets
from dothi.datastore.sharing import permissions
from dothi.datastore.sharing.choices import Audience, Door
from dothi.datastore.sharing.rules import policy
from dothi.datastore.sharing.rules.small_numbers import Cell, hide_small
from dothi.datastore.sharing.services.opening import Opening, open_dataset
from dothi.datastore.tables.rules import sql

MOST_CELLS = 5000
EMPTY = "—"  # How an empty value is named in a table of counts.


class NotCounted(Exception):
    """`why` is columns (none, more than two, or not seen) or cells (too many for a table)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Counts by one or two columns with their totals; None for those that are hidden."""

    opening: Opening
    by: tuple[str, ...]
    cells: Mapping[Cell, int | None]


@dataclass(frozen=True, kw_only=True)
class Guard:
    """What is held back of counts over some datasets, by the class of each and who reads."""

    at_least: int = 0  # Smaller counts of a part are hidden; 0: none.
    everybody: bool = False  # The reader is anybody, and could come back each minute to compare.


def guard_of(codes: Iterable[str], user: User | AnonymousUser, *, at: datetime) -> Guard:
    """How counts over these datasets are shown to somebody: whoever keeps them sees all."""
    on = local(at).date()
    least, everybody = 0, False
    kept = {one.code: one for one in catalogue.every_dataset().filter(code__in=list(codes))}
    for code in codes:
        dataset = kept.get(code)
        contract = dataset.agreed if dataset else None
        if contract is None and code in datasets:
            contract = datasets[code].contract
        if contract is None:
            continue
        audience = Audience.EVERYBODY
        if dataset is not None:
            audience = permissions.audience_of(user, dataset.unit_id, on=on)
        if own := policy.at_least(contract, audience):
            least = max(least, own)
            everybody = everybody or audience == Audience.EVERYBODY
    return Guard(at_least=least, everybody=everybody)


def figures(
    code: str,
    user: User | AnonymousUser,
    *,
    by: Sequence[str],
    at: datetime,
    version: int | None = None,
    purpose: str = "",
    key: int | None = None,
) -> Figures:
    """How many rows there are of each value of one column, or of each pair of two.

    Raises:
        NotCounted: see there.
        NotShared and what else `open_dataset` raises.
    """
    opening = open_dataset(
        code, user, at=at, version=version, purpose=purpose, key=key, door=Door.FIGURES,
        figures=True,
    )  # fmt: skip
    seen = {one.name for one in opening.fields}
    if not 0 < len(by) <= 2 or not seen.issuperset(by):
        raise NotCounted("columns")
    columns = ", ".join(f"coalesce({sql.name(one)}::varchar, {sql.text(EMPTY)})" for one in by)
    with opening.connect() as connection:
        rows = connection.execute(
            f"select {columns}, count(*) from data group by all limit {MOST_CELLS + 1}"
        ).fetchall()
    if len(rows) > MOST_CELLS:
        raise NotCounted("cells")
    counts = {(row[0], row[1] if len(by) == 2 else ""): int(row[-1]) for row in rows}
    cells: Mapping[Cell, int | None] = hide_small(counts, at_least=opening.at_least)
    return Figures(opening=opening, by=tuple(by), cells=cells)
