"""What the catalogue says of a table of golden records, kept as strict as its lists are."""

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from dothi.datastore.catalogue import selectors as catalogue
from dothi.datastore.catalogue import services as describing
from dothi.datastore.catalogue.choices import Kind, Share, Theme
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.datastore.resolution import selectors
from dothi.datastore.resolution.choices import ColumnRole, GoldenColumn
from dothi.datastore.resolution.models import GoldenTable
from dothi.datastore.resolution.rules import golden_table as rules
from dothi.datastore.resolution.services import golden_rows
from dothi.datastore.sharing import selectors as shared
from dothi.datastore.sharing import services as sharing

if TYPE_CHECKING:
    from dothi.datastore.catalogue.models import Dataset

ABOUT = gettext_lazy(
    "One row for each person or thing that was found on several rows of these lists. Beside each"
    " value stand the list and the row that it is taken from, and the rule that chose it."
    " What stands on one row only is not in it."
)


@transaction.atomic
def kept_strict(table: GoldenTable, *, by: str, at: datetime) -> "Dataset":
    """The dataset, guarded as its sources are today."""
    dataset = catalogue.every_dataset().get(code=table.dataset)
    allowed = selectors.golden_shares(table.project)
    if dataset.share not in allowed:
        said = describing.description_of(dataset)
        said_now = describing.Description(**{**vars(said), "share": allowed[0]})
        describing.describe(dataset=dataset, description=said_now, by=by, at=at)
    with suppress(describing.Unchanged):
        describing.agree(dataset=dataset, contract=contract(table), by=by, at=at)
    named = selectors.golden_person(table.project)
    if named is not None and dataset.pk not in shared.person_columns([dataset.pk]):
        column, named_by = named
        sharing.identify(dataset=dataset, column=column, named_by=named_by, by=by, at=at)
    return dataset


def _both(text: str | Promise) -> tuple[str, str]:
    """In Vietnamese and in English."""
    with translation.override("vi"):
        vi = str(text)
    with translation.override("en"):
        return vi, str(text)


def description(table: GoldenTable) -> describing.Description:
    project = table.project
    lists = [one.dataset for one in selectors.lists_of(project)]
    sources = list(catalogue.every_dataset().filter(code__in=lists))
    themes = tuple(theme for theme in Theme if any(theme in one.themes for one in sources))
    vi, en = _both(ABOUT)
    return describing.Description(
        title_vi=table.title_vi, title_en=table.title_en, description_vi=vi, description_en=en,
        kind=Kind.MASTER, share=Share(table.share), themes=themes or (Theme.LOCAL,),
        legal_basis=project.legal_basis, source=", ".join(lists)[:300], place=project.unit,
        sample=any(one.sample for one in sources),
    )  # fmt: skip


def contract(table: GoldenTable) -> Contract:
    project = table.project
    return Contract(
        dataset=table.dataset,
        version=1,
        fields=tuple(_field(one) for one in selectors.golden_columns(project)),
        key=golden_rows.KEY,
        retention_days=selectors.shortest_retention(project),
        purpose=table.purpose,
        legal_basis=project.legal_basis,
    )


def _field(one: rules.Column) -> Field:
    vi, en = _title(one)
    own = one.name == rules.ENTITY
    return Field(
        name=one.name, head=one.name, type=one.type, title_vi=vi, title_en=en,
        classification=one.classification, unique=own,
        required=own or one.name in {rules.RECORDS, rules.SINCE}, allowed=one.allowed,
    )  # fmt: skip


def _title(one: rules.Column) -> tuple[str, str]:
    if not one.role:
        return _both(GoldenColumn(one.name).label)
    what = _both(ColumnRole(one.role).label)
    if one.part is None:
        return what
    part = _both(one.part.label)
    return f"{what[0]}: {part[0]}", f"{what[1]}: {part[1]}"
