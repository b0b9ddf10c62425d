"""What feedback writes to people: notices and papers."""

from django.utils.translation import gettext_lazy as _

from dothi.core.notices.registry import Template
from dothi.core.notices.registry import register as register_notice
from dothi.core.papers.registry import Kind
from dothi.core.papers.registry import register as register_paper

OWN = "feedback.own"  # News of one's own reports.
FOLLOWED = "feedback.followed"

RECEIVED = register_notice(
    Template(code="feedback_received", title=_("Your report was received"), topic=OWN, has_sms=True)
)
NEWS = register_notice(
    Template(code="feedback_news", title=_("News of your report"), topic=OWN, has_sms=True)
)
RECOVER = register_notice(
    Template(code="feedback_recover", title=_("Links to your reports"), topic="")
)
CONFIRM = register_notice(
    Template(code="feedback_confirm", title=_("Please confirm that you want news"), topic="")
)
DIGEST = register_notice(
    Template(code="feedback_digest", title=_("Reports that you follow"), topic=FOLLOWED)
)
PARTNER = register_notice(
    Template(code="feedback_partner", title=_("A report for you to answer"), topic="")
)

TRANSFER = register_paper(
    Kind(
        code="transfer",
        title_vi="Phiếu chuyển đơn",
        title_en="Note of transfer",
        symbol="PC-UBND",
        label=_("Note of transfer of a complaint or denunciation"),
    )
)
