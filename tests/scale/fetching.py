"""A worker that may be killed: one source gets its turn and what it brought is read.

python -m tests.scale.fetching SOURCE MINUTES
"""

import os
import sys
from datetime import timedelta


def main(code: str, minutes: int) -> None:
    import django

    django.setup()
    from dothi.datastore.sources import selectors
    from dothi.datastore.sources.tests.factories import AT, work

    sys.stdout.write("begun\n")
    sys.stdout.flush()
    work(selectors.source_of(code), at=AT + timedelta(minutes=minutes))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dothi.config.settings")
    main(sys.argv[1], int(sys.argv[2]))
