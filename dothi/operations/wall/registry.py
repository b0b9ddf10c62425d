"""What operations writes to people."""

from django.utils.translation import gettext_lazy as _

from dothi.core.notices.registry import Template, register

BRIEF = register(
    Template(
        code="operations_brief",
        title=_("Morning brief"),
        topic="operations.brief",
        has_page=True,
    )
)
