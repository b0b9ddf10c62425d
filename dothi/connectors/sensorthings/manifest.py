"""A SensorThings server as a source."""

from django.utils.translation import gettext_lazy as _

from dothi.connectors.sensorthings import adapter
from dothi.datastore.sources.ports import Kind, Setting, Widget, register

KIND = register(
    Kind(
        code="sensorthings",
        title=_("Sensors (OGC SensorThings)"),
        help=_("One row an observation, with its thing, property, unit and place; what is new."),
        settings=(
            Setting(name="address", label=_("Address"), required=True,
                    help=_("Up to the version, for example https://…/v1.1")),
            Setting(name="streams", label=_("Which streams"),
                    help=_("A filter as SensorThings writes it, for example "
                           "“startswith(name,'Kênh')”; empty: all.")),
            Setting(name="overlap", label=_("Overlap"), widget=Widget.NUMBER,
                    default=str(adapter.OVERLAP),
                    help=_("Minutes that are fetched once more, for sensors that speak late.")),
            Setting(name="token", label=_("Token"), widget=Widget.SECRET,
                    help=_("As the server wants it, for example “Bearer …”.")),
        ),
        fetch=adapter.fetch,
        faults=adapter.faults,
        is_incremental=lambda settings: True,
        has_overlap=lambda settings: settings.get("overlap") != "0",
    )
)  # fmt: skip
