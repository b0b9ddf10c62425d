"""What dossiers write to people: notices, forms of TT 03/2025/TT-VPCP, papers of results."""

from django.utils.translation import gettext_lazy as _

from dothi.core.notices.registry import Template
from dothi.core.notices.registry import register as register_notice
from dothi.core.papers.registry import Kind, register

TEMPLATE = "case"

OWN = "cases.own"  # News of one's own dossiers.
NEWS = register_notice(
    Template(code="cases_news", title=_("News of your dossier"), topic=OWN, has_sms=True)
)

CODE = register_notice(
    Template(code="cases_code", title=_("A code to sign your application"), topic="")
)

RECEIVED = register(
    Kind(
        code="case_received", template=TEMPLATE, symbol="GTN-UBND",
        title_vi="Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
        title_en="Receipt of a dossier with the day of the result",
        label=_("Receipt of a dossier with the day of the result"),
    )
)  # fmt: skip
SUPPLEMENT = register(
    Kind(
        code="case_supplement", template=TEMPLATE, symbol="YCBS-UBND",
        title_vi="Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
        title_en="Request to complete a dossier",
        label=_("Request to complete a dossier"),
    )
)  # fmt: skip
REFUSED = register(
    Kind(
        code="case_refused", template=TEMPLATE, symbol="TCTN-UBND",
        title_vi="Phiếu từ chối tiếp nhận giải quyết hồ sơ",
        title_en="Refusal to receive a dossier",
        label=_("Refusal to receive a dossier"),
    )
)  # fmt: skip
APOLOGY = register(
    Kind(
        code="case_apology", template=TEMPLATE, symbol="XLGH-UBND",
        title_vi="Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết",
        title_en="Apology with a new day of the result",
        label=_("Apology with a new day of the result"),
    )
)  # fmt: skip
STOPPED = register(
    Kind(
        code="case_stopped", template=TEMPLATE, symbol="TBDG-UBND",
        title_vi="Thông báo dừng giải quyết hồ sơ",
        title_en="Notice that a dossier is no longer handled",
        label=_("Notice that a dossier is no longer handled"),
    )
)  # fmt: skip
CONTROL = register(
    Kind(
        code="case_control", template=TEMPLATE, symbol="PKS-UBND",
        title_vi="Phiếu kiểm soát quá trình giải quyết hồ sơ",
        title_en="Control sheet of the handling of a dossier",
        label=_("Control sheet of the handling of a dossier"),
    )
)  # fmt: skip
REGISTER = register(
    Kind(
        code="case_register", template=TEMPLATE, symbol="STD-UBND",
        title_vi="Sổ theo dõi hồ sơ",
        title_en="Book of dossiers",
        label=_("Book of dossiers"),
    )
)  # fmt: skip
RESULT = register(
    Kind(
        code="case_result", template=TEMPLATE, symbol="KQ-UBND",
        title_vi="Kết quả giải quyết thủ tục hành chính",
        title_en="Result of an administrative procedure",
        label=_("Result of an administrative procedure"),
    )
)  # fmt: skip
RECEIPT = register(
    Kind(
        code="case_fee", template=TEMPLATE, symbol="BL-UBND",
        title_vi="Biên lai thu tiền",
        title_en="Receipt of payment",
        label=_("Receipt of payment"),
    )
)  # fmt: skip

VISIT_BOOKED = register_notice(
    Template(code="visit_booked", title=_("An appointment was made or moved"), topic="")
)
VISIT_REMINDER = register_notice(
    Template(code="visit_reminder", title=_("An appointment is tomorrow"), topic="")
)
REFUSAL_ASKED = register_notice(
    Template(code="cases_refusal", title=_("A refusal waits for a signature"), topic="")
)
OVERDUE = register_notice(Template(code="cases_overdue", title=_("A dossier is overdue"), topic=""))
