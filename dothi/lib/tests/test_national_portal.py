"""Dossiers in the portal's field names: whole, in its times, and held against its list."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dothi.lib import national_portal as portal

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
FACTS = Path(__file__).parents[4] / "shared" / "domain" / "vietnam.md"


def case(**changes: Any) -> portal.Case:
    given: dict[str, Any] = {
        "code": "38.01.H29-260302-0001", "procedure": "1.013225", "procedure_name": "Cấp phép",
        "area": "building", "area_name": "Xây dựng", "applicant": "Trần Thị Mẫu",
        "applicant_kind": "household", "applicant_number": "079190000001", "email": "",
        "phone": "", "summary": "", "agency": "38.01.H29", "status": 2, "received_at": AT,
        "due_at": None, "done_at": None, "returned_at": None,
    }  # fmt: skip
    return portal.Case(**(given | changes))


def test_times_are_those_of_viet_nam() -> None:
    assert portal.stamp(AT) == "20260302090000"
    assert portal.moment("20260302090000") == AT
    assert portal.stamp(None) == ""


def test_a_record_has_every_field_and_no_other() -> None:
    record = portal.case_record(
        case(
            files=[portal.File(id="1", name="a.pdf", paper="land", url="/f", digitised=True)],
            fees=[portal.Fee(name="Lệ phí", code="c", amount=0, kind="charge", collected=1)],
            supplements=[portal.Supplement(id="1", asked_by="Lan", what="Bản vẽ", asked_at=AT)],
            results=[portal.Result(id="1", name="Giấy phép", code="permit", url="")],
        )
    )
    assert portal.faults(record) == []
    assert tuple(record) == portal.CASE_FIELDS
    assert record["LoaiDoiTuong"] == "2"
    assert record["DanhSachLePhi"][0]["Gia"] == "0"
    assert record["DanhSachHoSoBoSung"][0]["TrangThaiBoSung"] == portal.ASKED


def test_what_is_not_as_the_list_has_it_is_named() -> None:
    record = portal.case_record(case()) | {"ChuHoSo": "", "Khac": "1", "NgayTra": "hôm qua"}
    del record["GhiChu"]
    record["TaiLieuNop"] = [{"TepDinhKemId": "1"}]
    found = portal.faults(record)
    assert {"GhiChu: missing", "Khac: unknown", "ChuHoSo: empty", "NgayTra: no time"} <= set(found)
    assert "TaiLieuNop.0.TenTepDinhKem: missing" in found


def test_a_step_has_its_fields() -> None:
    step = portal.Step(
        code="x", person="Lan", title="Chuyên viên", unit="Phường", what="Tiếp nhận", status=2,
        at=AT, began_at=AT, due_at=None,
    )  # fmt: skip
    assert portal.faults(portal.step_record(step), portal.PROGRESS_FIELDS) == []


@pytest.mark.shared_data
def test_the_lists_are_those_that_are_known_of_the_portal() -> None:
    if not FACTS.exists():
        pytest.skip("the facts are not here")
    text = FACTS.read_text().partition("### 3.5")[2].partition("### 3.6")[0]
    for fields in (*portal.LISTS.values(), portal.PLAIN_FIELDS, portal.PROGRESS_FIELDS):
        if fields is not portal.RESULT_FIELDS:
            assert [name for name in fields if name not in text] == []
    told = text.partition("Case: ")[2].partition(".\n")[0].split("[")[0].split(", ")[:20]
    assert tuple(told) == portal.PLAIN_FIELDS
