"""What sharing writes to people: notices and papers."""

from django.utils.translation import gettext_lazy as _

from dothi.core.notices.registry import Template
from dothi.core.notices.registry import register as register_notice
from dothi.core.papers.registry import Kind
from dothi.core.papers.registry import register as register_paper

ANSWERED = register_notice(
    Template(code="sharing_answered", title=_("Your request for data was answered"), topic="")
)
ENDS_SOON = register_notice(
    Template(code="sharing_ends_soon", title=_("A use of data is about to end"), topic="")
)

AGREEMENT = register_paper(
    Kind(
        code="data_agreement",
        title_vi="Thỏa thuận khai thác dữ liệu",
        title_en="Agreement on the use of data",
        symbol="TT-UBND",
        label=_("Agreement on the use of data"),
    )
)
