"""The words of sharing."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Audience(StrEnum):
    """In what capacity somebody reads a dataset; the later ones see more."""

    EVERYBODY = "everybody"
    STAFF = "staff"  # Officers of authorities.
    KEEPER = "keeper"  # Who looks after the data of the unit.


class Form(StrEnum):
    """The kinds of file in which rows leave the house."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    GEOJSON = "geojson"
    PARQUET = "parquet"
    DUCKDB = "duckdb"

    @property
    def media_type(self) -> str:
        return {
            Form.CSV: "text/csv; charset=utf-8",
            Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Form.JSON: "application/json",
            Form.GEOJSON: "application/geo+json",
            Form.PARQUET: "application/vnd.apache.parquet",
            Form.DUCKDB: "application/vnd.duckdb",
        }[self]


class SubjectKind(TextChoices):
    """To whom a use is granted."""

    PERSON = "person", _("One person")
    POST = "post", _("Whoever holds a post")
    UNIT = "unit", _("Everybody with a post in a unit")
    KEY = "key", _("A program, by its key")


class State(TextChoices):
    """Where a request for a use stands."""

    ASKED = "asked", _("Waits for an answer")
    RETURNED = "returned", _("Asked back")
    GRANTED = "granted", _("Agreed")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Door(StrEnum):
    """By which way rows or figures left."""

    PAGE = "page"
    DOWNLOAD = "download"
    API = "api"
    WORKBENCH = "workbench"
    FIGURES = "figures"


class Power(StrEnum):
    """What a post may be allowed to do here."""

    SEE = "sharing.see"
    DECIDE = "sharing.decide"
