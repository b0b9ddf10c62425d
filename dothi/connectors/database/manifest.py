"""A table of a database as a source."""

from django.utils.translation import gettext_lazy as _

from dothi.connectors.database import adapter
from dothi.connectors.database.client import Engine
from dothi.datastore.sources.ports import Kind, Setting, Widget, register

KIND = register(
    Kind(
        code="database",
        title=_("Database (PostgreSQL, MySQL, MariaDB, SQLite)"),
        help=_("One table or view, whole or what is new. It is only read, with a user of yours."),
        settings=(
            Setting(name="engine", label=_("Database system"), widget=Widget.CHOICE,
                    default=Engine.POSTGRESQL, choices=(
                        (Engine.POSTGRESQL, "PostgreSQL"),
                        (Engine.MYSQL, "MySQL, MariaDB"),
                        (Engine.SQLITE, "SQLite"),
                    )),
            Setting(name="host", label=_("Server"), help=_("Not for SQLite.")),
            Setting(name="port", label=_("Port"), widget=Widget.NUMBER,
                    help=_("Empty: the usual one.")),
            Setting(name="database", label=_("Database"), required=True,
                    help=_("Its name; for SQLite the file, below the drop folder of the house.")),
            Setting(name="user", label=_("User"),
                    help=_("One that may only read, best of all.")),
            Setting(name="password", label=_("Password"), widget=Widget.SECRET),
            Setting(name="schema", label=_("Schema"), help=_("Empty: the usual one.")),
            Setting(name="table", label=_("Table or view"), required=True),
            Setting(name="columns", label=_("Columns"), widget=Widget.LONG,
                    help=_("A line each; empty: all.")),
            Setting(name="newer", label=_("Column that tells what is new"),
                    help=_("A growing number or the time of the last change, with an index on it; "
                           "empty: everything each time.")),
            Setting(name="overlap", label=_("Overlap"), widget=Widget.NUMBER,
                    help=_("Minutes (of a moment) or numbers that are fetched once more, for "
                           "what was written late.")),
        ),
        fetch=adapter.fetch,
        faults=adapter.faults,
        is_incremental=adapter.is_incremental,
        has_overlap=adapter.has_overlap,
    )
)  # fmt: skip
