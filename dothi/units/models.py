"""Units in time: a code is used again by another unit, so the key is code and first day.

Two constraints that no model can state stand in `migrations/0002_periods.py`: a code names one
unit at a time, and a unit has one area at a time.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from dothi.units.choices import AliasKind, Kind


class Unit(models.Model):
    """An administrative unit during one period of its life: a renamed one is a new row."""

    personal: ClassVar[dict[str, str]] = {}

    code = models.CharField(max_length=20)
    name_vi = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=10, choices=Kind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # Exclusive. Null: still in force.
    legal_basis = models.CharField(max_length=200, blank=True)
    population = models.PositiveIntegerField(null=True)
    km2 = models.DecimalField(max_digits=10, decimal_places=3, null=True)  # As published.
    address = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="unit_code_from"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_to=None), name="unit_code_in_force_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="unit_valid_period",
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")), name="unit_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}@{self.valid_from}"

    @property
    def name(self) -> str:
        """The name in the language of the page; Vietnamese where there is no other."""
        return self.name_en if get_language() == "en" and self.name_en else self.name_vi


class UnitAlias(models.Model):
    """Another code or name under which a unit is known; sources disagree."""

    personal: ClassVar[dict[str, str]] = {}

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="aliases")
    alias = models.CharField(max_length=200)
    kind = models.CharField(max_length=4, choices=AliasKind)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "kind", "alias"], name="unit_alias_once")
        ]

    def __str__(self) -> str:
        return f"{self.alias} = {self.unit_id}"


class Succession(models.Model):
    """One unit went over into another on a day, wholly or in part.

    `share` is the part of the predecessor that went there; over all successors it sums to 1.
    `back_share` is the part of the successor that came from there; over all predecessors it sums
    to 1 (or to 0 where none may be used backwards). Both share out totals that have no place.
    """

    personal: ClassVar[dict[str, str]] = {}

    predecessor = models.ForeignKey(Unit, models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Unit, models.PROTECT, related_name="origins")
    on = models.DateField()  # The first day of the successor.
    decision = models.CharField(max_length=200)
    share = models.DecimalField(max_digits=9, decimal_places=8)
    back_share = models.DecimalField(max_digits=9, decimal_places=8)
    whole = models.BooleanField()
    note = models.CharField(max_length=300, blank=True)  # Where the shares come from.

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="succession_once"),
            models.CheckConstraint(
                condition=Q(share__gt=0, share__lte=1), name="succession_share_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(back_share__gte=0, back_share__lte=1), name="succession_back_share"
            ),
            models.CheckConstraint(
                condition=Q(whole=True, share=1) | Q(whole=False, share__lt=1),
                name="succession_whole_is_all",
            ),
            models.CheckConstraint(
                condition=~Q(predecessor=F("successor")), name="succession_to_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} -> {self.successor_id} ({self.share})"


class AreaImport(models.Model):
    """One file of areas that came in: where it is from, and what of it was refused."""

    personal: ClassVar[dict[str, str]] = {}

    at = models.DateTimeField()
    by = models.CharField(max_length=100)
    on = models.DateField()
    provenance = models.CharField(max_length=500)
    licence = models.CharField(max_length=100)
    accepted = models.PositiveIntegerField()
    refused = models.JSONField(default=list)  # position, label, reason, message, feature (as read)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.provenance}"


class Area(models.Model):
    """The ground of a unit, as one source draws it. A better drawing is a new version.

    Geometry is a GeoJSON MultiPolygon in WGS84 degrees; bounds are those of the geometry.
    """

    personal: ClassVar[dict[str, str]] = {}

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="areas")
    geometry = models.JSONField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # Exclusive, like that of the unit.
    version = models.PositiveIntegerField()
    provenance = models.CharField(max_length=500)
    licence = models.CharField(max_length=100)
    schematic = models.BooleanField()
    drawn_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)  # Null: the version that counts.
    came_in = models.ForeignKey(AreaImport, models.PROTECT, null=True, related_name="areas")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "valid_from", "version"], name="area_version_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="area_valid_period",
            ),
            models.CheckConstraint(
                condition=Q(west__lt=F("east"), south__lt=F("north")), name="area_has_extent"
            ),
        ]
        indexes = [
            # Serves the loading of the map of today.
            models.Index(fields=["unit"], name="area_that_counts", condition=Q(replaced_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} v{self.version}"


class Edition(models.Model):
    """One row: a stamp that is new after every change of units or areas.

    What processes keep in memory is thrown away when the stamp is another one.
    """

    personal: ClassVar[dict[str, str]] = {}

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    stamp = models.UUIDField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="edition_is_one_row")]

    def __str__(self) -> str:
        return str(self.stamp)
