"""What resolution writes to people."""

from django.utils.translation import gettext_lazy as _

from dothi.core.notices.registry import Template, register

GOLDEN_WORK = register(
    Template(
        code="resolution_golden_work", title=_("Golden records that you asked for"), topic=""
    )
)  # fmt: skip
