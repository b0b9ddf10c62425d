"""A worker that may be killed: it sends runs to an address until nothing waits.

python -m tests.scale.sending
"""

import os
import sys


def main() -> None:
    import django

    django.setup()
    from dothi.core import clock
    from dothi.datastore.lineage import services

    sys.stdout.write("begun\n")
    sys.stdout.flush()
    while services.send(at=clock.now()):
        pass


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dothi.config.settings")
    main()
