"""Two lists of the store with contracts, and a project over them whose golden records are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from dothi.accounts.models import User
from dothi.datastore.catalogue import services as catalogue
from dothi.datastore.catalogue.choices import Classification, Mode, Share, Theme, Type
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.catalogue.tests.factories import make_dataset
from dothi.datastore.resolution import services
from dothi.datastore.resolution.models import GoldenTable, Project
from dothi.datastore.resolution.tests.factories import AT, ROLES
from dothi.datastore.tables import services as tables
from dothi.units.models import Unit

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

GOLDEN = "ban-ghi-chuan"
NUMBER = "079181001234"
Row = Mapping[str, str]
GUARDED = {
    "key": Classification.PUBLIC, "full_name": Classification.PERSONAL,
    "birth": Classification.PERSONAL, "sex": Classification.PUBLIC,
    "citizen_id": Classification.SENSITIVE, "phone": Classification.PERSONAL,
    "address": Classification.PERSONAL,
}  # fmt: skip


def contract(code: str, **guarded: Classification) -> Contract:
    fields = tuple(
        Field(
            name=name, head=name, type=Type.TEXT, title_vi=name, required=name == "key",
            classification={**GUARDED, **guarded}[name],
        )
        for name in ("key", *ROLES)
    )  # fmt: skip
    return Contract(dataset=code, version=1, fields=fields, key=("key",))


def make_list(
    unit: Unit, code: str, rows: Sequence[Row], *, share: Share = Share.REQUEST,
    **guarded: Classification,
) -> "Dataset":  # fmt: skip
    made = make_dataset(
        unit, code, contract=contract(code, **guarded), title=code, share=share,
        themes=(Theme.SOCIETY,),
    )  # fmt: skip
    put(code, rows, run="DR-1")
    return made


def guard(dataset: "Dataset", **guarded: Classification) -> None:
    """Agree a contract in which some columns are guarded otherwise."""
    agreed = dataset.agreed
    assert agreed is not None
    fields = tuple(
        replace(one, classification=guarded.get(one.name, one.classification))
        for one in agreed.fields
    )
    catalogue.agree(dataset=dataset, contract=replace(agreed, fields=fields), by="system", at=AT)


def put(code: str, rows: Sequence[Row], *, run: str) -> None:
    names = ("key", *ROLES)
    path = tables.workspace(code, run) / "part.parquet"
    schema = pa.schema([(name, pa.string()) for name in names])
    made = [{name: one.get(name) or None for name in names} for one in rows]
    pq.write_table(pa.Table.from_pylist(made, schema=schema), path)
    tables.publish(
        code, [path], mode=Mode.REPLACE, key=("key",), schema=schema, run=run, by="system", at=AT
    )


def ask(project: Project, by: User, **more: Any) -> GoldenTable:
    return services.ask_for_table(
        **{
            "project": project, "dataset": GOLDEN, "title_vi": "Người có tên trong hai danh sách",
            "title_en": "People on both lists", "purpose": "Chi trả một lần cho một người.",
            "share": Share.REQUEST, "by": by, "at": AT, **more,
        }
    )  # fmt: skip


def publish(table: GoldenTable, by: User) -> Any:
    """Look, then publish what was looked at."""
    return services.publish_table(
        table=table, seen=services.prepare(table, at=AT).mark, by=by, at=AT
    )


def files_with(folder: Path, value: str) -> list[str]:
    """Files of the store that hold a value: as bytes, or in the rows of Parquet and serving."""
    found = [
        path.name for path in folder.rglob("*")
        if path.is_file() and value.encode() in path.read_bytes()
    ]  # fmt: skip
    for path in folder.rglob("*.parquet"):
        found += [path.name] if value in str(pq.ParquetFile(path).read().to_pylist()) else []
    for path in folder.rglob("*.duckdb"):
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = connection.execute("from data").to_arrow_table().to_pylist()
        found += [path.name] if value in str(rows) else []
    return found
