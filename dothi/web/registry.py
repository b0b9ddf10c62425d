"""What the house itself writes to people."""

from django.utils.translation import gettext_lazy as _

from dothi.core.notices.registry import Template, register

BACKUP_FAILED = register(
    Template(code="backup_failed", title=_("The nightly backup failed"), topic="")
)
