"""An HTTP address as a source."""

from django.utils.translation import gettext_lazy as _

from dothi.connectors.web_api import adapter
from dothi.connectors.web_api.client import Paging
from dothi.datastore.sources.ports import Kind, Setting, Widget, register

KIND = register(
    Kind(
        code="web-api",
        title=_("Address on the web (API or file)"),
        help=_("A file behind an address, or the records of an API, page by page and what is new."),
        settings=(
            Setting(name="address", label=_("Address"), required=True,
                    help=_("Begins with https://")),
            Setting(name="what", label=_("What is there?"), widget=Widget.CHOICE,
                    default=adapter.RECORDS, choices=(
                        (adapter.RECORDS, _("Records in JSON")),
                        (adapter.FILE, _("A file, kept as it comes")),
                    )),
            Setting(name="records", label=_("Where in the answer the list is"),
                    help=_("For example “data.items”; empty: the answer is the list.")),
            Setting(name="take", label=_("What is taken of each record"), widget=Widget.LONG,
                    help=_("A line each: “name”, “place.name”, “place.name = Head”; empty: all.")),
            Setting(name="paging", label=_("Pages"), widget=Widget.CHOICE, default=Paging.NONE,
                    choices=(
                        (Paging.NONE, _("One answer holds everything")),
                        (Paging.NUMBER, _("By number")),
                        (Paging.OFFSET, _("By how many rows were read")),
                        (Paging.CURSOR, _("By what the answer names")),
                        (Paging.LINK, _("By the Link header")),
                    )),
            Setting(name="page_parameter", label=_("Parameter of the page"),
                    help=_("For example “page”, “offset” or “after”.")),
            Setting(name="first", label=_("Number of the first page"), widget=Widget.NUMBER,
                    default="1"),
            Setting(name="size_parameter", label=_("Parameter of the page size")),
            Setting(name="size", label=_("Rows of a page"), widget=Widget.NUMBER),
            Setting(name="cursor", label=_("Where in the answer the next page is named"),
                    help=_("For example “meta.next”; without a parameter of the page it is an "
                           "address.")),
            Setting(name="new_parameter", label=_("Parameter that asks for what is new"),
                    help=_("For example “updated_since”; empty: everything each time.")),
            Setting(name="new_field", label=_("Field that tells what is new"),
                    help=_("For example “updated_at”.")),
            Setting(name="overlap", label=_("Overlap"), widget=Widget.NUMBER,
                    help=_("Minutes (of a moment) or numbers that are fetched once more, for "
                           "what was written late.")),
            Setting(name="header", label=_("Header of the token"), default="Authorization"),
            Setting(name="token", label=_("Token"), widget=Widget.SECRET,
                    help=_("As the server wants it, for example “Bearer …”.")),
        ),
        fetch=adapter.fetch,
        faults=adapter.faults,
        is_incremental=adapter.is_incremental,
        has_overlap=adapter.has_overlap,
    )
)  # fmt: skip
