"""How a person is written: in every version that is readable, and wherever else rows may stand."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from dothi.datastore.tables import selectors
from dothi.datastore.tables.choices import PersonBy
from dothi.datastore.tables.registry import Sought, reaches
from dothi.datastore.tables.rules import sql
from dothi.datastore.tables.rules.persons import normal
from dothi.datastore.tables.services.serving import person_hash, person_key


def spellings(table: str, column: str, by: PersonBy, names: Collection[str]) -> list[str]:
    """The values of a column that name a person: what `erase` is to be asked with.

    Also those of which the table itself knows nothing: of received files that were never published,
    of lines put aside, of files that wait in the folder of a source.
    """
    if not names:
        return []
    plain = frozenset(normal(by, one) for one in names)
    found = set(_in_versions(table, column, by, plain))
    sought = Sought(table=table, column=column, by=by, names=plain)
    return sorted(found.union(*(one.spellings(sought) for one in reaches)))


def _in_versions(table: str, column: str, by: PersonBy, names: Iterable[str]) -> Iterable[str]:
    files: dict[object, set[str]] = defaultdict(set)
    for version in selectors.versions(table).filter(closed_at=None):
        if column in {one.name for one in version.shape}:
            files[version.shape].update(selectors.files(version))
    marks = ", ".join(sql.text(person_hash(by, one)) for one in names)
    with selectors.connect() as connection:
        connection.execute("set variable person_key = ?", [person_key()])
        for paths in files.values():
            listed = ", ".join(sql.text(path) for path in sorted(paths))
            rows = connection.execute(
                f"select distinct {sql.name(column)}::varchar from read_parquet([{listed}]) "
                f"where {sql.person(column, by)} in ({marks})"
            ).fetchall()
            yield from (one for (one,) in rows)
