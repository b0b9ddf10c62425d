"""The doors of the desk: lists, one dossier and every act on it, money, counters."""

from collections.abc import Mapping
from typing import Any

from dothi.cases.tests.factories import PERMIT
from tests.authorisation.house import House
from tests.authorisation.table import DESK, SEES, Of, add, deed, form, of, page

# A word each for:                outsider clerk counter handler leader auditor steward
# --- The desk: lists and what is taken out of them -----------------------------------------------

page("cases:queue", f"{DESK} 200 200 200 200 200 200 200")
page("cases:queue", f"{DESK} 200 200 200 200 200 200 200", query="q=0907654321", note="by phone")
page("cases:queue", f"{DESK} 200 200 200 200 200 200 200", query="q=trinh", note="by name")
page("cases:queue", f"{DESK} 200 200 200 200 200 200 200", query="unit=00001", note="of a unit")
page("cases:export", f"{DESK} 403 403 403 403 200 200 403", noted=True)
page("cases:export_xlsx", f"{DESK} 403 403 403 403 200 200 403", noted=True)
page("cases:load", f"{DESK} 403 403 403 403 200 403 403")
page("cases:figures", f"{DESK} 200 403 200 200 200 200 403")
page("cases:behind", f"{DESK} 200 403 200 200 200 200 403", query="figure=open")
page(
    "cases:behind",
    f"{DESK} 200 403 200 200 200 200 403",
    query="figure=open&unit=00001",
    note="of a unit",
)
page("cases:figures_csv", f"{DESK} 403 403 403 403 200 200 403", noted=True)
page("cases:figures_xlsx", f"{DESK} 403 403 403 403 200 200 403", noted=True)
page("cases:register", f"{DESK} 200 403 200 200 200 200 403")
deed(
    "cases:take_register",
    f"{DESK} 403 403 403 403 ok ok 403",
    personal={"leader", "auditor"},
    data=lambda house: {"purpose": "Kiểm tra tháng", "form": "csv"},
)
deed(
    "cases:take_register",
    f"{DESK} 403 403 403 403 ok ok 403",
    query="unit=00001",
    note="PDF",
    data=lambda house: {"purpose": "Kiểm tra tháng", "form": "pdf"},
)
form(
    "cases:ratings",
    f"{DESK} 200 403 200 200 200 200 403",
    f"{DESK} 200 403 ok ok ok ok 403",
    data=lambda house: {},
)
page("cases:cash", f"{DESK} 200 403 200 200 200 200 403")
page("cases:cash_csv", f"{DESK} 200 403 200 200 200 200 403", noted=True)
deed(
    "cases:save_filter",
    f"{DESK} ok ok ok ok ok ok ok",
    data=lambda house: {"name": "Gấp", "query": "show=late"},
)
deed(
    "cases:forget_filter",
    f"{DESK} 302 302 302 302 ok 302 302",
    args=lambda house: {"pk": house.filter.pk},
)

# --- The desk: many at once ----------------------------------------------------------------------

deed(
    "cases:batch",
    f"{DESK} 403 403 ok 403 403 403 403",
    note="receive",
    data=lambda house: {"act": "receive", "codes": [house["new"].code]},
)
deed(
    "cases:batch",
    f"{DESK} 302 403 403 ok 200 403 403",
    note="begin",
    data=lambda house: {"act": "begin", "codes": [house["received"].code]},
)
deed(
    "cases:batch",
    f"{DESK} 403 403 403 403 ok 403 403",
    note="assign",
    data=lambda house: {
        "act": "assign",
        "codes": [house["handled"].code],
        "said": "1",
        "choice": str(house.office.officer.pk),
    },
)
form(
    "cases:sign",
    f"{DESK} 403 403 403 403 200 403 403",
    f"{DESK} 403 403 403 403 ok 403 403",
    data=lambda house: {"codes": [house["signing"].code]},
)
deed(
    "cases:take_papers",
    f"{DESK} 302 302 ok ok 403 403 302",
    data=lambda house: {"codes": [house["handled"].code], "kind": "case_received"},
)

# --- The desk: one dossier -----------------------------------------------------------------------

add(
    "cases:sign_one",
    f"{DESK} 404 404 403 403 200 403 404",
    method="get",
    args=of("signing"),
    personal={"leader"},
)
add(
    "cases:sign_one",
    f"{DESK} 404 404 403 403 ok 403 404",
    method="post",
    args=of("signing"),
    data=lambda house: {"act": "approve", "seen": house.seen("signing")},
)
page("cases:papers", f"{DESK} 404 404 200 200 200 200 404", args=of("handled"))
page("cases:fees", f"{DESK} 404 404 200 200 200 200 404", args=of("owing"))
add("cases:dossier", f"{DESK} 404 404 200 200 200 200 404", method="get", args=of("handled"))
add(
    "cases:dossier",
    f"{DESK} 200 404 200 200 200 200 404",
    method="get",
    note="decided elsewhere",
    args=lambda house: {"code": house.crossing.code},
)
add(
    "cases:dossier",
    f"{DESK} 404 404 200 200 200 200 404",
    method="get",
    args=of("back"),
    note="given back",
)
deed(
    "cases:open",
    f"{DESK} 404 404 ok ok 403 403 404",
    args=of("handled"),
    data=lambda house: {"purpose": "Gọi hẹn ngày"},
    personal={"counter", "handler"},
)
deed(
    "cases:open", f"{DESK} 404 404 302 302 403 403 404", args=of("handled"), note="without purpose"
)
deed(
    "cases:dossier_file",
    f"{DESK} 404 404 ok ok 403 403 404",
    args=lambda house: {"code": house["handled"].code, "name": house.file.code},
)
deed(
    "cases:dossier_file",
    f"{DESK} 404 404 404 404 403 403 404",
    note="of another dossier",
    args=lambda house: {"code": house["received"].code, "name": house.file.code},
)
deed(
    "cases:take_paper",
    f"{DESK} 404 404 ok ok 403 403 404",
    args=of("handled"),
    data=lambda house: {"paper": house.slip.code, "purpose": "Trao cho người nộp"},
)
deed(
    "cases:take_paper",
    f"{DESK} 404 404 404 404 404 404 404",
    args=of("received"),
    data=lambda house: {"paper": house.slip.code, "purpose": "Trao"},
    note="of another dossier",
)
deed(
    "cases:take_paper",
    f"{DESK} 404 404 ok ok 403 403 404",
    args=of("received"),
    data=lambda house: {"paper": "control", "purpose": "Kiểm soát"},
    note="control sheet",
)

deed(
    "cases:application",
    f"{DESK} 404 404 ok ok 403 403 404",
    args=of("handled"),
    data=lambda house: {"purpose": "Đọc đơn"},
)
deed("cases:ask_for_refusal", f"{DESK} 404 404 403 ok 403 403 404", args=of("handled"))

# Act, on which dossier, with what, and which posts of the ward may.
ACTS: list[tuple[str, str, dict[str, Any], set[str]]] = [
    ("receive", "new", {}, {"counter"}),
    ("refuse", "new", {"text": "Không thuộc thẩm quyền"}, {"counter"}),
    ("begin", "received", {}, {"handler"}),
    ("ask", "new", {"text": "Thiếu bản vẽ"}, {"counter"}),
    ("ask", "handled", {"text": "Thiếu bản vẽ"}, {"handler"}),
    ("supply", "asked", {"papers": ["land"]}, {"counter"}),
    ("charge", "handled", {"text": "Thuế"}, {"handler"}),
    ("settle", "charged", {}, {"counter"}),
    ("withdraw", "handled", {"text": "Không làm nữa"}, {"counter"}),
    ("stop", "handled", {"text": "Người nộp đề nghị"}, {"handler", "leader"}),
    ("correct", "done", {"text": "Sai tên", "step": "check"}, {"leader"}),
    ("give", "done", {"how": "counter"}, {"counter"}),
    ("hand_over", "handled", {"outcome": "fits"}, {"handler"}),
    ("send_back", "signing", {"text": "Xem lại", "step": "check"}, {"leader"}),
    ("assign", "received", {"person": "handler"}, {"handler", "leader"}),
    ("release", "handled", {}, {"handler", "leader"}),
    ("extend", "handled", {"amount": 3, "text": "Chờ ý kiến"}, {"handler", "leader"}),
    (
        "consult",
        "handled",
        {"text": "Ý kiến?", "due_on": "2026-03-09", "agency": "Điện lực"},
        {"handler"},
    ),
    ("consulted", "asking", {"consultation": "question", "text": "Không"}, {"handler"}),
    ("propose", "handled", {"text": "Bản thảo"}, {"handler"}),
]


def _said(act: str, given: Mapping[str, Any]) -> Of:
    def said(house: House) -> Mapping[str, Any]:
        named = {"person": house.office.officer.pk, "consultation": house.question.pk}
        return {"act": act, **{key: named.get(key, value) for key, value in given.items()}}

    return said


for act, dossier, given, may in ACTS:
    posts = " ".join("ok" if one in may else "403" for one in ("counter", "handler", "leader"))
    add(
        "cases:dossier",
        f"{DESK} 404 404 {posts} 403 404",
        method="post",
        args=of(dossier),
        data=_said(act, given),
        note=f"{act} {dossier}",
    )

form(
    "cases:consultation",
    f"{DESK} 200 404 200 200 200 200 404",
    f"{DESK} ok 404 403 403 403 403 404",
    codes={*SEES, "outsider"},
    args=lambda house: {"pk": house.question.pk},
    data=lambda house: {"text": "Không có gì"},
)

# --- The desk: entry, fees -----------------------------------------------------------------------

ENTRY = f"procedure={PERMIT}"
form(
    "cases:enter",
    f"{DESK} 403 403 200 403 403 403 403",
    f"{DESK} 403 403 ok 403 403 403 403",
    query=ENTRY,
    data=lambda house: house.entry,
)
page(
    "cases:visit",
    f"{DESK} 403 403 200 403 403 403 403",
    args=lambda house: {"visit": house["owing"].visit},
)
deed(
    "cases:collect",
    f"{DESK} 404 404 ok 403 403 403 404",
    args=of("owing"),
    data=lambda house: {"how": "cash"},
)
deed(
    "cases:copies",
    f"{DESK} 404 404 ok 403 403 403 404",
    args=of("owing"),
    data=lambda house: {"copies": 3, "pages": 1},
)
deed(
    "cases:take_receipt",
    f"{DESK} 404 404 ok 403 403 403 404",
    args=lambda house: {"code": house["paid"].code, "pk": house.receipt.pk},
)
deed(
    "cases:take_receipt",
    f"{DESK} 404 404 404 404 404 404 404",
    note="of another dossier",
    args=lambda house: {"code": house["owing"].code, "pk": house.receipt.pk},
)
deed(
    "cases:void_receipt",
    f"{DESK} 404 404 ok 403 403 403 404",
    data=lambda house: {"reason": "Nhầm"},
    args=lambda house: {"code": house["paid"].code, "pk": house.receipt.pk},
)
deed(
    "cases:refund_receipt",
    f"{DESK} 404 404 ok 403 403 403 404",
    args=lambda house: {"code": house["voided"].code, "pk": house.void.pk},
    data=lambda house: {"reason": "Trả lại"},
)
form(
    "cases:payments",
    f"{DESK} 403 403 200 403 403 403 403",
    f"{DESK} 403 403 ok 403 403 403 403",
    data=lambda house: {"unit": "00001", "file": house.bank_file},
)
page(
    "cases:statement",
    f"{DESK} 403 403 200 403 403 403 403",
    args=lambda house: {"pk": house.statement.pk},
)
deed(
    "cases:statement_line",
    f"{DESK} 403 403 ok 403 403 403 403",
    args=lambda house: {"pk": house.line.pk},
    data=lambda house: {"act": "aside", "note": "Lạ"},
)
deed(
    "cases:online_payment",
    f"{DESK} 403 403 ok 403 403 403 403",
    args=lambda house: {"pk": house.payment.pk},
    data=lambda house: {"act": "use"},
)

# What portals did not take: who keeps the settings of dossiers in the ward.
page("cases:exchange", f"{DESK} 403 403 403 403 403 403 200", codes={*SEES, "steward"})
deed(
    "cases:exchange_line",
    f"{DESK} 404 404 404 404 404 404 ok",
    args=lambda house: {"pk": house.telling.pk},
    data=lambda house: {"act": "leave", "reason": "Trùng"},
)
# For the whole house: nobody of a ward.
deed("cases:exchange_all", f"{DESK} 403 403 403 403 403 403 403")
deed(
    "cases:forget_arrival",
    f"{DESK} 404 404 404 404 404 404 404",
    args=lambda house: {"pk": house.arrival.pk},
    data=lambda house: {"reason": "Trùng"},
)
page("cases:parameters", f"{DESK} 403 403 403 403 403 403 403")

# --- The desk: counters and appointments ---------------------------------------------------------

page("cases:counter", f"{DESK} 403 403 200 403 403 403 403")
page("cases:line_now", f"{DESK} 403 403 200 403 403 403 403")
deed("cases:counter_act", f"{DESK} 403 403 ok 403 403 403 403", data=lambda house: {"act": "next"})
form(
    "cases:visits",
    f"{DESK} 403 403 200 403 403 403 403",
    f"{DESK} 403 403 ok 403 403 403 403",
    data=lambda house: {"visit": house.visit.code, "act": "arrive"},
)
add(
    "cases:visits",
    f"{DESK} 403 403 ok 403 403 403 403",
    method="post",
    note="open",
    data=lambda house: {"visit": house.visit.code, "act": "open", "purpose": "Gọi"},
    personal={"counter"},
)
page("cases:waits", f"{DESK} 200 403 200 200 200 200 403", query="")
page("cases:waits", f"{DESK} 403 403 200 200 200 200 403", query="unit=00001", note="of a unit")
page("cases:waits_csv", f"{DESK} 403 403 403 403 200 200 403", noted=True)
form(
    "cases:arrange",
    f"{DESK} 403 403 403 403 403 403 200",
    f"{DESK} 403 403 403 403 403 403 ok",
    data=lambda house: {"what": "group", "g-letter": "C", "g-name_vi": "Đất", "g-name_en": "Land"},
)
