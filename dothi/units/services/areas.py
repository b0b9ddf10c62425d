"""The ground of units: drawn by us, or taken over from a file of somebody who knows better."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import shapely
from django.db import transaction
from shapely.geometry.base import BaseGeometry

from dothi.core.audit.services import record
from dothi.core.events.services import publish
from dothi.lib import geo, text_vi
from dothi.lib.geo import Box
from dothi.units import events, rules, selectors
from dothi.units.choices import REFUSAL_TEXT, Refusal
from dothi.units.models import Area, AreaImport, Unit
from dothi.units.rules import Unfit
from dothi.units.services.tree import stamp_edition

# How the publishers of such files call these things.
_CODES = ("code", "ma", "maXa", "ward_code", "id")
_NAMES = ("fullName", "full_name", "name_vi", "name", "ten", "tenXa")
_SIZES = ("areaKm2", "area_km2", "km2", "dienTich")
_WGS84 = ("CRS84", "EPSG::4326", "EPSG:4326")


class UnreadableFile(Exception):
    """The file is no GeoJSON, or its coordinates are not in WGS84."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """One feature that stays outside, with its reason in words and its text as it came."""

    position: int  # From 1, in the order of the file.
    label: str
    reason: Refusal
    message: str
    feature: Any = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What became of a file: the areas drawn anew, those that were the same, those refused."""

    accepted: tuple[Area, ...]
    unchanged: tuple[str, ...]  # Codes.
    refused: tuple[Refused, ...]


@dataclass(frozen=True)
class _Fit:
    unit: Unit
    geometry: BaseGeometry


@transaction.atomic
def draw_area(
    *,
    unit: Unit,
    geometry: BaseGeometry,
    provenance: str,
    licence: str,
    schematic: bool,
    at: datetime,
    by: str,
    came_in: AreaImport | None = None,
) -> Area:
    """A unit has this area for as long as it is in force: a new version where it has one."""
    sound = _rounded(geometry)
    box = Box.of(sound)
    older = Area.objects.filter(unit=unit).order_by("-version").first()
    Area.objects.filter(unit=unit, replaced_at=None).update(replaced_at=at)
    area = Area.objects.create(
        unit=unit,
        geometry=geo.to_geojson(sound, places=7),
        west=box.west,
        south=box.south,
        east=box.east,
        north=box.north,
        valid_from=unit.valid_from,
        valid_to=unit.valid_to,
        version=older.version + 1 if older else 1,
        provenance=provenance,
        licence=licence,
        schematic=schematic,
        drawn_at=at,
        came_in=came_in,
    )
    record(
        "units.draw",
        subject=f"units.unit:{unit}",
        by=by,
        at=at,
        unit=unit.code,
        version=area.version,
        provenance=provenance,
    )
    stamp_edition()
    return area


@transaction.atomic
def import_areas(
    features: Sequence[Any], *, provenance: str, licence: str, on: date, by: str, at: datetime
) -> Report:
    """Take over areas of the units in force on a day; refuse, one by one, what does not fit.

    `features` are GeoJSON features in WGS84. Each is matched by code or by name. What is refused
    is kept with its text in the `AreaImport`, so that nothing is lost.
    """
    units = list(selectors.in_force(on=on))
    city = selectors.box(on)
    fits: dict[str, _Fit] = {}
    refused = []
    for position, feature in enumerate(features, start=1):
        try:
            fit = _fit(feature, units=units, on=on, city=city, before=fits)
            fits[fit.unit.code] = fit
        except Unfit as unfit:
            refused.append(_refusal(position, feature, unfit))
    return _take_over(fits, refused, provenance, licence, on=on, by=by, at=at)


def import_file(
    path: Path | str,
    *,
    at: datetime,
    by: str,
    on: date | None = None,
    provenance: str = "",
    licence: str = "",
) -> Report:
    """Import the areas of a GeoJSON file; see `import_areas`. Raises UnreadableFile.

    Where provenance and licence are not given, they are read from the file.
    """
    path = Path(path)
    try:
        written = json.loads(path.read_text("utf-8"))
    except json.JSONDecodeError as wrong:
        where = f"line {wrong.lineno}: {wrong.msg}"
        raise UnreadableFile(f"{path.name}: not a GeoJSON file ({where})") from wrong
    except (OSError, ValueError) as wrong:
        raise UnreadableFile(f"{path.name}: {wrong}") from wrong
    features = _features(written, path.name)
    known = written.get("metadata") if isinstance(written.get("metadata"), dict) else written
    return import_areas(
        features,
        provenance=provenance or str(known.get("provenance") or f"file {path.name}")[:500],
        licence=licence or str(known.get("licence") or known.get("license") or "not stated")[:100],
        on=on or at.date(),
        by=by,
        at=at,
    )


def _features(written: Any, name: str) -> list[Any]:
    if not isinstance(written, dict):
        raise UnreadableFile(f"{name}: not a GeoJSON object")
    crs = json.dumps(written.get("crs")) if written.get("crs") else ""
    if crs and not any(known in crs for known in _WGS84):
        raise UnreadableFile(f"{name}: coordinates are not in WGS84 but in {crs}")
    features = [written] if written.get("type") == "Feature" else written.get("features")
    if not isinstance(features, list):
        raise UnreadableFile(f"{name}: no list of features")
    return features


def _take_over(
    fits: Mapping[str, _Fit],
    refused: Sequence[Refused],
    provenance: str,
    licence: str,
    *,
    on: date,
    by: str,
    at: datetime,
) -> Report:
    new = {code: fit for code, fit in fits.items() if not _is_drawn(fit, provenance)}
    came_in = AreaImport.objects.create(
        at=at,
        by=by,
        on=on,
        provenance=provenance,
        licence=licence,
        accepted=len(new),
        refused=[vars(one) for one in refused],
    )
    areas = tuple(
        draw_area(
            unit=fit.unit,
            geometry=fit.geometry,
            provenance=provenance,
            licence=licence,
            schematic=False,
            at=at,
            by=by,
            came_in=came_in,
        )
        for fit in new.values()
    )
    if areas:
        publish(
            events.AreasDrawn(unit_codes=tuple(new), schematic=False, provenance=provenance), at=at
        )
    unchanged = tuple(code for code in fits if code not in new)
    return Report(accepted=areas, unchanged=unchanged, refused=tuple(refused))


def _fit(
    feature: Any, *, units: Sequence[Unit], on: date, city: Box | None, before: Mapping[str, _Fit]
) -> _Fit:
    """Check one feature against all rules, the cheap ones first. Raises Unfit."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise Unfit(Refusal.NOT_A_FEATURE)
    unit = _unit_of(feature, units=units, on=on)
    if unit.code in before:
        raise Unfit(Refusal.TWICE, code=unit.code)
    geometry = rules.read_area(feature.get("geometry"))
    rules.check_reach(geometry, city=city)
    stated = _first(_properties(feature), _SIZES)
    for km2 in (stated, unit.km2):
        if km2:
            rules.check_size(geometry, stated_km2=_number(km2))
    apart = {code: fit.geometry for code, fit in before.items() if _side_by_side(fit.unit, unit)}
    rules.check_overlap(geometry, apart)
    return _Fit(unit, geometry)


def _unit_of(feature: dict[str, Any], *, units: Sequence[Unit], on: date) -> Unit:
    properties = _properties(feature)
    code = str(_first(properties, _CODES) or feature.get("id") or "")
    name = str(_first(properties, _NAMES) or "")
    by_code = next((unit for unit in units if unit.code == code), None)
    if by_code is not None:
        if name and not rules.same_name(name, by_code.name_vi):
            raise Unfit(Refusal.CODE_AND_NAME, code=code, ours=by_code.name_vi, theirs=name)
        return by_code
    by_name = [unit for unit in units if name and rules.same_name(name, unit.name_vi)]
    if len(by_name) != 1:
        raise Unfit(Refusal.UNKNOWN_UNIT, on=text_vi.short_date(on), label=f"{code} {name}".strip())
    return by_name[0]


def _side_by_side(one: Unit, other: Unit) -> bool:
    """Units of one parent share no ground; a ward lies inside its city."""
    return one.parent_id == other.parent_id


def _refusal(position: int, feature: Any, unfit: Unfit) -> Refused:
    properties = _properties(feature) if isinstance(feature, dict) else {}
    label = " ".join(str(_first(properties, keys) or "") for keys in (_CODES, _NAMES)).strip()
    return Refused(
        position=position,
        label=label,
        reason=unfit.reason,
        message=str(REFUSAL_TEXT[unfit.reason]).format(**unfit.values),
        feature=feature,
    )


def _is_drawn(fit: _Fit, provenance: str) -> bool:
    now = Area.objects.filter(unit=fit.unit, replaced_at=None).first()
    drawn = geo.to_geojson(_rounded(fit.geometry), places=7)
    return now is not None and now.provenance == provenance and now.geometry == drawn


def _rounded(geometry: BaseGeometry) -> BaseGeometry:
    """The area as it is stored, to the centimetre, still sound after rounding."""
    rounded = geo.from_geojson(geo.to_geojson(geo.multipolygon(geometry), places=7))
    return rounded if rounded.is_valid else geo.multipolygon(shapely.make_valid(rounded))


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties")
    return properties if isinstance(properties, dict) else {}


def _first(properties: Mapping[str, Any], keys: Sequence[str]) -> Any:
    return next((properties[key] for key in keys if properties.get(key)), None)


def _number(value: Any) -> float:
    try:
        return float(str(value).replace(",", "."))
    except ValueError:
        return 0.0
