from typing import ClassVar

from django.db import models
from django.db.models import Q

from dothi.accounts.models import User
from dothi.datastore.indicators.choices import Run
from dothi.operations.wall.choices import Layer, Tone


class MapPoint(models.Model):
    """Something shown on the live map. A read model: rebuilt from events, never edited by hand."""

    personal: ClassVar[dict[str, str]] = {}

    source = models.CharField(max_length=80, unique=True)
    layer = models.CharField(max_length=20, choices=Layer)
    unit_code = models.CharField(max_length=20)
    category = models.CharField(max_length=40)
    lon = models.FloatField()
    lat = models.FloatField()
    tone = models.CharField(max_length=10, choices=Tone)
    since = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["layer", "tone"], name="map_point_tone")]

    def __str__(self) -> str:
        return self.source


class BriefReader(models.Model):
    """Somebody who wants the morning brief by e-mail. Whether they may have it, the post says."""

    personal: ClassVar[dict[str, str]] = {}

    user = models.OneToOneField(User, models.CASCADE, related_name="+")
    since = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.user_id)


class Wall(models.Model):
    """A wall that an operator arranged. Without a row it shows what it showed from the start."""

    personal: ClassVar[dict[str, str]] = {}

    code = models.CharField(max_length=20, primary_key=True)
    revision = models.PositiveIntegerField(default=1)  # Who saves says which one was read.
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.code


class WallTile(models.Model):
    """One figure of a wall: which indicator, over what, and from which value on it warns."""

    personal: ClassVar[dict[str, str]] = {}

    wall = models.ForeignKey(Wall, models.CASCADE, related_name="tiles")
    place = models.PositiveSmallIntegerField()
    indicator = models.CharField(max_length=80)
    run = models.CharField(max_length=5, choices=Run, default=Run.NOW)
    near = models.FloatField(null=True)  # Good up to here, in the direction of the indicator.
    late = models.FloatField(null=True)  # Beyond this it is late; between the two, near.

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wall", "place"], name="wall_tile_place"),
            models.CheckConstraint(
                condition=Q(near=None, late=None) | Q(near__isnull=False, late__isnull=False),
                name="wall_tile_has_both_limits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wall_id}.{self.place}: {self.indicator}"
