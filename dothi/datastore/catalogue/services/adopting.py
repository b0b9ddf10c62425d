"""Bring the tables that the domains define into the catalogue."""

from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from dothi.datastore.catalogue.models import Dataset
from dothi.datastore.catalogue.registry import DomainDataset, datasets
from dothi.datastore.catalogue.services.agreeing import agree
from dothi.datastore.catalogue.services.describing import Description, create
from dothi.datastore.catalogue.services.moving import publish
from dothi.datastore.catalogue.services.refusals import Unchanged
from dothi.units import selectors as units
from dothi.units.models import Unit

SYSTEM = "system"
LOCK = (7206, 1)  # One adopter at a time; others wait and then find nothing left to do.


@transaction.atomic
def adopt(*, at: datetime) -> list[str]:
    """Make the catalogue hold every registered table with the contract of its code.

    A new one is described and published as its domain says; what a steward described since then
    stays. Return the codes of those that came or whose contract changed. Twice does nothing.
    In a house without units there is nobody to answer for a dataset: nothing is done.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", LOCK)
    try:
        root = units.root(on=at.date())
    except Unit.DoesNotExist:
        return []
    return [code for code in sorted(datasets) if _adopt(datasets[code], root, at)]


def _adopt(definition: DomainDataset, root: Unit, at: datetime) -> bool:
    dataset = Dataset.objects.select_related("unit").filter(code=definition.code).first()
    fresh = dataset is None
    if dataset is None:
        dataset = create(
            code=definition.code, unit=root, description=_description(definition, root),
            by=SYSTEM, at=at, registered=True,
        )  # fmt: skip
    try:
        agree(dataset=dataset, contract=definition.contract, by=SYSTEM, at=at)
    except Unchanged:
        return False
    if fresh:
        publish(dataset=dataset, by=SYSTEM, at=at)
    return True


def _description(definition: DomainDataset, root: Unit) -> Description:
    return Description(
        title_vi=definition.title_vi,
        title_en=definition.title_en,
        description_vi=definition.description_vi,
        description_en=definition.description_en,
        kind=definition.kind,
        share=definition.share,
        themes=definition.themes,
        keywords=definition.keywords,
        licence=definition.licence,
        legal_basis=definition.legal_basis,
        source="dothi",
        place=root,
        rhythm=definition.contract.rhythm,
        sample=settings.DEMO,
    )
