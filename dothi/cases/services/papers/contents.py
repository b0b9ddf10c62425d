"""What the papers of dossiers say, in Vietnamese or English; official words, so not messages."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import translation

from dothi.accounts import selectors as accounts
from dothi.cases import selectors
from dothi.cases.choices import Act, Part, Status
from dothi.cases.models import Document, Dossier, Move, Party, Signature, Supplement
from dothi.cases.rules import Period
from dothi.cases.services.book import Line
from dothi.cases.services.papers import signature
from dothi.cases.services.receiving import everything_said
from dothi.core.clock import local
from dothi.procedures import selectors as procedures
from dothi.procedures import wording
from dothi.procedures.choices import PaperForm
from dothi.procedures.rules import limits
from dothi.procedures.rules.definition import Definition

Context = dict[str, Any]
Pairs = list[tuple[str, str]]
NO_TABLE: Context = {"head": [], "widths": [], "rows": []}

FORMS = {
    PaperForm.ORIGINAL: ("bản chính", "original"),
    PaperForm.CERTIFIED: ("bản sao chứng thực", "certified copy"),
    PaperForm.COPY: ("bản sao, đối chiếu bản chính", "copy, shown with the original"),
    PaperForm.ELECTRONIC: ("bản điện tử", "electronic"),
}
STATUSES = {
    Status.NEW: "Mới đăng ký", Status.RECEIVED: "Được tiếp nhận",
    Status.NOT_RECEIVED: "Không được tiếp nhận", Status.HANDLED: "Đang xử lý",
    Status.SUPPLEMENT: "Yêu cầu bổ sung", Status.PAYMENT: "Nghĩa vụ tài chính",
    Status.WITHDRAWN: "Rút hồ sơ", Status.STOPPED: "Dừng xử lý", Status.DONE: "Đã xử lý xong",
    Status.RETURNED: "Đã trả kết quả",
}  # fmt: skip


class Speaker:
    """Says things in the language of a paper, about one dossier."""

    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier
        self.english = dossier.language == "en"
        self.language = "en" if self.english else "vi"
        self.definition: Definition = procedures.content_of(dossier.version_id)

    def say(self, vi: str, en: str) -> str:
        return en if self.english else vi

    def moment(self, at: datetime | None) -> str:
        return moment(at, english=self.english)

    def people(self) -> Pairs:
        """Who applies, and who acts for them. Of the number only the end is set."""
        found = {one.part: one for one in Party.objects.filter(dossier=self.dossier)}
        applicant, agent = found.get(Part.APPLICANT), found.get(Part.AGENT)
        pairs: Pairs = []
        if applicant is not None:
            pairs = [
                (self.say("Người nộp hồ sơ", "Applicant"), applicant.name),
                (self.say("Số định danh", "Identification number"), masked(applicant)),
                (self.say("Địa chỉ", "Address"), applicant.address),
                (self.say("Điện thoại", "Telephone"), applicant.phone),
                (self.say("Thư điện tử", "E-mail"), applicant.email),
            ]
        if agent is not None:
            acts = self.say("Người được ủy quyền", "Acts for the applicant")
            pairs.append((acts, f"{agent.name} ({agent.proof})"))
        return [(label, value) for label, value in pairs if value]

    def matter(self) -> Pairs:
        """Which dossier, and of which procedure."""
        name = self.definition.name.of(self.language)
        pairs = [
            (self.say("Mã hồ sơ", "Dossier"), self.dossier.code),
            (self.say("Thủ tục", "Procedure"), f"{name} ({self.dossier.procedure})"),
            (self.say("Trích yếu", "Summary"), self.dossier.summary),
        ]
        return [(label, value) for label, value in pairs if value]

    def limit(self) -> str:
        """The time that the law allows."""
        found = limits.limit_for(self.definition.limits, everything_said(self.dossier))
        with translation.override(self.language):
            return str(wording.limit(found))

    def closing(self) -> str:
        return self.say(
            f"Tra cứu tình trạng hồ sơ tại {settings.PUBLIC_URL} bằng mã tra cứu đã cấp khi nộp.",
            f"Follow the dossier at {settings.PUBLIC_URL} with the secret given when it came in.",
        )


def moment(at: datetime | None, *, english: bool = False) -> str:
    if at is None:
        return "—"
    here = local(at)
    return f"{here:%H:%M, %d/%m/%Y}" if english else f"{here:%H giờ %M, ngày %d/%m/%Y}"


def masked(person: Party) -> str:
    """The end of a number, enough for its owner to know it."""
    number = person.citizen_id or person.tax_code
    return number if person.tax_code == number else f"{'•' * 9}{number[-3:]}" if number else ""


def name_of(actor: str) -> str:
    """The name of an officer as a paper shows it; nothing for the public and for machines."""
    return accounts.names_of([actor]).get(actor, "")


def sheet(
    *, opening: Sequence[str] = (), lines: Iterable[tuple[str, str]] = (),
    closing: Sequence[str] = (), table: Context | None = None,
) -> Context:  # fmt: skip
    return {
        "opening": list(opening), "lines": [list(one) for one in lines], "closing": list(closing),
        "table": table or NO_TABLE,
    }  # fmt: skip


# --- The forms -----------------------------------------------------------------------------------


def received(dossier: Dossier, move: Move) -> Context:
    """Form 01: what was taken in, and until when the result is there."""
    it = Speaker(dossier)
    documents = Document.objects.filter(dossier=dossier, given_at__lte=move.at).order_by("id")
    lines = [
        *it.matter(), *it.people(),
        (it.say("Tiếp nhận lúc", "Received at"), it.moment(move.at)),
        (it.say("Thời gian giải quyết", "Time allowed"), it.limit()),
        (it.say("Hẹn trả kết quả", "Result due"), it.moment(move.due_after)),
        (it.say("Nhận kết quả", "How the result is given"), it.say(*_DELIVERY[dossier.delivery])),
    ]  # fmt: skip
    rows = [
        [str(number), one.name, it.say(*FORMS[PaperForm(one.form)]), str(one.number)]
        for number, one in enumerate(documents, start=1)
    ]
    table = {
        "head": [it.say("TT", "No."), it.say("Giấy tờ đã nhận", "Papers received"),
                 it.say("Hình thức", "Form"), it.say("Số lượng", "Number")],
        "widths": [1, 8, 4, 2], "rows": rows,
    }  # fmt: skip
    sent_in = signature.lines(
        Signature.objects.filter(dossier=dossier).first(), say=it.say, moment=it.moment
    )
    lines += sent_in
    signed = "" if sent_in else it.say(
        "Người nộp hồ sơ ký, ghi rõ họ tên: ……………………………",
        "Signature and name of the applicant: ……………………………",
    )  # fmt: skip
    return sheet(lines=lines, table=table, closing=[one for one in (it.closing(), signed) if one])


_DELIVERY = {
    "counter": ("Tại bộ phận một cửa", "At the counter"),
    "post": ("Qua bưu chính công ích", "By post"),
    "electronic": ("Bản điện tử", "As a file"),
}


def supplement(dossier: Dossier, move: Move) -> Context:
    """Form 02: what is still to be brought."""
    it = Speaker(dossier)
    row = Supplement.objects.filter(dossier=dossier, asked_at=move.at).first()
    names = dict(
        Document.objects.filter(dossier=dossier, code__in=row.documents if row else [])
        .order_by("id").values_list("code", "name")
    )  # fmt: skip
    asked = [[str(number), name] for number, name in enumerate(names.values(), start=1)]
    table = {"head": [it.say("TT", "No."), it.say("Giấy tờ cần bổ sung", "Papers to bring")],
             "widths": [1, 14], "rows": asked}  # fmt: skip
    return sheet(
        opening=[it.say(
            "Hồ sơ dưới đây chưa đầy đủ, đề nghị bổ sung, hoàn thiện.",
            "The dossier below is not complete. Please bring what is named here.",
        )],
        lines=[*it.matter(), *it.people(), (it.say("Nội dung", "What is asked for"), move.reason)],
        table=table,
        closing=[
            it.say(
                "Việc bổ sung được yêu cầu một lần. Thời gian giải quyết tính tiếp khi nhận đủ "
                "giấy tờ.",
                "This is asked once. The time allowed goes on when the papers are here.",
            ),
            it.closing(),
        ],
    )  # fmt: skip


def refused(dossier: Dossier, move: Move) -> Context:
    """Form 03: not taken in, and why."""
    it = Speaker(dossier)
    return sheet(
        opening=[it.say(
            "Hồ sơ dưới đây không được tiếp nhận để giải quyết.",
            "The dossier below is not received.",
        )],
        lines=[*it.matter(), *it.people(), (it.say("Lý do", "Reason"), move.reason)],
        closing=[it.say(
            "Người nộp có thể nộp lại khi hồ sơ đáp ứng yêu cầu, hoặc khiếu nại theo Luật Khiếu "
            "nại 2011.",
            "It may be sent in again when it meets what is required; against this refusal a "
            "complaint may be lodged (Law on Complaints 2011).",
        )],
    )  # fmt: skip


def apology(dossier: Dossier, move: Move) -> Context:
    """Form 04: late, sorry, and the new day."""
    it = Speaker(dossier)
    return sheet(
        opening=[it.say(
            "Chúng tôi xin lỗi vì hồ sơ dưới đây chưa có kết quả đúng ngày đã hẹn.",
            "We apologise: the dossier below has no result on the promised day.",
        )],
        lines=[
            *it.matter(), *it.people(),
            (it.say("Ngày hẹn trước", "Promised before"), it.moment(move.due_before)),
            (it.say("Ngày hẹn mới", "New day"), it.moment(move.due_after)),
            (it.say("Lý do", "Reason"), move.reason),
        ],
        closing=[
            it.say("Thời hạn chỉ được gia hạn một lần.", "The day is put off once only."),
            it.closing(),
        ],
    )  # fmt: skip


def stopped(dossier: Dossier, move: Move) -> Context:
    """Form 05: it is no longer handled, since the office stopped or the applicant took it back."""
    it = Speaker(dossier)
    withdrawn = move.act == Act.WITHDRAW
    return sheet(
        opening=[
            it.say(
                "Hồ sơ dưới đây dừng giải quyết theo đề nghị của người nộp.",
                "The dossier below is no longer handled: the applicant took it back.",
            )
            if withdrawn
            else it.say(
                "Hồ sơ dưới đây dừng giải quyết.", "The dossier below is no longer handled."
            )
        ],
        lines=[
            *it.matter(), *it.people(),
            (it.say("Từ lúc", "Since"), it.moment(move.at)),
            (it.say("Lý do", "Reason"), move.reason),
        ],
        closing=[it.closing()],
    )  # fmt: skip


def control(dossier: Dossier, moves: Sequence[Move]) -> Context:
    """Form 06: who handed it to whom, when, and by when each step was due."""
    it = Speaker(dossier)
    steps = {one.code: one.name.of(it.language) for one in it.definition.steps}
    officers = selectors.officers_in(dossier, moves)
    rows = []
    for number, move in enumerate(moves, start=1):
        with translation.override(it.language):
            act = str(Act(move.act).label)
        due = it.moment(move.step_due_at) if move.step_due_at else ""
        late = move.step_due_at is not None and move.at > move.step_due_at
        rows.append([
            str(number), it.moment(move.at), act, officers.get(move.pk, ""),
            steps.get(move.to_step, move.to_step),
            f"{due} ({it.say('trễ', 'late')})" if late else due,
        ])  # fmt: skip
    table = {
        "head": [it.say("TT", "No."), it.say("Thời điểm", "When"), it.say("Việc", "Act"),
                 it.say("Người thực hiện", "By"), it.say("Chuyển đến bước", "To step"),
                 it.say("Hạn của bước trước", "Step before was due")],
        "widths": [1, 4, 4, 4, 4, 4], "rows": rows,
    }  # fmt: skip
    lines = [
        *it.matter(),
        (it.say("Tiếp nhận lúc", "Received at"), it.moment(dossier.received_at)),
        (it.say("Hẹn trả kết quả", "Result due"), it.moment(dossier.due_at)),
    ]
    return sheet(lines=lines, table=table) | {"flipped": True}


def result(
    dossier: Dossier, *, about: str, agreed: str, refusal: str, signed: Sequence[str]
) -> Context:
    """What the applicant gets: on what ground, for whom, and what was asked and granted.

    Answers that a form calls sensitive are not set: they are opened one by one.
    """
    it = Speaker(dossier)
    opening = [it.say(f"Căn cứ {one};", f"On the ground of {one};") for one in _grounds(it)]
    if refusal:
        said = [(it.say("Lý do", "Reason"), refusal)]
        opening.append(it.say(
            "Hồ sơ dưới đây không được giải quyết theo đề nghị.",
            "What the dossier below asks for is not granted.",
        ))  # fmt: skip
    else:
        with translation.override(it.language):
            read = wording.answers(it.definition.form, dossier.answers)
        said = [(line.label, line.text) for _code, _name, rows in read for line in rows
                if not line.sensitive]  # fmt: skip
        opening.append(it.say(
            f"Theo đề nghị của người nộp, nay cấp: {about}.",
            f"At the request of the applicant, this is issued: {about}.",
        ))  # fmt: skip
    lines = [*it.matter(), *it.people(), *said]
    return sheet(opening=opening, lines=lines, closing=[agreed] if agreed else []) | {
        "signed": list(signed)
    }


def _grounds(it: Speaker) -> list[str]:
    """The laws that a result stands on, with their articles."""
    found = []
    for one in it.definition.basis:
        article = f", {it.say('điều', 'article')} {one.article}" if one.article else ""
        found.append(one.name.of(it.language) + article)
    return found


def register(rows: Iterable[Line], period: Period) -> Context:
    """Form 07: what was received in a period, in the order of receipt."""
    listed = []
    for number, one in enumerate(rows, start=1):
        name = procedures.content_of(one.version_id).name.vi
        listed.append([
            str(number), one.code, name, one.name, one.address, one.phone,
            _short(one.received_at), _short(one.promised_at), _short(one.done_at),
            _short(one.returned_at), STATUSES[Status(one.status)],
        ])  # fmt: skip
    table = {
        "head": ["TT", "Mã hồ sơ", "Thủ tục", "Người nộp", "Địa chỉ", "Điện thoại", "Tiếp nhận",
                 "Hẹn trả", "Xong", "Trả", "Tình trạng"],
        "widths": [1, 4, 5, 4, 5, 3, 3, 3, 3, 3, 3], "rows": listed,
    }  # fmt: skip
    last = period.until - timedelta(days=1)
    days = f"Từ ngày {period.since:%d/%m/%Y} đến ngày {last:%d/%m/%Y}"
    opening = [f"{days}. Số hồ sơ: {len(listed)}."]
    return sheet(opening=opening, table=table) | {"flipped": True}


def _short(at: datetime | None) -> str:
    return f"{local(at):%d/%m/%Y %H:%M}" if at else ""
