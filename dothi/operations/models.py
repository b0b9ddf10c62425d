from typing import ClassVar

from django.db import models

from dothi.accounts.models import User
from dothi.operations.choices import Layer, Tone


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
