"""A published list of street trees, some columns of which are of persons."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from dothi.datastore.catalogue.choices import Classification, Mode, Type
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.catalogue.tests.factories import make_dataset
from dothi.datastore.tables import services as tables
from dothi.units.models import Unit

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

AT = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
CODE = "cay-xanh"
# What no door may show to everybody: names, a number, a phone.
SECRETS = ("Minh", "Sáu", "079085000123", "0903111222")
ROWS: list[tuple[Any, ...]] = [
    ("C-1", "Sao đen", 12.5, datetime(2020, 2, 17, 1, tzinfo=UTC), "Trần Văn Minh", "079085000123",
     106.64, 10.76),
    ("C-2", "Dầu rái", 8.0, datetime(2021, 3, 1, 1, tzinfo=UTC), "Lê Thị Sáu", "0903111222",
     106.65, 10.77),
    ("C-3", "Sao đen", 4.5, None, "Lê Thị Sáu", "0903111222", None, None),
]  # fmt: skip
SCHEMA = pa.schema([
    ("tree", pa.string()), ("species", pa.string()), ("height", pa.float64()),
    ("planted_at", pa.timestamp("us", tz="UTC")), ("keeper", pa.string()),
    ("keeper_id", pa.string()), ("longitude", pa.float64()), ("latitude", pa.float64()),
])  # fmt: skip


def trees(code: str = CODE) -> Contract:
    def field(name: str, type: Type = Type.TEXT, **more: Any) -> Field:
        return Field(name=name, head=name, title_vi=name, type=type, **more)

    return Contract(
        dataset=code, version=1, key=("tree",),
        fields=(
            field("tree", required=True), field("species"), field("height", Type.NUMBER),
            field("planted_at", Type.MOMENT),
            field("keeper", classification=Classification.PERSONAL),
            field("keeper_id", classification=Classification.SENSITIVE),
            field("longitude", Type.NUMBER), field("latitude", Type.NUMBER),
        ),
    )  # fmt: skip


def publish(
    rows: Iterable[tuple[Any, ...]] = ROWS, *, code: str = CODE, run: str = "DR-1",
    at: datetime = AT,
) -> None:  # fmt: skip
    path = tables.workspace(code, run) / "part.parquet"
    made = [dict(zip(SCHEMA.names, row, strict=True)) for row in rows]
    pq.write_table(pa.Table.from_pylist(made, schema=SCHEMA), path)
    tables.publish(
        code, [path], mode=Mode.REPLACE, key=("tree",), schema=SCHEMA, run=run, by="system", at=at
    )


def make_trees(root: Unit, *, code: str = CODE, **more: Any) -> "Dataset":
    """Described, agreed and published, with rows."""
    made = make_dataset(root, code, contract=trees(code), **more)
    publish(code=code, run=f"DR-{code}")
    return made
