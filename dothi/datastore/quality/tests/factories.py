"""Street trees in published versions, made with the verbs of catalogue and tables."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from dothi.datastore.catalogue.choices import Classification, Mode, Type
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.catalogue.tests.factories import MONDAY_9AM, field, make_dataset
from dothi.datastore.tables import services as tables
from dothi.units.models import Unit

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset
    from dothi.datastore.tables.models import Version

CODE = "cay-xanh"
IN_STORE = {
    Type.TEXT: pa.string(),
    Type.INTEGER: pa.int64(),
    Type.NUMBER: pa.float64(),
    Type.BOOLEAN: pa.bool_(),
    Type.DATE: pa.date32(),
    Type.MOMENT: pa.timestamp("us", tz="UTC"),
    Type.GEOMETRY: pa.string(),
}
KINDS = ("Sao đen", "Dầu rái", "Lim xẹt", "Bằng lăng")


def trees(**more: Any) -> Contract:
    """A code, a kind of four, metres, a day, who cares for it (personal), and a place."""
    return Contract(
        **{
            "dataset": CODE,
            "version": 1,
            "fields": (
                field("tree", required=True, title_vi="Mã cây"),
                field("kind", title_vi="Loài cây"),
                field("height", Type.NUMBER, title_vi="Chiều cao", minimum="0", maximum="60"),
                field("planted_on", Type.DATE, title_vi="Ngày trồng"),
                field("keeper", title_vi="Người chăm", classification=Classification.PERSONAL),
                field("longitude", Type.NUMBER, title_vi="Kinh độ"),
                field("latitude", Type.NUMBER, title_vi="Vĩ độ"),
            ),
            "key": ("tree",),
            **more,
        }
    )


def tree(number: int, **more: Any) -> dict[str, Any]:
    return {
        "tree": f"C-{number:04}",
        "kind": KINDS[number % 4],
        "height": 2.0 + number % 10,
        "planted_on": date(2020, 1, 1 + number % 28),
        "keeper": f"Nguyễn Văn {number:03}",
        "longitude": 106.64 + number % 7 / 1000,
        "latitude": 10.76 + number % 5 / 1000,
        **more,
    }


def make_trees(unit: Unit, **more: Any) -> "Dataset":
    contract = more.pop("contract", None) or trees()
    return make_dataset(unit, code=contract.dataset, contract=contract, **more)


def publish(
    rows: Sequence[dict[str, Any]],
    *,
    run: str,
    contract: Contract | None = None,
    at: datetime = MONDAY_9AM,
    mode: Mode = Mode.REPLACE,
) -> "Version":
    agreed = contract or trees()
    schema = pa.schema([(one.name, IN_STORE[one.type]) for one in agreed.fields])
    path = tables.workspace(agreed.dataset, run) / "part-0.parquet"
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), path)
    return tables.publish(
        agreed.dataset, [path], mode=mode, key=agreed.key, schema=schema, run=run,
        by="system", at=at,
    )  # fmt: skip
