"""Cities whose sample house can be run beside that of the district: units and staff, no story."""

from dataclasses import dataclass
from pathlib import Path

from dothi.run.house import ROOT

DEMO = ROOT / "demo"


@dataclass(frozen=True, kw_only=True)
class City:
    """Where the files of a sample house are. Without a story it begins without reports."""

    units: Path
    staff: Path
    story: bool = False
    hint: str = ""


DISTRICT = City(units=DEMO / "units", staff=DEMO / "staff.csv", story=True)
_SF = DEMO / "cities" / "san-francisco"
CITIES = {
    "sf": City(
        units=_SF,
        staff=_SF / "staff.csv",
        hint="bin/dothi import open311 FILE --city sf --language en --public"
        " --services demo/cities/san-francisco/services.csv",
    ),
}


def city_of(code: str) -> City:
    """The city of a code; without one the district."""
    return CITIES[code] if code else DISTRICT


def folder_of(code: str) -> Path:
    """Where the house of a city lives, beside the others."""
    return ROOT / f"var-{code}"
