"""What the public indicators said, as a table of the store."""

from collections.abc import Collection, Iterator

from dothi.datastore.catalogue.choices import Kind, Mode, Rhythm, Theme, Type
from dothi.datastore.catalogue.registry import Current, DomainDataset, Row, column, register
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.indicators import registry
from dothi.datastore.indicators.models import Reading

CHUNK = 2000


def _readings(keys: Collection[str] | None) -> Iterator[Row]:
    public = [code for code, one in registry.indicators.items() if one.public]
    rows = Reading.objects.filter(indicator__in=public).select_related("unit")
    if keys is not None:
        rows = rows.filter(pk__in=[int(key) for key in keys])
    for one in rows.order_by("pk").iterator(CHUNK):
        yield {
            "id": str(one.pk), "indicator": one.indicator, "unit_code": one.unit.code,
            "at": one.at, "numerator": one.numerator, "denominator": one.denominator,
        }  # fmt: skip


READINGS = register(
    DomainDataset(
        title_vi="Số liệu chỉ tiêu đã ghi lại",
        title_en="Readings of indicators",
        description_vi="Giá trị của từng chỉ tiêu công khai theo đơn vị và thời điểm, giữ dưới "
        "dạng tử số và mẫu số để cộng được lên mọi cấp.",
        description_en="What each public indicator said for each unit at a moment, kept as "
        "numerator and denominator so that it adds up to every level.",
        kind=Kind.DERIVED,
        themes=(Theme.LOCAL,),
        keywords=("chỉ tiêu", "thống kê"),
        contract=Contract(
            dataset="indicator-readings",
            version=1,
            mode=Mode.MERGE,
            key=("id",),
            rhythm=Rhythm.HOURLY,
            fields=(
                column("id", Type.TEXT, "Số của dòng", "Number of the row", required=True,
                      unique=True),
                column("indicator", Type.TEXT, "Mã chỉ tiêu", "Code of the indicator",
                       required=True),
                column("unit_code", Type.TEXT, "Mã đơn vị", "Code of the unit", required=True),
                column("at", Type.MOMENT, "Thời điểm", "Moment", required=True),
                column("numerator", Type.NUMBER, "Tử số", "Numerator", required=True),
                column("denominator", Type.NUMBER, "Mẫu số", "Denominator", required=True),
            ),
        ),
        feed=Current(rows=_readings),
    )
)  # fmt: skip
