"""What can be done with the store's tables.

Files are written outside of any transaction, the commit in a table's log comes next, and rows,
audit and event follow in one transaction.
"""

from dothi.datastore.tables.rules.columns import SchemaRefused
from dothi.datastore.tables.rules.persons import normal as plain_name
from dothi.datastore.tables.services.accounting import LogLost, copying
from dothi.datastore.tables.services.erasing import (
    ColumnUnknown,
    Standing,
    StillThere,
    erase,
    standing,
)
from dothi.datastore.tables.services.keeping import NotAsBefore, Tidied, compact, keep, tidy
from dothi.datastore.tables.services.naming import spellings
from dothi.datastore.tables.services.proving import Erased, Place, Stays, erase_person
from dothi.datastore.tables.services.releases import (
    ReleaseTaken,
    lift_release,
    release,
    restore_release,
)
from dothi.datastore.tables.services.serving import (
    forget_role,
    person_hash,
    person_key,
    serve,
    serve_again,
)
from dothi.datastore.tables.services.writing import (
    MovedOn,
    finish,
    made_by,
    publish,
    remove,
    roll_back,
    workspace,
)

__all__ = [
    "ColumnUnknown",
    "Erased",
    "LogLost",
    "MovedOn",
    "NotAsBefore",
    "Place",
    "ReleaseTaken",
    "SchemaRefused",
    "Standing",
    "Stays",
    "StillThere",
    "Tidied",
    "compact",
    "copying",
    "erase",
    "erase_person",
    "finish",
    "forget_role",
    "keep",
    "lift_release",
    "made_by",
    "person_hash",
    "person_key",
    "plain_name",
    "publish",
    "release",
    "remove",
    "restore_release",
    "roll_back",
    "serve",
    "serve_again",
    "spellings",
    "standing",
    "tidy",
    "workspace",
]
