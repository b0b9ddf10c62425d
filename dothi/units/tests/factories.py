"""Small, named builders, made with the verbs of units."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from dothi.lib.geo import Box
from dothi.units import selectors, services
from dothi.units.choices import Kind
from dothi.units.models import Unit

CITY = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY_9AM = datetime(2026, 3, 2, 9, tzinfo=CITY)
TODAY = MONDAY_9AM.date()
LONG_AGO, FOUNDED = date(2000, 1, 1), date(2020, 1, 1)
DEMO = Path(settings.BASE_DIR) / "demo" / "units"
SAN_FRANCISCO = Path(settings.BASE_DIR) / "demo" / "cities" / "san-francisco"


def make_root() -> Unit:
    """The unit above all others; the one that is there, if there is one."""
    found = Unit.objects.filter(parent=None, valid_to=None).order_by("id").first()
    return found or services.create_unit(
        code="TOWN",
        name_vi="Địa bàn thử",
        name_en="Test town",
        kind=Kind.AREA,
        parent=None,
        valid_from=LONG_AGO,
        at=MONDAY_9AM,
        by="system",
    )


def make_unit(
    code: str = "00001",
    name: str = "Phường Bờ Sông",
    *,
    box: Box | tuple[float, float, float, float] | None = None,
    kind: Kind = Kind.WARD,
    parent: Unit | None = None,
    valid_from: date = FOUNDED,
    name_en: str = "",
    population: int | None = None,
) -> Unit:
    """A unit, under the root unless told otherwise, with a rectangular area where one is given."""
    unit = services.create_unit(
        code=code,
        name_vi=name,
        name_en=name_en,
        kind=kind,
        parent=parent or make_root(),
        valid_from=valid_from,
        population=population,
        at=MONDAY_9AM,
        by="system",
    )
    if box is not None:
        services.draw_area(
            unit=unit,
            geometry=Box(*box).polygon(),
            provenance="test",
            licence="none",
            schematic=False,
            at=MONDAY_9AM,
            by="system",
        )
    return unit


def load_demo_units() -> Unit:
    """The units of the demo, all three sets of wards; returns the root of today."""
    services.load_bundle(DEMO, at=MONDAY_9AM)
    return selectors.root(on=TODAY)
