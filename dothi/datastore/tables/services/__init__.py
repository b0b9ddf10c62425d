"""What can be done with the store's tables.

Files are written outside of any transaction, the commit in a table's log comes next, and rows,
audit and event follow in one transaction.
"""

from dothi.datastore.tables.services.accounting import LogLost, copying
from dothi.datastore.tables.services.serving import serve
from dothi.datastore.tables.services.writing import publish, remove, roll_back, workspace

__all__ = [
    "LogLost",
    "copying",
    "publish",
    "remove",
    "roll_back",
    "serve",
    "workspace",
]
