"""A whole set of units from a folder: the tree in time, what went over into what, the shapes.

The folder holds `bundle.json` (names, root, time zone) and `units.csv`; where there are any,
`successions.csv`, `aliases.csv` and `shapes.json`. A unit is named there by its key,
`code@first-day`.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from shapely import MultiPolygon, Polygon

from dothi.core.events.services import publish
from dothi.lib import geo, schematic
from dothi.lib.geo import Box, Point
from dothi.units import events
from dothi.units.choices import AliasKind, Kind
from dothi.units.models import Unit
from dothi.units.services.areas import draw_area
from dothi.units.services.tree import (
    Link,
    NewUnit,
    NotPossible,
    add_alias,
    create_unit,
    reorganise,
)

Row = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A set of units as files. `time_zone` is the name of the zone of the city."""

    folder: Path
    name_vi: str
    name_en: str
    root: str
    time_zone: str
    sample: bool
    units: Sequence[Row]
    successions: Sequence[Row]
    aliases: Sequence[Row]
    shapes: Mapping[str, Any]


def read_bundle(folder: Path | str) -> Bundle:
    """Read the files. Raises OSError or ValueError where one is missing or broken."""
    folder = Path(folder)
    head = json.loads((folder / "bundle.json").read_text("utf-8"))
    return Bundle(
        folder=folder,
        name_vi=head["name_vi"],
        name_en=head["name_en"],
        root=head["root"],
        time_zone=head["time_zone"],
        sample=head["sample"],
        units=_rows(folder / "units.csv"),
        successions=_rows(folder / "successions.csv"),
        aliases=_rows(folder / "aliases.csv"),
        shapes=_shapes(folder / "shapes.json"),
    )


def _shapes(path: Path) -> Mapping[str, Any]:
    """Without a file nothing is drawn: real boundaries come later, as GeoJSON."""
    shapes: Mapping[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return shapes


@transaction.atomic
def load_bundle(folder: Path | str, *, at: datetime, by: str = "system") -> int:
    """Bring the units of a folder to life by the verbs of units; return how many are new.

    A second load adds nothing. Raises NotPossible in a house that holds other units.
    """
    bundle = read_bundle(folder)
    if Unit.objects.exists():
        if Unit.objects.filter(code=bundle.root, parent=None).exists():
            return 0
        raise NotPossible(f"The house holds other units than those of {bundle.name_en}.")
    areas = areas_of(bundle.shapes)
    units = _first_units(bundle, at=at, by=by)
    for on in sorted({row["on"] for row in bundle.successions}):
        _step(bundle, units, areas, on=on, at=at, by=by)
    for row in bundle.aliases:
        _alias(units[row["unit"]], row, at=at, by=by)
    if areas:
        _draw(units, areas, bundle.shapes, at=at, by=by)
    return len(units)


def areas_of(shapes: Mapping[str, Any]) -> dict[str, MultiPolygon]:
    """The schematic area of each unit, by key: one outline, cut once, and put together again."""
    if not shapes:
        return {}
    cells = shapes["cells"]
    seeds = {cell["cell"]: [Point(*cell["point"])] for cell in cells}
    members: dict[str, list[str]] = defaultdict(list)
    for cell in cells:
        for key in cell["units"]:
            members[key].append(cell["cell"])
    return schematic.nested(schematic.cut(_outline(shapes["outline"]), seeds), members)


def _outline(written: Mapping[str, Any]) -> Polygon:
    if "ring" in written:
        return Polygon(written["ring"])
    points = [Point(*point) for point in written["points"]]
    return schematic.outline_around(points, box=Box(*written["box"]), km2=written["km2"])


def _first_units(bundle: Bundle, *, at: datetime, by: str) -> dict[str, Unit]:
    """Units that no other went over into; a parent stands before its children in the file."""
    followers = {row["after"] for row in bundle.successions}
    units: dict[str, Unit] = {}
    for row in bundle.units:
        if _key(row) not in followers:
            new = _new_unit(row, units)
            valid_from = date.fromisoformat(row["valid_from"])
            units[_key(row)] = create_unit(**vars(new), valid_from=valid_from, at=at, by=by)
    return units


def _step(
    bundle: Bundle,
    units: dict[str, Unit],
    areas: Mapping[str, MultiPolygon],
    *,
    on: str,
    at: datetime,
    by: str,
) -> None:
    rows = [row for row in bundle.successions if row["on"] == on]
    begins = [row for row in bundle.units if _key(row) in {row["after"] for row in rows}]
    created = reorganise(
        on=date.fromisoformat(on),
        decision=rows[0]["decision"],
        ends=[units[key] for key in dict.fromkeys(row["before"] for row in rows)],
        creates=[_new_unit(row, units) for row in begins],
        links=[_link(row, units, areas) for row in rows],
        at=at,
        by=by,
    )
    units.update({str(unit): unit for unit in created})


def _link(row: Row, units: Mapping[str, Unit], areas: Mapping[str, MultiPolygon]) -> Link:
    """Looking back, a unit counts by its ground unless the file says otherwise."""
    ground = Decimal(str(geo.area_m2(areas[row["before"]]))) if row["before"] in areas else None
    share = Decimal(row["share"])
    size = Decimal(row["back_size"]) if row["back_size"] else ground and ground * share
    return Link(
        before=units[row["before"]],
        after=row["after"].split("@")[0],
        share=share,
        back_size=size,
        note=row["note"],
    )


def _new_unit(row: Row, units: Mapping[str, Unit]) -> NewUnit:
    return NewUnit(
        code=row["code"],
        name_vi=row["name_vi"],
        kind=Kind(row["kind"]),
        parent=units[row["parent"]] if row["parent"] else None,
        name_en=row["name_en"],
        legal_basis=row["legal_basis"],
        population=int(row["population"]) if row["population"] else None,
        km2=Decimal(row["km2"]) if row["km2"] else None,
        address=row["address"],
        note=row["note"],
    )


def _alias(unit: Unit, row: Row, *, at: datetime, by: str) -> None:
    kind = AliasKind(row["kind"])
    add_alias(unit=unit, alias=row["alias"], kind=kind, source=row["source"], at=at, by=by)


def _draw(
    units: Mapping[str, Unit],
    areas: Mapping[str, MultiPolygon],
    shapes: Mapping[str, Any],
    *,
    at: datetime,
    by: str,
) -> None:
    for key, geometry in areas.items():
        draw_area(
            unit=units[key],
            geometry=geometry,
            provenance=shapes["provenance"],
            licence=shapes["licence"],
            schematic=shapes["schematic"],
            at=at,
            by=by,
        )
    codes = tuple(units[key].code for key in areas)
    publish(
        events.AreasDrawn(unit_codes=codes, schematic=True, provenance=shapes["provenance"]), at=at
    )


def _rows(path: Path) -> list[Row]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _key(row: Row) -> str:
    return f"{row['code']}@{row['valid_from']}"
