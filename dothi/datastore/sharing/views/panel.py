"""The rows of a dataset on its page: a sample, downloads, versions, how to cite and how to read."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import formats

from dothi.core import clock
from dothi.datastore.catalogue.rules.contract import Field
from dothi.datastore.ingestion.wording import title
from dothi.datastore.sharing import services
from dothi.datastore.sharing.choices import Form
from dothi.datastore.tables import selectors as tables

SAMPLE = 10
VERSIONS = 10
LONGEST = 80


def rows(request: HttpRequest, code: str) -> dict[str, Any] | None:
    """None where this reader sees no rows, or none were published yet."""
    opening = services.open_once(request, code, request.user, at=clock.now())
    if opening is None:
        return None
    address = f"{settings.PUBLIC_URL}/data/{code}"
    return {
        "opening": opening,
        "heads": [title(one) for one in opening.fields],
        "sample": _sample(opening),
        "forms": [{"form": form, "name": NAMES[form]} for form in services.forms_of(opening)],
        "versions": list(tables.versions(code).order_by("-number")[:VERSIONS]),
        "cited_at": f"{address}/v{opening.version}.csv",
        "address": address,
        "by_unit": bool(services.axes_of(opening)),
    }


NAMES = {
    Form.CSV: "CSV", Form.XLSX: "Excel", Form.JSON: "JSON", Form.GEOJSON: "GeoJSON",
    Form.PARQUET: "Parquet", Form.DUCKDB: "DuckDB",
}  # fmt: skip


def _sample(opening: services.Opening) -> list[list[str]]:
    with opening.connect() as connection:
        found = connection.execute(f"select * from data limit {SAMPLE}").to_arrow_table()
    return [[_shown(row[one.name], one) for one in opening.fields] for row in found.to_pylist()]


def _shown(value: Any, one: Field) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return formats.date_format(clock.local(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, date):
        return formats.date_format(value, "SHORT_DATE_FORMAT")
    text = formats.localize(value) if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
