"""What the public indicators said, as a table of the store."""

from collections.abc import Collection, Iterator
from typing import Any

from django.contrib.auth.models import AnonymousUser

from dothi.core import clock
from dothi.datastore.catalogue.choices import Kind, Mode, Rhythm, Theme, Type
from dothi.datastore.catalogue.registry import Current, DomainDataset, Row, column, register
from dothi.datastore.catalogue.rules.contract import Contract
from dothi.datastore.indicators import selectors
from dothi.datastore.indicators.choices import Run
from dothi.datastore.indicators.models import Reading

CHUNK = 2000


def _readings(keys: Collection[str] | None) -> Iterator[Row]:
    """By unit; of those whose small numbers everybody may not see, only what all units have."""
    at = clock.now()
    whole: dict[int, dict[str, Any]] = {}
    guarded = {
        one.code: selectors.guard_of(one, AnonymousUser(), at=at).at_least > 0
        for one in selectors.open_data()
    }
    # Those between full hours are for boards, and go after two days.
    rows = Reading.objects.filter(
        measurement__indicator__in=guarded, measurement__release="", measurement__at__minute=0
    ).select_related("unit", "measurement__definition")
    if keys is not None:
        rows = rows.filter(pk__in=[int(key) for key in keys])
    for one in rows.order_by("pk").iterator(CHUNK):
        made = one.measurement
        row = {
            "id": str(one.pk), "indicator": made.indicator,
            "unit_code": one.unit.code if one.unit else None, "at": made.at, "run": made.run,
            "definition": made.definition.number if made.definition else None,
            "numerator": one.numerator, "denominator": one.denominator,
        }  # fmt: skip
        if not guarded[made.indicator]:
            yield row
            continue
        total = whole.setdefault(
            made.pk, row | {"unit_code": None, "numerator": 0.0, "denominator": 0.0}
        )
        total["numerator"] += one.numerator
        total["denominator"] += one.denominator
    yield from whole.values()


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
            version=2,
            mode=Mode.MERGE,
            key=("id",),
            rhythm=Rhythm.HOURLY,
            fields=(
                column("id", Type.TEXT, "Số của dòng", "Number of the row", required=True,
                      unique=True),
                column("indicator", Type.TEXT, "Mã chỉ tiêu", "Code of the indicator",
                       required=True),
                column("unit_code", Type.TEXT, "Mã đơn vị", "Code of the unit"),
                column("at", Type.MOMENT, "Thời điểm", "Moment", required=True),
                column("run", Type.TEXT, "Nguồn tính", "Run", required=True,
                       allowed=tuple(Run.values)),
                column("definition", Type.INTEGER, "Số định nghĩa", "Number of the definition",
                       minimum="1"),
                column("numerator", Type.NUMBER, "Tử số", "Numerator", required=True),
                column("denominator", Type.NUMBER, "Mẫu số", "Denominator", required=True),
            ),
        ),
        feed=Current(rows=_readings),
    )
)  # fmt: skip
