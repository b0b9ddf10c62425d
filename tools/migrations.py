"""Refuse models that no migration describes. Needs no database: none is asked.

python tools/migrations.py
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dothi.config.settings")


def main() -> int:
    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.DATABASES["default"] = {"ENGINE": "django.db.backends.dummy"}
    django.setup()
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
