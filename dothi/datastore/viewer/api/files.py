"""The files in which rows can be had, for the lists of the catalogue; nothing is opened."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from dothi.accounts import selectors as accounts
from dothi.accounts.models import User
from dothi.core.clock import local
from dothi.datastore.catalogue.choices import Classification, Share, State
from dothi.datastore.catalogue.ports import File
from dothi.datastore.catalogue.rules.contract import Field, places_in
from dothi.datastore.sharing import services as sharing
from dothi.datastore.sharing.choices import Form
from dothi.datastore.tables import selectors as tables

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

NAMES = {
    Form.CSV: "CSV", Form.XLSX: "Excel", Form.JSON: "JSON", Form.GEOJSON: "GeoJSON",
    Form.PARQUET: "Parquet", Form.DUCKDB: "DuckDB",
}  # fmt: skip


def files(
    datasets: Sequence["Dataset"], user: User | AnonymousUser, at: datetime
) -> dict[str, list[File]]:
    """Of datasets with a version whose rows this person sees by their class."""
    staff = accounts.standing(user, on=local(at).date()).is_staff
    offered = {one.code: fields for one in datasets if (fields := _public(one, staff=staff))}
    newest = tables.newest(list(offered))
    held = {
        one.code: sharing.held_files(one.agreed, Share(one.share), newest[one.code])
        for one in datasets
        if one.code in newest and one.agreed is not None and not staff
    }
    return {
        code: [
            _file(code, form, newest[code].at, held.get(code, {}).get(form))
            for form in Form
            if form != Form.GEOJSON or places_in(fields)
        ]
        for code, fields in offered.items()
        if code in newest
    }  # fmt: skip


def _file(code: str, form: Form, at: datetime, held: sharing.Held | None) -> File:
    return File(
        form=form.value, name=NAMES[form], media_type=form.media_type.partition(";")[0],
        url=f"{settings.PUBLIC_URL}/data/{code}.{form}", changed_at=at,
        searched=form == Form.CSV, bytes=held.bytes if held else None,
        sha256=held.sha256 if held else "",
    )  # fmt: skip


def _public(dataset: "Dataset", *, staff: bool) -> list[Field]:
    """The columns that everybody sees who sees rows of it at all."""
    shown = dataset.share == Share.OPEN or (staff and dataset.share == Share.DEFAULT)
    if not shown or dataset.state != State.PUBLISHED or dataset.agreed is None:
        return []
    return [one for one in dataset.agreed.fields if one.classification == Classification.PUBLIC]
