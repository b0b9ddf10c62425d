"""The lists of the data store: the current version of each table."""

from collections.abc import Sequence

import pyarrow as pa

from dothi.datastore.resolution.ports import ListMissing
from dothi.datastore.sharing.services import without_restricted
from dothi.datastore.tables import selectors as tables


class StoredLists:
    """Reads the tables of the store (`ports.Lists`), but not rows whose use was restricted."""

    def codes(self) -> Sequence[str]:
        return tables.codes()

    def columns(self, dataset: str) -> Sequence[str]:
        version = tables.latest(dataset)
        if version is None:
            return ()
        connection = tables.connect()
        try:
            return tuple(tables.relation(connection, version).columns)
        finally:
            connection.close()

    def read(self, dataset: str, columns: Sequence[str]) -> tuple[pa.Table, str]:
        version = tables.latest(dataset)
        if version is None:
            raise ListMissing(dataset)
        if missing := set(columns) - set(self.columns(dataset)):
            raise ListMissing(f"{dataset}: {', '.join(sorted(missing))}")
        connection = tables.connect()
        try:
            found = without_restricted(connection, dataset, version)
            rows = found.select(*columns).to_arrow_table()
        finally:
            connection.close()
        return rows, str(version.number)
