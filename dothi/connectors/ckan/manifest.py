"""A CKAN portal as a source."""

from django.utils.translation import gettext_lazy as _

from dothi.connectors.ckan import adapter
from dothi.datastore.sources.ports import Kind, Setting, Widget, register

KIND = register(
    Kind(
        code="ckan",
        title=_("Open data portal (CKAN)"),
        help=_("One resource of a package. Its file is fetched when the portal says it changed."),
        settings=(
            Setting(name="address", label=_("Address of the portal"), required=True,
                    help=_("Begins with https://")),
            Setting(name="package", label=_("Package"), required=True,
                    help=_("Its name, as it stands in its address.")),
            Setting(name="resource", label=_("Resource"),
                    help=_("Its name or id; empty where the package has only one.")),
            Setting(name="what", label=_("What is fetched?"), widget=Widget.CHOICE,
                    default=adapter.FILE, choices=(
                        (adapter.FILE, _("The file, as it is")),
                        (adapter.ROWS, _("The rows of the DataStore")),
                    )),
            Setting(name="take", label=_("What is taken of each record"), widget=Widget.LONG,
                    help=_("A line each: “name”, “place.name”, “place.name = Head”; empty: all.")),
            Setting(name="token", label=_("Token"), widget=Widget.SECRET,
                    help=_("For packages that are not open.")),
        ),
        fetch=adapter.fetch,
        faults=adapter.faults,
    )
)  # fmt: skip
