"""A work of golden records as a process: python -m tests.scale.making_golden ID MARK."""

import sys
from pathlib import Path

import django

django.setup()

from dothi.datastore.resolution import ports, services  # noqa: E402
from dothi.datastore.resolution.selectors import golden_works  # noqa: E402
from dothi.datastore.resolution.stored_lists import StoredLists  # noqa: E402
from dothi.datastore.resolution.tests.factories import AT  # noqa: E402

if __name__ == "__main__":
    ports.hold(StoredLists())
    work = golden_works.numbered(int(sys.argv[1]))
    Path(sys.argv[2]).touch()  # It begins.
    services.carry_out_work(work, at=AT)
