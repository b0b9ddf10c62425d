"""A folder on an SFTP server as a source."""

from django.utils.translation import gettext_lazy as _

from dothi.connectors.sftp import adapter
from dothi.datastore.sources.ports import Kind, Setting, Widget, register

KIND = register(
    Kind(
        code="sftp",
        title=_("Folder on another server (SFTP)"),
        help=_(
            "Files that somebody puts on a server. They stay there; each is taken once, and again "
            "when it changes."
        ),
        settings=(
            Setting(name="host", label=_("Server"), required=True),
            Setting(name="port", label=_("Port"), widget=Widget.NUMBER,
                    help=_("Empty: the usual one.")),
            Setting(name="host_key", label=_("Key of the server"),
                    help=_("“SHA256:…”, from who runs the server. Leave it empty and try: then you "
                           "see which one it shows, and can ask.")),
            Setting(name="user", label=_("User"), required=True),
            Setting(name="password", label=_("Password"), widget=Widget.SECRET),
            Setting(name="key", label=_("Private key"), widget=Widget.LONG_SECRET,
                    help=_("Instead of a password, as its file holds it.")),
            Setting(name="folder", label=_("Folder"), help=_("On the server.")),
            Setting(name="pattern", label=_("Names of files"),
                    help=_("For example “phan-anh-*.csv”; empty: all.")),
        ),
        fetch=adapter.fetch,
        faults=adapter.faults,
        files=True,
    )
)  # fmt: skip
