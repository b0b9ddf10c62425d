"""What each command does."""

from dothi.run.commands.backups import backup, restore
from dothi.run.commands.care import (
    audit_verify,
    keys_import_signer,
    keys_make_signer,
    keys_rotate,
    signatures_verify,
)
from dothi.run.commands.demo import demo, demo_code
from dothi.run.commands.doctor import doctor
from dothi.run.commands.imports import (
    export_hotline,
    import_hotline,
    import_open311,
    import_staff,
    import_units,
)
from dothi.run.commands.new_house import init
from dothi.run.commands.serve import migrate, up, work

__all__ = [
    "audit_verify",
    "signatures_verify",
    "backup",
    "demo",
    "demo_code",
    "doctor",
    "export_hotline",
    "import_hotline",
    "import_open311",
    "import_staff",
    "import_units",
    "init",
    "keys_import_signer",
    "keys_make_signer",
    "keys_rotate",
    "migrate",
    "restore",
    "up",
    "work",
]
