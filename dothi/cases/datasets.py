"""What dossiers publish into the store: figures for everybody, facts for indicators, no person.

A line of one dossier is shown to nobody: with unit, procedure and day it could tell who applied.
Everybody gets the figures of each month.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import Any

from dothi.cases import events, rules, selectors
from dothi.cases.choices import Act, Figure
from dothi.cases.models import Dossier, Turn
from dothi.core import clock
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
from dothi.datastore.catalogue.rules.contract import Contract, Field
from dothi.units.models import Unit

CHUNK = 2000
LAW = "Nghị định 118/2025/NĐ-CP; Nghị định 278/2025/NĐ-CP"
MOVED = ("received_at", "promised_at", "done_at", "closed_at", "asked", "asked_at", "met_at")


def _register(codes: Collection[str] | None) -> Iterator[Row]:
    rows = Dossier.objects.only(
        "code", "unit_id", "area", "procedure", "way", "submitted_at", *MOVED
    )
    chosen = rows if codes is None else rows.filter(code__in=codes)
    for one in chosen.order_by("pk").iterator(CHUNK):
        yield {
            "code": one.code, "unit_id": one.unit_id, "area": one.area, "procedure": one.procedure,
            "way": one.way, "submitted_at": one.submitted_at,
            **{name: getattr(one, name) for name in MOVED},
        }  # fmt: skip


def _changes(event: events.DossierMoved, at: datetime) -> Iterable[Row]:
    """The times of a dossier after a move, from the fact alone."""
    yield {"code": event.code, "at": at, **{name: getattr(event, name) for name in MOVED}}


def _history(event: events.DossierMoved, at: datetime) -> Iterable[Row]:
    yield {
        "code": event.code, "at": at, "act": event.act,
        "status_before": None if event.act == Act.SUBMIT else event.was, "status": event.now,
        "unit_code": event.unit_code, "procedure": event.procedure, "area": event.area,
        "step": event.step, "handling_unit": event.handling_unit, "due_at": event.due_at,
        "paused": event.paused,
    }  # fmt: skip


SHOWN = tuple(
    one
    for one in Figure
    if one not in {Figure.NEAR, Figure.WAITING, Figure.JUDGED, Figure.DISLIKED, Figure.SYNCED}
)


def _months(codes: Collection[str] | None) -> Iterator[Row]:
    """Each month since the first dossier, the one that goes on included."""
    now = clock.now()
    first = Dossier.objects.order_by("submitted_at").values_list("submitted_at", flat=True).first()
    if first is None:
        return
    units = dict(Unit.objects.values_list("pk", "code"))
    period = rules.month_of(clock.local(first).date())
    while period.since <= now.date():
        for line in selectors.lines(list(units), period, at=now):
            yield _month_row(period.since, units[line.unit_id], line)
        period = rules.month_of(period.until)


def _month_row(month: date, unit: str, line: selectors.Line) -> Row:
    counts: dict[str, Any] = {figure.value: line.counts[figure] for figure in SHOWN}
    finished = line.counts[Figure.FINISHED]
    return {
        "key": f"{month:%Y-%m}/{unit}/{line.procedure}", "month": month, "unit_code": unit,
        "procedure": line.procedure, "days": round(line.days / finished, 2) if finished else None,
        **counts,
    }  # fmt: skip


FIGURE_NAMES = {
    Figure.CARRIED: ("Chuyển từ tháng trước", "Brought over from before"),
    Figure.RECEIVED: ("Tiếp nhận trong tháng", "Received in the month"),
    Figure.ONLINE: ("Trong đó trực tuyến", "Of these online"),
    Figure.DIRECT: ("Trong đó trực tiếp", "Of these at the counter"),
    Figure.POST: ("Trong đó qua bưu chính", "Of these by post"),
    Figure.FINISHED: ("Đã xử lý xong", "Finished"),
    Figure.EARLY: ("Xong trước hạn", "Finished before the due day"),
    Figure.ON_DAY: ("Xong đúng hạn", "Finished on the due day"),
    Figure.LATE: ("Xong trễ hạn", "Finished late"),
    Figure.NOT_RECEIVED: ("Từ chối tiếp nhận", "Refused"),
    Figure.WITHDRAWN: ("Công dân rút hồ sơ", "Taken back"),
    Figure.STOPPED: ("Dừng xử lý", "Stopped"),
    Figure.OPEN: ("Đang xử lý cuối kỳ", "Still open at the end"),
    Figure.OVERDUE: ("Đang xử lý, quá hạn", "Open and overdue at the end"),
    Figure.IN_TIME: ("Được tính đúng hạn", "Counted as in time"),
    Figure.ELECTRONIC: ("Có kết quả điện tử", "Finished with an electronic result"),
    Figure.DIGITISED: ("Giấy tờ được số hóa đủ", "Every paper digitised"),
    Figure.REUSED: ("Có dùng lại giấy tờ", "With a paper given before"),
    Figure.CHARGED: ("Có khoản phải nộp", "With something to pay"),
    Figure.PAID_ONLINE: ("Đã thanh toán trực tuyến", "Paid online"),
}
MOVED_COLUMNS = (
    column("received_at", Type.MOMENT, "Tiếp nhận lúc", "Received"),
    column("promised_at", Type.MOMENT, "Hẹn trả lúc", "Promised"),
    column("done_at", Type.MOMENT, "Xử lý xong lúc", "Finished"),
    column("closed_at", Type.MOMENT, "Đóng lúc", "Closed"),
    column("asked", Type.INTEGER, "Số lần yêu cầu bổ sung", "Times papers were asked for",
           required=True, minimum="0"),
    column("asked_at", Type.MOMENT, "Yêu cầu bổ sung lúc", "Papers asked for"),
    column("met_at", Type.MOMENT, "Bổ sung xong lúc", "Papers came"),
)  # fmt: skip
CODE = column(
    "code", Type.TEXT, "Mã hồ sơ", "Code of the dossier", required=True,
    classification=Classification.SENSITIVE,
)  # fmt: skip

MONTHS = register(
    DomainDataset(
        title_vi="Tình hình giải quyết hồ sơ thủ tục hành chính theo tháng",
        title_en="Dossiers of administrative procedures by month",
        description_vi="Mỗi dòng là một thủ tục tại một đơn vị trong một tháng: tiếp nhận bao "
        "nhiêu, xong bao nhiêu, đúng hạn hay trễ. Tháng đang diễn ra được tính đến lúc cập nhật.",
        description_en="Each row is one procedure at one unit in one month: how many dossiers "
        "were received and finished, in time or late. The present month is counted until now.",
        kind=Kind.DERIVED,
        themes=(Theme.LOCAL, Theme.SOCIETY),
        keywords=("thủ tục hành chính", "hồ sơ", "một cửa", "đúng hạn"),
        legal_basis=LAW,
        contract=Contract(
            dataset="cases-months",
            version=1,
            mode=Mode.MERGE,
            key=("key",),
            rhythm=Rhythm.DAILY,
            legal_basis=LAW,
            fields=(
                column("key", Type.TEXT, "Khóa", "Key", required=True, unique=True),
                column("month", Type.DATE, "Tháng", "Month", required=True,
                       help_vi="Ngày đầu tháng.", help_en="The first day of the month."),
                column("unit_code", Type.TEXT, "Đơn vị giải quyết", "Unit that decides",
                       required=True),
                column("procedure", Type.TEXT, "Mã thủ tục", "Code of the procedure",
                       required=True),
                column("days", Type.NUMBER, "Số ngày xử lý bình quân", "Average days", minimum="0"),
                *(
                    column(figure.value, Type.INTEGER, *FIGURE_NAMES[figure], required=True,
                           minimum="0")
                    for figure in SHOWN
                ),
            ),
        ),
        feed=Current(rows=_months),
    )
)  # fmt: skip


def _derived(
    dataset: str, *, mode: Mode, fields: tuple[Field, ...], key: tuple[str, ...] = (), **more: Any
) -> DomainDataset:
    """What serves indicators only and is shown to nobody."""
    return register(
        DomainDataset(
            kind=Kind.DERIVED, share=Share.CLOSED, licence=Licence.NOT_OPEN, themes=(Theme.LOCAL,),
            legal_basis=LAW,
            contract=Contract(
                dataset=dataset, version=1, mode=mode, key=key, rhythm=Rhythm.CONTINUOUS,
                legal_basis=LAW, fields=fields,
            ),
            **more,
        )
    )  # fmt: skip


REGISTER = _derived(
    "cases-register",
    title_vi="Sổ hồ sơ để tính chỉ tiêu",
    title_en="Register of dossiers for indicators",
    description_vi="Mỗi dòng là một hồ sơ: đơn vị, lĩnh vực, thủ tục, cách nộp, các mốc thời "
    "gian. Không có tên người nộp. Chỉ dùng để tính chỉ tiêu.",
    description_en="Each row is one dossier: unit, field, procedure, how it was submitted, and "
    "times. It holds no names and serves indicators only.",
    keywords=("hồ sơ", "chỉ tiêu"),
    mode=Mode.MERGE,
    key=("code",),
    fields=(
        CODE,
        column("unit_id", Type.INTEGER, "Số của đơn vị", "Number of the unit",
               required=True),
        column("area", Type.TEXT, "Lĩnh vực", "Field", required=True),
        column("procedure", Type.TEXT, "Mã thủ tục", "Code of the procedure",
               required=True),
        column("way", Type.INTEGER, "Cách nộp", "How it was submitted", required=True,
               minimum="1", maximum="3"),
        column("submitted_at", Type.MOMENT, "Nộp lúc", "Submitted", required=True),
        *MOVED_COLUMNS,
    ),
    events=(events.DossierMoved,),
    feed=Current(rows=_register, touched=lambda event: (event.code,)),
)  # fmt: skip

# What a row of the register was at any moment: it forgets what it was before an extension, a wait
# for papers or a correction.
CHANGES = _derived(
    "cases-register-steps",
    title_vi="Các mốc thời gian của hồ sơ theo từng bước",
    title_en="Times of dossiers, step by step",
    description_vi="Mỗi dòng là các mốc thời gian của một hồ sơ sau một bước xử lý. Chỉ dùng "
    "để tính chỉ tiêu của ngày đã qua.",
    description_en="Each row is what the times of a dossier were after a step. It serves "
    "indicators of past days.",
    keywords=("hồ sơ", "chỉ tiêu", "thời hạn"),
    mode=Mode.APPEND,
    fields=(
        CODE,
        column("number", Type.INTEGER, "Số thứ tự", "Number in order", required=True),
        column("at", Type.MOMENT, "Lúc", "When", required=True),
        *MOVED_COLUMNS,
    ),
    events=(events.DossierMoved,),
    feed=History(rows=_changes, number="number"),
)  # fmt: skip

HISTORY = register(
    DomainDataset(
        title_vi="Quá trình giải quyết hồ sơ",
        title_en="History of dossiers",
        description_vi="Mỗi dòng là một bước của một hồ sơ: từ trạng thái nào sang trạng thái nào, "
        "lúc nào, ở đâu. Mã hồ sơ được thay bằng mã giả.",
        description_en="Each row is one step of a dossier: from which status to which, when and "
        "where. The code of the dossier is replaced by a token.",
        share=Share.REQUEST,
        licence=Licence.NOT_OPEN,
        themes=(Theme.LOCAL,),
        keywords=("hồ sơ", "quá trình giải quyết", "thời hạn"),
        legal_basis=LAW,
        contract=Contract(
            dataset="cases-history",
            version=1,
            mode=Mode.APPEND,
            rhythm=Rhythm.CONTINUOUS,
            legal_basis=LAW,
            fields=(
                CODE,
                column("at", Type.MOMENT, "Lúc", "When", required=True),
                column("act", Type.TEXT, "Việc đã làm", "What was done", required=True,
                       allowed=tuple(Act.values)),
                column("status_before", Type.INTEGER, "Trạng thái trước", "Status before",
                       minimum="1", maximum="10"),
                column("status", Type.INTEGER, "Trạng thái sau", "Status after", required=True,
                       minimum="1", maximum="10"),
                column("unit_code", Type.TEXT, "Đơn vị giải quyết", "Unit that decides",
                       required=True),
                column("procedure", Type.TEXT, "Mã thủ tục", "Code of the procedure",
                       required=True),
                column("area", Type.TEXT, "Lĩnh vực", "Field", required=True),
                column("step", Type.TEXT, "Bước nội bộ", "Internal step"),
                column("handling_unit", Type.TEXT, "Đơn vị đang giữ", "Unit that has it",
                       required=True),
                column("due_at", Type.MOMENT, "Hạn", "Due"),
                column("paused", Type.BOOLEAN, "Tạm dừng tính hạn", "Clock paused", required=True),
            ),
        ),
        events=(events.DossierMoved,),
        feed=History(rows=_history),
    )
)  # fmt: skip

TIMES = (
    column("waiting_since", Type.MOMENT, "Chờ từ lúc", "Waiting since", required=True),
    column("called_at", Type.MOMENT, "Gọi lần đầu lúc", "First called"),
)
TURN = column("turn", Type.TEXT, "Lượt chờ", "Number of a day", required=True)


def _turn_key(unit: str, taken_at: datetime, label: str) -> str:
    """A number is given once a day at a unit: what tells it from every other."""
    return f"{unit}/{clock.local(taken_at):%Y-%m-%d}/{label}"


def _turns(keys: Collection[str] | None) -> Iterator[Row]:
    rows = Turn.objects.select_related("unit", "queue")
    if keys is not None:
        parts = [key.split("/") for key in keys]
        rows = rows.filter(day__in={day for _unit, day, _label in parts},
                           label__in={label for _unit, _day, label in parts})  # fmt: skip
    for one in rows.order_by("pk").iterator(CHUNK):
        key = _turn_key(one.unit.code, one.taken_at, one.label)
        if keys is None or key in keys:
            yield {
                "turn": key, "unit_id": one.unit_id, "group": one.queue.letter,
                "waiting_since": one.waiting_since, "called_at": one.called_at,
            }  # fmt: skip


def _turn_steps(event: events.TurnMoved, at: datetime) -> Iterable[Row]:
    yield {
        "turn": _turn_key(event.unit_code, event.taken_at, event.number), "at": at,
        "waiting_since": event.waiting_since, "called_at": event.called_at,
    }  # fmt: skip


TURNS = _derived(
    "cases-turns",
    title_vi="Lượt chờ tại quầy để tính chỉ tiêu",
    title_en="Numbers of the queue for indicators",
    description_vi="Mỗi dòng là một số thứ tự: đơn vị, nhóm, chờ từ lúc nào, được gọi lúc nào. "
    "Không hỏi tên ai. Chỉ dùng để tính chỉ tiêu.",
    description_en="Each row is one number of the queue: unit, group, since when it waited and "
    "when it was called. Nobody's name is asked. It serves indicators only.",
    keywords=("lượt chờ", "quầy", "chỉ tiêu"),
    mode=Mode.MERGE,
    key=("turn",),
    fields=(
        TURN,
        column("unit_id", Type.INTEGER, "Số của đơn vị", "Number of the unit",
               required=True),
        column("group", Type.TEXT, "Nhóm", "Group", required=True),
        *TIMES,
    ),
    events=(events.TurnMoved,),
    feed=Current(
        rows=_turns,
        touched=lambda event: (_turn_key(event.unit_code, event.taken_at, event.number),),
    ),
)  # fmt: skip

TURN_STEPS = _derived(
    "cases-turns-steps",
    title_vi="Lượt chờ tại quầy theo từng bước",
    title_en="Numbers of the queue, step by step",
    description_vi="Mỗi dòng là các mốc thời gian của một lượt chờ sau một bước. Chỉ dùng để "
    "tính chỉ tiêu của ngày đã qua.",
    description_en="Each row is what the times of a number were after a step. It serves "
    "indicators of past days.",
    keywords=("lượt chờ", "quầy", "chỉ tiêu"),
    mode=Mode.APPEND,
    fields=(
        TURN,
        column("number", Type.INTEGER, "Số thứ tự", "Number in order", required=True),
        column("at", Type.MOMENT, "Lúc", "When", required=True),
        *TIMES,
    ),
    events=(events.TurnMoved,),
    feed=History(rows=_turn_steps, number="number"),
)  # fmt: skip
