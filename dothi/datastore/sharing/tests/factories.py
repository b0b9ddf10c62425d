"""A list of trees with who looks after each: made with the verbs of catalogue, tables, sharing."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from dothi.accounts.models import User
from dothi.datastore.catalogue.choices import Classification, Mode, Type
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.sharing import services
from dothi.datastore.sharing.choices import SubjectKind
from dothi.datastore.sharing.models import Grant
from dothi.datastore.tables import services as tables
from dothi.datastore.tables.choices import Rule

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

AT = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
CODE = "cay-xanh"
ROWS = [
    ("C-1", "Sao đen", 12.5, datetime(2020, 2, 17, 1, tzinfo=UTC), "Trần Văn Minh", "079085000123",
     106.64, 10.76),
    ("C-2", "=cmd|' /C calc'!A0", -3.0, None, "Lê Thị Sáu", "079085000124", None, None),
]  # fmt: skip


def trees() -> Contract:
    def field(name: str, type: Type = Type.TEXT, **more: Any) -> Field:
        return Field(name=name, head=name, title_vi=name, type=type, **more)

    return Contract(
        dataset=CODE, version=1, key=("tree",),
        fields=(
            field("tree", required=True), field("species"), field("height", Type.NUMBER),
            field("planted_at", Type.MOMENT),
            field("keeper", classification=Classification.PERSONAL),
            field("keeper_id", classification=Classification.SENSITIVE),
            field("longitude", Type.NUMBER), field("latitude", Type.NUMBER),
        ),
    )  # fmt: skip


def publish(rows: Iterable[tuple[Any, ...]] = ROWS, run: str = "DR-1", code: str = CODE) -> None:
    schema = pa.schema([
        ("tree", pa.string()), ("species", pa.string()), ("height", pa.float64()),
        ("planted_at", pa.timestamp("us", tz="UTC")), ("keeper", pa.string()),
        ("keeper_id", pa.string()), ("longitude", pa.float64()), ("latitude", pa.float64()),
    ])  # fmt: skip
    path = tables.workspace(code, run) / "part.parquet"
    made = [dict(zip(schema.names, row, strict=True)) for row in rows]
    pq.write_table(pa.Table.from_pylist(made, schema=schema), path)
    tables.publish(
        code, [path], mode=Mode.REPLACE, key=("tree",), schema=schema, run=run, by="system", at=AT
    )


NAMED = (("tree", Rule.KEEP), ("keeper", Rule.KEEP), ("keeper_id", Rule.TOKEN))


def terms(**more: Any) -> services.Terms:
    return services.Terms(
        **{
            "columns": NAMED, "purpose": "Mời người chăm cây họp tổ",
            "legal_basis": "Quyết định 12/QĐ-UBND", "expires_on": date(2026, 12, 31), **more,
        }
    )  # fmt: skip


def make_grant(dataset: "Dataset", user: User, *, at: datetime = AT, **more: Any) -> Grant:
    """A use for one person, granted by the house unless it is said otherwise."""
    to = more.pop("to", services.To(kind=SubjectKind.PERSON, user=user))
    by = more.pop("by", "system")
    return services.grant(dataset=dataset, to=to, terms=terms(**more), by=by, at=at)
