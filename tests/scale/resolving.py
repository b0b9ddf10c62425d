"""One run of a resolution in a process of its own: python -m tests.scale.resolving ID MARK."""

import sys
from pathlib import Path

import django

django.setup()

from dothi.datastore.resolution import ports, selectors, services  # noqa: E402
from dothi.datastore.resolution.stored_lists import StoredLists  # noqa: E402
from dothi.datastore.resolution.tests.factories import AT  # noqa: E402

if __name__ == "__main__":
    ports.hold(StoredLists())
    run = selectors.run_of(int(sys.argv[1]))
    Path(sys.argv[2]).touch()  # It begins.
    services.carry_out(run, at=AT)
