"""What lies below the store and is published into it: units in time, their successions, and the
working calendar."""

from collections.abc import Collection, Iterator

from django.db.models import QuerySet

from dothi.core.workdays.choices import Certainty, DayKind
from dothi.core.workdays.models import CalendarDay
from dothi.datastore.catalogue.choices import Kind, Mode, Rhythm, Theme, Type
from dothi.datastore.catalogue.registry import Current, DomainDataset, Row, column, register
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.units.choices import Kind as UnitKind
from dothi.units.models import Succession, Unit

CHUNK = 2000


def _units(keys: Collection[str] | None) -> Iterator[Row]:
    for unit in _chosen(Unit.objects.select_related("parent"), keys):
        yield {
            "id": str(unit.pk), "code": unit.code, "name_vi": unit.name_vi,
            "name_en": unit.name_en, "kind": unit.kind,
            "parent_code": unit.parent.code if unit.parent else None,
            "valid_from": unit.valid_from, "valid_to": unit.valid_to,
            "legal_basis": unit.legal_basis, "population": unit.population, "km2": unit.km2,
        }  # fmt: skip


def _successions(keys: Collection[str] | None) -> Iterator[Row]:
    rows = Succession.objects.select_related("predecessor", "successor")
    for one in _chosen(rows, keys):
        yield {
            "id": str(one.pk), "predecessor_id": str(one.predecessor_id),
            "successor_id": str(one.successor_id), "predecessor_code": one.predecessor.code,
            "successor_code": one.successor.code, "on": one.on, "share": one.share,
            "back_share": one.back_share, "whole": one.whole, "decision": one.decision,
        }  # fmt: skip


def _days(keys: Collection[str] | None) -> Iterator[Row]:
    rows = CalendarDay.objects.all()
    for day in (rows if keys is None else rows.filter(day__in=keys)).iterator(CHUNK):
        yield {
            "day": day.day, "kind": day.kind, "label_vi": day.label_vi, "label_en": day.label_en,
            "legal_basis": day.legal_basis, "certainty": day.certainty,
        }  # fmt: skip


def _chosen(rows: QuerySet, keys: Collection[str] | None) -> Iterator:  # type: ignore[type-arg]
    chosen = rows if keys is None else rows.filter(pk__in=[int(key) for key in keys])
    return chosen.order_by("pk").iterator(CHUNK)


UNITS = register(
    DomainDataset(
        title_vi="Đơn vị hành chính theo thời gian",
        title_en="Administrative units in time",
        description_vi="Mỗi dòng là một đơn vị hành chính trong một giai đoạn: tên, cấp, đơn vị "
        "cha, ngày bắt đầu và kết thúc, căn cứ pháp lý. Đơn vị đổi tên là một dòng mới.",
        description_en="Each row is an administrative unit in one period of its life: name, level, "
        "parent, first and last day, legal basis. A unit that was renamed is a new row.",
        kind=Kind.MASTER,
        themes=(Theme.LOCAL,),
        keywords=("đơn vị hành chính", "phường", "địa giới"),
        contract=Contract(
            dataset="units",
            version=1,
            mode=Mode.MERGE,
            key=("id",),
            rhythm=Rhythm.DAILY,
            fields=(
                column("id", Type.TEXT, "Số của dòng", "Number of the row", required=True,
                      unique=True),
                column("code", Type.TEXT, "Mã đơn vị", "Code of the unit", required=True),
                column("name_vi", Type.TEXT, "Tên", "Name in Vietnamese", required=True),
                column("name_en", Type.TEXT, "Tên tiếng Anh", "Name in English"),
                column("kind", Type.TEXT, "Loại đơn vị", "Kind of unit", required=True,
                      allowed=tuple(UnitKind.values)),
                column("parent_code", Type.TEXT, "Mã đơn vị cha", "Code of the unit above"),
                column("valid_from", Type.DATE, "Từ ngày", "First day", required=True),
                column("valid_to", Type.DATE, "Đến trước ngày", "First day on which it is gone"),
                column("legal_basis", Type.TEXT, "Căn cứ pháp lý", "Legal basis"),
                column("population", Type.INTEGER, "Dân số", "Population", unit="người"),
                column("km2", Type.NUMBER, "Diện tích", "Area", unit="km2"),
            ),
        ),
        feed=Current(rows=_units),
    )
)  # fmt: skip

SUCCESSIONS = register(
    DomainDataset(
        title_vi="Sáp nhập, chia tách đơn vị hành chính",
        title_en="Mergers and splits of administrative units",
        description_vi="Đơn vị nào nhập vào hoặc tách thành đơn vị nào, từ ngày nào, theo quyết "
        "định nào; tỷ lệ dùng để phân bổ số liệu cũ sang đơn vị mới.",
        description_en="Which unit went over into which one, on which day, by which decision; and "
        "the shares by which older figures are shared out.",
        kind=Kind.MASTER,
        themes=(Theme.LOCAL,),
        keywords=("sáp nhập", "chia tách", "đơn vị hành chính"),
        contract=Contract(
            dataset="unit-successions",
            version=1,
            mode=Mode.MERGE,
            key=("id",),
            rhythm=Rhythm.DAILY,
            fields=(
                column("id", Type.TEXT, "Số của dòng", "Number of the row", required=True,
                      unique=True),
                column("predecessor_id", Type.TEXT, "Dòng của đơn vị trước",
                       "Row of the unit before",
                      required=True, reference="units.id"),
                column("successor_id", Type.TEXT, "Dòng của đơn vị sau", "Row of the unit after",
                      required=True, reference="units.id"),
                column("predecessor_code", Type.TEXT, "Mã đơn vị trước", "Code of the unit before",
                      required=True),
                column("successor_code", Type.TEXT, "Mã đơn vị sau", "Code of the unit after",
                      required=True),
                column("on", Type.DATE, "Từ ngày", "From", required=True),
                column("share", Type.NUMBER, "Tỷ lệ chuyển sang", "Share that went over",
                      required=True, minimum="0", maximum="1"),
                column("back_share", Type.NUMBER, "Tỷ lệ tính ngược", "Share counted backwards",
                      required=True, minimum="0", maximum="1"),
                column("whole", Type.BOOLEAN, "Nhập toàn bộ", "Went over wholly", required=True),
                column("decision", Type.TEXT, "Nghị quyết", "Decision"),
            ),
        ),
        feed=Current(rows=_successions),
    )
)  # fmt: skip

DAYS = register(
    DomainDataset(
        title_vi="Lịch làm việc: ngày nghỉ và ngày làm bù",
        title_en="Working calendar: days off and make-up days",
        description_vi="Những ngày khác với tuần làm việc thường: nghỉ lễ, nghỉ bù, hoán đổi, làm "
        "bù, kèm căn cứ. Mọi thời hạn của cổng được tính theo lịch này.",
        description_en="Days that depart from the usual week: holidays, swaps and make-up days, "
        "with their basis. Every time limit of this house is counted by this calendar.",
        kind=Kind.REFERENCE,
        themes=(Theme.LABOUR, Theme.LOCAL),
        keywords=("ngày nghỉ", "nghỉ lễ", "lịch làm việc"),
        contract=Contract(
            dataset="calendar-days",
            version=1,
            mode=Mode.MERGE,
            key=("day",),
            rhythm=Rhythm.DAILY,
            fields=(
                column("day", Type.DATE, "Ngày", "Day", required=True, unique=True),
                column("kind", Type.TEXT, "Loại ngày", "Kind of day", required=True,
                      allowed=tuple(DayKind.values)),
                column("label_vi", Type.TEXT, "Tên gọi", "Name in Vietnamese", required=True),
                column("label_en", Type.TEXT, "Tên gọi tiếng Anh", "Name in English"),
                column("legal_basis", Type.TEXT, "Căn cứ", "Basis"),
                column("certainty", Type.TEXT, "Mức chắc chắn", "How certain", required=True,
                      allowed=tuple(Certainty.values)),
            ),
        ),
        feed=Current(rows=_days),
    )
)  # fmt: skip
