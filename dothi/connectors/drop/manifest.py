"""A folder on this machine as a source."""

from django.utils.translation import gettext_lazy as _

from dothi.connectors.drop import adapter
from dothi.datastore.sources.ports import Keeping, Kind, Setting, register

KIND = register(
    Kind(
        code="drop",
        title=_("Folder on this machine"),
        help=_(
            "For large files and for programs that write files. A file is taken when nobody has "
            "written to it for half a minute; then it lies in “taken”, or in “refused” with the "
            "reason beside it."
        ),
        settings=(
            Setting(
                name="folder",
                label=_("Folder"),
                help=_("Below the drop folder of the house; empty: the code of the dataset."),
            ),
            Setting(
                name="pattern",
                label=_("Names of files"),
                help=_("For example “phan-anh-*.csv”; empty: all."),
            ),
        ),
        fetch=adapter.fetch,
        settle=adapter.settle,
        faults=adapter.faults,
        keeping=Keeping(files=adapter.files, take_away=adapter.take_away),
        files=True,
    )
)
