"""What feedback publishes into the store: facts of reports that everybody may know, never words.

A report that is held back is not in the tables; who made it never is.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from dothi.datastore.catalogue.choices import (
    Classification,
    Kind,
    Licence,
    Mode,
    Rhythm,
    Share,
    Theme,
    Type,
)
from dothi.datastore.catalogue.registry import (
    Current,
    DomainDataset,
    History,
    Row,
    column,
    register,
)
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.quality.choices import Severity
from dothi.datastore.quality.registry import TableRule
from dothi.datastore.quality.registry import register as register_rule
from dothi.feedback import events
from dothi.feedback.choices import Act, Channel, State, Urgency, Visibility
from dothi.feedback.models import Category, Ticket
from dothi.feedback.rules import ANSWERED, OPEN
from dothi.feedback.selectors.public import PLACES

CHUNK = 2000


def _reports(codes: Collection[str] | None) -> Iterator[Row]:
    rows = Ticket.objects.exclude(visibility=Visibility.HELD).select_related(
        "category", "unit", "handling_unit", "partner"
    )
    chosen = rows if codes is None else rows.filter(code__in=codes)
    for ticket in chosen.order_by("pk").iterator(CHUNK):
        yield {
            "code": ticket.code,
            "received_at": ticket.received_at,
            "unit_code": ticket.unit.code,
            "category": ticket.category.code,
            "channel": ticket.channel,
            "urgency": ticket.urgency,
            "state": ticket.state,
            "handling_unit": ticket.handling_unit.code,
            "partner": ticket.partner.code if ticket.partner else None,
            "due_at": ticket.due_at,
            "resolved_at": ticket.resolved_at,
            "closed_at": ticket.closed_at,
            "reopened": ticket.reopened,
            "seconded": ticket.me_too,
            "rating": ticket.rating,
            "longitude": None if ticket.lon is None else round(ticket.lon, PLACES),
            "latitude": None if ticket.lat is None else round(ticket.lat, PLACES),
        }


def _register(codes: Collection[str] | None) -> Iterator[Row]:
    rows = Ticket.objects.select_related("category")
    chosen = rows if codes is None else rows.filter(code__in=codes)
    for ticket in chosen.order_by("pk").iterator(CHUNK):
        yield {
            "code": ticket.code, "unit_id": ticket.unit_id, "category": ticket.category.code,
            "received_at": ticket.received_at, "due_at": ticket.due_at, "paused": ticket.paused,
            "resolved_at": ticket.resolved_at, "closed_at": ticket.closed_at,
            "longitude": ticket.lon, "latitude": ticket.lat,
        }  # fmt: skip


def _steps(event: Any, at: datetime) -> Iterable[Row]:
    """What a move was: from the fact alone. What is held back is no fact for everybody."""
    if event.visibility == Visibility.HELD:
        return
    came = isinstance(event, events.FeedbackSubmitted)
    yield {
        "code": event.code,
        "at": event.received_at if came else at,
        "act": Act.SUBMIT.value if came else event.act,
        "state_before": None if came else event.was,
        "state": event.state if came else event.now,
        "unit_code": event.unit_code,
        "category": event.category,
        "handling_unit": event.handling_unit,
        "due_at": event.due_at,
        "paused": False if came else event.paused,
    }


def _changes(event: Any, at: datetime) -> Iterable[Row]:
    """What a step made of the times of a report, from the fact alone.

    While a report is open it has neither result nor end, and what is done to a closed one without
    opening it changes no time. What was taken over closed is told as open, then as answered.
    """
    row = {
        "code": event.code, "due_at": event.due_at, "paused": False, "resolved_at": None,
        "closed_at": None,
    }  # fmt: skip
    match event:
        case events.FeedbackSubmitted():
            yield row | {"at": event.received_at}
        case events.FeedbackAnswered():
            ended = event.resolved_at
            yield row | {"at": ended, "resolved_at": ended, "closed_at": ended}
        case events.FeedbackMoved() if event.now in OPEN:
            yield row | {"at": at, "paused": event.paused}
        case events.FeedbackMoved() if event.was in OPEN and event.now not in ANSWERED:
            yield row | {"at": at, "closed_at": at}


def _subjects(codes: Collection[str] | None) -> Iterator[Row]:
    rows = Category.objects.all()
    for one in (rows if codes is None else rows.filter(code__in=codes)).order_by("pk"):
        yield {
            "code": one.code, "name_vi": one.name_vi, "name_en": one.name_en, "group": one.group,
            "group_vi": one.group_vi, "group_en": one.group_en, "valid_from": one.valid_from,
            "valid_to": one.valid_to,
        }  # fmt: skip


STATES, ACTS = tuple(State.values), tuple(Act.values)
MOVES = (
    events.FeedbackSubmitted, events.FeedbackMoved, events.FeedbackAnswered,
    events.FeedbackMerged, events.FeedbackRated, events.FeedbackShown, events.FeedbackSeconded,
)  # fmt: skip
LAW = "Luật 15/1999/QH10; Nghị định 278/2025/NĐ-CP"

REPORTS = register(
    DomainDataset(
        title_vi="Phản ánh, kiến nghị của người dân",
        title_en="Reports of citizens",
        description_vi="Mỗi dòng là một phản ánh hiện trường như đang có: nhận lúc nào, ở đâu, "
        "lĩnh vực gì, đơn vị nào xử lý, hạn xử lý, kết quả. Không có nội dung, không có người gửi.",
        description_en="Each row is one report as it stands: when it came in, where, about what, "
        "who handles it, when it is due and how it ended. It holds no words and no persons.",
        themes=(Theme.SOCIETY, Theme.LOCAL, Theme.INFRASTRUCTURE),
        keywords=("phản ánh", "kiến nghị", "hiện trường", "1022"),
        legal_basis=LAW,
        contract=Contract(
            dataset="feedback-reports",
            version=1,
            mode=Mode.MERGE,
            key=("code",),
            rhythm=Rhythm.CONTINUOUS,
            legal_basis=LAW,
            fields=(
                column("code", Type.TEXT, "Mã phản ánh", "Code of the report", required=True,
                       unique=True),
                column("received_at", Type.MOMENT, "Nhận lúc", "Received", required=True),
                column("unit_code", Type.TEXT, "Đơn vị nơi xảy ra", "Unit of the place",
                       help_vi="Đơn vị hành chính có địa điểm này vào lúc nhận.",
                       help_en="The unit that had the place when the report came in.",
                       required=True),
                column("category", Type.TEXT, "Lĩnh vực", "Subject", required=True,
                       reference="feedback-subjects.code"),
                column("channel", Type.TEXT, "Kênh tiếp nhận", "Channel", required=True,
                       allowed=tuple(Channel.values)),
                column("urgency", Type.TEXT, "Mức khẩn", "Urgency", required=True,
                       allowed=tuple(Urgency.values)),
                column("state", Type.TEXT, "Trạng thái", "State", required=True, allowed=STATES),
                column("handling_unit", Type.TEXT, "Đơn vị xử lý", "Unit that handles it",
                       required=True),
                column("partner", Type.TEXT, "Đơn vị phối hợp", "Partner"),
                column("due_at", Type.MOMENT, "Hạn trả lời", "Answer due"),
                column("resolved_at", Type.MOMENT, "Có kết quả lúc", "Resolved"),
                column("closed_at", Type.MOMENT, "Đóng lúc", "Closed"),
                column("reopened", Type.INTEGER, "Số lần mở lại", "Times reopened", required=True,
                       minimum="0"),
                column("seconded", Type.INTEGER, "Số người cùng phản ánh", "Seconded by",
                       required=True, minimum="0"),
                column("rating", Type.INTEGER, "Đánh giá", "Rating", unit="sao", minimum="1",
                       maximum="5"),
                column("longitude", Type.NUMBER, "Kinh độ", "Longitude", unit="°",
                       minimum="-180", maximum="180"),
                column("latitude", Type.NUMBER, "Vĩ độ", "Latitude", unit="°", minimum="-90",
                       maximum="90"),
            ),
        ),
        events=MOVES,
        feed=Current(rows=_reports, touched=lambda event: (event.code,)),
    )
)  # fmt: skip

# Indicators count all reports, also those that are held back; the open table cannot serve them.
REGISTER = register(
    DomainDataset(
        title_vi="Sổ phản ánh để tính chỉ tiêu",
        title_en="Register of reports for indicators",
        description_vi="Mỗi dòng là một phản ánh, kể cả phản ánh chưa công khai: đơn vị, lĩnh vực, "
        "các mốc thời gian. Chỉ dùng để tính chỉ tiêu.",
        description_en="Each row is one report, also those that are not public: unit, subject and "
        "times. It serves indicators only.",
        kind=Kind.DERIVED,
        share=Share.CLOSED,
        licence=Licence.NOT_OPEN,
        themes=(Theme.SOCIETY,),
        keywords=("phản ánh", "chỉ tiêu"),
        legal_basis=LAW,
        contract=Contract(
            dataset="feedback-register",
            version=2,
            mode=Mode.MERGE,
            key=("code",),
            rhythm=Rhythm.CONTINUOUS,
            legal_basis=LAW,
            fields=(
                column("code", Type.TEXT, "Mã phản ánh", "Code of the report", required=True,
                       unique=True, classification=Classification.SENSITIVE),
                column("unit_id", Type.INTEGER, "Số của đơn vị", "Number of the unit",
                       required=True),
                column("category", Type.TEXT, "Lĩnh vực", "Subject", required=True,
                       reference="feedback-subjects.code"),
                column("received_at", Type.MOMENT, "Nhận lúc", "Received", required=True),
                column("due_at", Type.MOMENT, "Hạn trả lời", "Answer due"),
                column("paused", Type.BOOLEAN, "Tạm dừng tính hạn", "Clock paused", required=True),
                column("resolved_at", Type.MOMENT, "Có kết quả lúc", "Resolved"),
                column("closed_at", Type.MOMENT, "Đóng lúc", "Closed"),
                # For units that were split since. Nobody sees them: what is told is the count.
                column("longitude", Type.NUMBER, "Kinh độ", "Longitude", unit="°",
                       minimum="-180", maximum="180", classification=Classification.SENSITIVE),
                column("latitude", Type.NUMBER, "Vĩ độ", "Latitude", unit="°", minimum="-90",
                       maximum="90", classification=Classification.SENSITIVE),
            ),
        ),
        events=MOVES,
        feed=Current(rows=_register, touched=lambda event: (event.code,)),
    )
)  # fmt: skip

# What a row of the register was at any moment: it forgets what it was before an extension, while it
# waited for the reporter, or before it was opened again.
CHANGES = register(
    DomainDataset(
        title_vi="Các mốc thời gian của sổ phản ánh theo từng bước",
        title_en="Times of the register of reports, step by step",
        description_vi="Mỗi dòng là một bước làm thay đổi hạn, tạm dừng, kết quả hoặc việc đóng "
        "một phản ánh, kể cả phản ánh chưa công khai. Chỉ dùng để tính chỉ tiêu của ngày đã qua.",
        description_en="Each row is a step that changed when a report was due, whether it waited, "
        "or how it ended, also of those that are not public. It serves indicators of past days.",
        kind=Kind.DERIVED,
        share=Share.CLOSED,
        licence=Licence.NOT_OPEN,
        themes=(Theme.SOCIETY,),
        keywords=("phản ánh", "chỉ tiêu", "thời hạn"),
        legal_basis=LAW,
        contract=Contract(
            dataset="feedback-register-steps",
            version=1,
            mode=Mode.APPEND,
            rhythm=Rhythm.CONTINUOUS,
            legal_basis=LAW,
            fields=(
                column("code", Type.TEXT, "Mã phản ánh", "Code of the report", required=True,
                       classification=Classification.SENSITIVE),
                column("number", Type.INTEGER, "Số thứ tự", "Number in order", required=True),
                column("at", Type.MOMENT, "Lúc", "When", required=True),
                column("due_at", Type.MOMENT, "Hạn trả lời", "Answer due"),
                column("paused", Type.BOOLEAN, "Tạm dừng tính hạn", "Clock paused", required=True),
                column("resolved_at", Type.MOMENT, "Có kết quả lúc", "Resolved"),
                column("closed_at", Type.MOMENT, "Đóng lúc", "Closed"),
            ),
        ),
        events=(events.FeedbackSubmitted, events.FeedbackMoved, events.FeedbackAnswered),
        feed=History(rows=_changes, number="number"),
    )
)  # fmt: skip

HISTORY = register(
    DomainDataset(
        title_vi="Quá trình xử lý phản ánh",
        title_en="History of reports",
        description_vi="Mỗi dòng là một bước xử lý của một phản ánh: từ trạng thái nào sang trạng "
        "thái nào, lúc nào, đơn vị nào. Dùng để tính thời gian ở từng bước.",
        description_en="Each row is one step of a report: from which state to which, when and in "
        "whose hands. It serves to measure how long each step took.",
        themes=(Theme.SOCIETY, Theme.LOCAL),
        keywords=("phản ánh", "quá trình xử lý", "thời hạn"),
        legal_basis=LAW,
        contract=Contract(
            dataset="feedback-history",
            version=1,
            mode=Mode.APPEND,
            rhythm=Rhythm.CONTINUOUS,
            legal_basis=LAW,
            fields=(
                column("code", Type.TEXT, "Mã phản ánh", "Code of the report", required=True,
                       reference="feedback-reports.code"),
                column("at", Type.MOMENT, "Lúc", "When", required=True),
                column("act", Type.TEXT, "Việc đã làm", "What was done", required=True,
                       allowed=ACTS),
                column("state_before", Type.TEXT, "Trạng thái trước", "State before",
                       allowed=STATES),
                column("state", Type.TEXT, "Trạng thái sau", "State after", required=True,
                       allowed=STATES),
                column("unit_code", Type.TEXT, "Đơn vị nơi xảy ra", "Unit of the place",
                       required=True),
                column("category", Type.TEXT, "Lĩnh vực", "Subject", required=True,
                       reference="feedback-subjects.code"),
                column("handling_unit", Type.TEXT, "Đơn vị xử lý", "Unit that handles it",
                       required=True),
                column("due_at", Type.MOMENT, "Hạn trả lời", "Answer due"),
                column("paused", Type.BOOLEAN, "Tạm dừng tính hạn", "Clock paused", required=True),
            ),
        ),
        events=(events.FeedbackSubmitted, events.FeedbackMoved),
        feed=History(rows=_steps),
    )
)  # fmt: skip


def _other_state(tables: Any) -> Any:
    """Reports that no last step led to the state that they have. Steps of one moment are all last:
    resolving and publishing are often one act."""
    steps, reports = tables["feedback-history"], tables["feedback-reports"]
    last = steps.group_by("code").aggregate(last=steps["at"].max())
    ends = steps.join(last, "code").filter(lambda row: row["at"] == row.last)
    return reports.semi_join(last, "code").anti_join(ends, ["code", "state"])


register_rule(
    TableRule(
        code="feedback.last-step-is-the-state",
        dataset="feedback-reports",
        title=_("The last step of each report leads to the state that it has"),
        # The two tables are carried over one after the other: a step may be a minute ahead.
        severity=Severity.NOTE,
        reads={
            "feedback-reports": {"code": "string", "state": "string"},
            "feedback-history": {"code": "string", "state": "string", "at": "timestamp('UTC')"},
        },
        violations=_other_state,
    )
)

SUBJECTS = register(
    DomainDataset(
        title_vi="Danh mục lĩnh vực phản ánh",
        title_en="Subjects of reports",
        description_vi="Danh mục dùng chung của các lĩnh vực mà người dân có thể phản ánh, theo "
        "nhóm và thời gian áp dụng.",
        description_en="The code list of subjects on which people report, by group and period.",
        kind=Kind.REFERENCE,
        themes=(Theme.SOCIETY, Theme.LOCAL),
        keywords=("danh mục", "lĩnh vực", "phản ánh"),
        contract=Contract(
            dataset="feedback-subjects",
            version=1,
            mode=Mode.MERGE,
            key=("code",),
            rhythm=Rhythm.DAILY,
            fields=(
                column("code", Type.TEXT, "Mã lĩnh vực", "Code of the subject", required=True,
                       unique=True),
                column("name_vi", Type.TEXT, "Tên", "Name in Vietnamese", required=True),
                column("name_en", Type.TEXT, "Tên tiếng Anh", "Name in English", required=True),
                column("group", Type.TEXT, "Mã nhóm", "Code of the group", required=True),
                column("group_vi", Type.TEXT, "Tên nhóm", "Group in Vietnamese", required=True),
                column("group_en", Type.TEXT, "Tên nhóm tiếng Anh", "Group in English",
                       required=True),
                column("valid_from", Type.DATE, "Áp dụng từ", "First day", required=True),
                column("valid_to", Type.DATE, "Áp dụng đến trước", "First day on which it is gone"),
            ),
        ),
        feed=Current(rows=_subjects),
    )
)  # fmt: skip
