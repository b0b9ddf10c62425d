"""What the doors to rows cost over HTTP: a page of the viewer, filtered and sorted, and programs.

    python -m bench.store_views            five million rows; ROWS=500000 for fewer

A running house (`dothi up`), one caller. The rows are those of `bench.store_tables`.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import urlopen

from bench.house import Measured, said
from bench.store_tables import NOON, ROW, ROWS, written

CODE = "bench-reports"
TURNS = 15
ASKED = {
    "view: a page of 100": f"/data/{CODE}/view?page={{}}",
    "view: filter and sort": f"/data/{CODE}/view?fc=unit&fo=is&fv=w{{}}&fc=state&fo=is&fv=open"
    "&s=-received_at",
    "view: groups by month": f"/data/{CODE}/view?fc=unit&fo=is&fv=w{{}}&g=received_at.month",
    "CKAN: a page of 100": "/api/3/action/datastore_search?limit=100&include_total=false&"
    f"resource_id={CODE}.csv&offset={{}}00",
    "features: a page of 100": f"/ogc/collections/{CODE}/items?limit=100&offset={{}}00",
}


def everything(house: Measured) -> Iterator[str]:
    from bench import seeding

    seeding.furnish()
    publish()
    with house.open() as doors:
        for name, path in ASKED.items():
            spent = [_seconds(f"http://127.0.0.1:{doors.port}{path.format(turn + 1)}")
                     for turn in range(TURNS)]  # fmt: skip
            best, middle = min(spent[1:]), statistics.median(spent[1:])
            yield (
                f"{name}: {middle * 1000:.1f} ms, best {best * 1000:.1f}, "
                f"first {spent[0] * 1000:.0f}"
            )


def _seconds(url: str) -> float:
    begun = time.perf_counter()
    try:
        with urlopen(url, timeout=60) as answer:
            answer.read()
    except HTTPError as error:
        raise RuntimeError(f"{url}: {error.code} {error.read()[:300]!r}") from error
    return time.perf_counter() - begun


def publish() -> None:
    """The rows of `bench.store_tables` as an open dataset, `CODE`."""
    import pyarrow.parquet as pq

    from dothi.core import clock
    from dothi.datastore.catalogue import services as catalogue
    from dothi.datastore.catalogue.choices import Licence, Mode, Share, Theme, Type
    from dothi.datastore.catalogue.rules.contract import Contract, Field
    from dothi.datastore.tables import services as tables
    from dothi.units import selectors as units

    kinds = {
        "code": Type.TEXT, "received_at": Type.MOMENT, "unit": Type.TEXT, "category": Type.TEXT,
        "lat": Type.NUMBER, "lon": Type.NUMBER, "text": Type.TEXT, "state": Type.TEXT,
        "resolved_on": Type.DATE, "rating": Type.INTEGER, "person": Type.TEXT,
    }  # fmt: skip
    fields = tuple(
        Field(name=name, head=name, title_vi=name, type=kind, required=name == "code")
        for name, kind in kinds.items()
    )
    at = clock.now()
    made = catalogue.create(
        code=CODE, unit=units.root(on=at.date()), by="system", at=at,
        description=catalogue.Description(
            title_vi="Phản ánh", title_en="Reports", description_vi="Bịa.", share=Share.OPEN,
            licence=Licence.CC_BY, themes=(Theme.SOCIETY,),
        ),
    )  # fmt: skip
    contract = Contract(dataset=CODE, version=1, fields=fields, key=("code",))
    catalogue.agree(dataset=made, contract=contract, by="system", at=at)
    catalogue.publish(dataset=made, by="system", at=at)
    parts = written("first", f"select {ROW} from range({ROWS}) t(i)")
    tables.publish(
        CODE, parts, mode=Mode.REPLACE, schema=pq.read_schema(parts[0]), key=["code"], run="first",
        by="system", at=NOON,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(said(everything))
