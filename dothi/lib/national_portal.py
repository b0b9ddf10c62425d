"""Dossiers in the field names of the national public service portal (Cổng Dịch vụ công quốc gia).

Names as the portal's interface has them: `DongBoHoSoMC` takes a dossier, `CapNhatTienDoHoSoMC` one
step of its course; times are `yyyyMMddHHmmss` in the time of Viet Nam. What is inside
`DanhSachGiayToKetQua`, and the numbers of the lists marked below, are to be confirmed. Pure.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
STAMP = "%Y%m%d%H%M%S"
SYNC, PROGRESS, LOOK_UP = "DongBoHoSoMC", "CapNhatTienDoHoSoMC", "TraCuuHoSo"

FILE_FIELDS = (
    "TepDinhKemId", "TenTepDinhKem", "IsDeleted", "MaThanhPhanHoSo", "DuongDanTaiTepTin",
    "DuocSoHoa", "DuocLayTuKhoDMQG",
)  # fmt: skip
FEE_FIELDS = ("TenPhiLePhi", "MaPhiLePhi", "HinhThucThu", "Gia", "LoaiPhiLePhi")
SUPPLEMENT_FIELDS = (
    "HoSoBoSungId", "NguoiYeuCauBoSung", "NoiDungBoSung", "NgayBoSung", "NguoiTiepNhanBoSung",
    "ThongTinTiepNhan", "NgayTiepNhanBoSung", "TrangThaiBoSung", "NgayHenTraTruoc",
    "NgayHenTraMoi",
)  # fmt: skip
RESULT_FIELDS = ("TenGiayTo", "MaThanhPhanHoSo", "GiayToId", "DuongDanTepTinKetQua")
PLAIN_FIELDS = (
    "MaHoSo", "MaTTHC", "TenTTHC", "MaLinhVuc", "TenLinhVuc", "ChuHoSo", "LoaiDoiTuong",
    "MaDoiTuong", "Email", "SoDienThoai", "TrichYeuHoSo", "NgayTiepNhan", "NgayHenTra",
    "TrangThaiHoSo", "NgayTra", "ThongTinTra", "HinhThuc", "NgayKetThucXuLy", "DonViXuLy",
    "GhiChu",
)  # fmt: skip
LISTS: Mapping[str, tuple[str, ...]] = {
    "TaiLieuNop": FILE_FIELDS,
    "DanhSachLePhi": FEE_FIELDS,
    "DanhSachHoSoBoSung": SUPPLEMENT_FIELDS,
    "DanhSachGiayToKetQua": RESULT_FIELDS,
}
CASE_FIELDS = (*PLAIN_FIELDS, *LISTS)
# `MaHoSo` says whose step it is.
PROGRESS_FIELDS = (
    "MaHoSo", "NguoiXuLy", "ChucDanh", "ThoiDiemXuLy", "PhongBanXuLy", "NoiDungXuLy", "TrangThai",
    "NgayBatDau", "NgayKetThucTheoQuyDinh",
)  # fmt: skip
NEEDED = ("MaHoSo", "MaTTHC", "ChuHoSo", "TrangThaiHoSo", "DonViXuLy")
TIMES = re.compile(r"^(Ngay|ThoiDiem)")

# LoaiDoiTuong 0, 1, 2 as the ministry writes it; other systems count differently.
PEOPLE = {"citizen": "0", "business": "1", "household": "2"}
# HinhThuc, LoaiPhiLePhi, TrangThaiBoSung: to be confirmed.
DELIVERIES = {"counter": "0", "post": "1", "electronic": "2"}
FEES = {"fee": "1", "charge": "2", "duty": "2"}
ASKED, MET = "0", "1"


@dataclass(frozen=True, kw_only=True)
class File:
    """A file of a paper that was handed in."""

    id: str
    name: str
    paper: str
    url: str
    digitised: bool = False
    reused: bool = False


@dataclass(frozen=True, kw_only=True)
class Fee:
    name: str
    code: str
    amount: int
    kind: str
    collected: int  # HinhThucThu: on receipt 1, on supplement 2, on giving back 4.


@dataclass(frozen=True, kw_only=True)
class Supplement:
    """Papers that were asked for, and when they came."""

    id: str
    asked_by: str
    what: str
    asked_at: datetime
    met_by: str = ""
    said: str = ""
    met_at: datetime | None = None
    due_before: datetime | None = None
    due_after: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Result:
    id: str
    name: str
    code: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """A dossier as it stands now, in words of ours."""

    code: str
    procedure: str
    procedure_name: str
    area: str
    area_name: str
    applicant: str
    applicant_kind: str
    applicant_number: str
    email: str
    phone: str
    summary: str
    agency: str
    status: int
    received_at: datetime | None
    due_at: datetime | None
    done_at: datetime | None
    returned_at: datetime | None
    returned: str = ""
    delivery: str = "counter"
    note: str = ""
    files: Sequence[File] = ()
    fees: Sequence[Fee] = ()
    supplements: Sequence[Supplement] = ()
    results: Sequence[Result] = ()


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that was done with a dossier, and by whom."""

    code: str
    person: str
    title: str
    unit: str
    what: str
    status: int
    at: datetime
    began_at: datetime | None
    due_at: datetime | None


def stamp(at: datetime | None) -> str:
    """A moment as the portal writes it; nothing where there is none."""
    return at.astimezone(ZONE).strftime(STAMP) if at else ""


def moment(text: str) -> datetime:
    """Read a moment.

    Raises:
        ValueError: it is none.
    """
    return datetime.strptime(text, STAMP).replace(tzinfo=ZONE)


def case_record(case: Case) -> dict[str, Any]:
    """A dossier for `DongBoHoSoMC`."""
    return {
        "MaHoSo": case.code,
        "MaTTHC": case.procedure,
        "TenTTHC": case.procedure_name,
        "MaLinhVuc": case.area,
        "TenLinhVuc": case.area_name,
        "ChuHoSo": case.applicant,
        "LoaiDoiTuong": PEOPLE[case.applicant_kind],
        "MaDoiTuong": case.applicant_number,
        "Email": case.email,
        "SoDienThoai": case.phone,
        "TrichYeuHoSo": case.summary,
        "NgayTiepNhan": stamp(case.received_at),
        "NgayHenTra": stamp(case.due_at),
        "TrangThaiHoSo": str(case.status),
        "NgayTra": stamp(case.returned_at),
        "ThongTinTra": case.returned,
        "HinhThuc": DELIVERIES[case.delivery],
        "NgayKetThucXuLy": stamp(case.done_at),
        "DonViXuLy": case.agency,
        "GhiChu": case.note,
        "TaiLieuNop": [_file(file) for file in case.files],
        "DanhSachLePhi": [_fee(fee) for fee in case.fees],
        "DanhSachHoSoBoSung": [_supplement(one) for one in case.supplements],
        "DanhSachGiayToKetQua": [
            {"TenGiayTo": one.name, "MaThanhPhanHoSo": one.code, "GiayToId": one.id,
             "DuongDanTepTinKetQua": one.url}
            for one in case.results
        ],
    }  # fmt: skip


def _file(file: File) -> dict[str, str]:
    return {
        "TepDinhKemId": file.id,
        "TenTepDinhKem": file.name,
        "IsDeleted": "False",
        "MaThanhPhanHoSo": file.paper,
        "DuongDanTaiTepTin": file.url,
        "DuocSoHoa": "1" if file.digitised else "0",
        "DuocLayTuKhoDMQG": "1" if file.reused else "0",
    }


def _fee(fee: Fee) -> dict[str, str]:
    return {
        "TenPhiLePhi": fee.name,
        "MaPhiLePhi": fee.code,
        "HinhThucThu": str(fee.collected),
        "Gia": str(fee.amount),
        "LoaiPhiLePhi": FEES[fee.kind],
    }


def _supplement(one: Supplement) -> dict[str, str]:
    return {
        "HoSoBoSungId": one.id,
        "NguoiYeuCauBoSung": one.asked_by,
        "NoiDungBoSung": one.what,
        "NgayBoSung": stamp(one.asked_at),
        "NguoiTiepNhanBoSung": one.met_by,
        "ThongTinTiepNhan": one.said,
        "NgayTiepNhanBoSung": stamp(one.met_at),
        "TrangThaiBoSung": MET if one.met_at else ASKED,
        "NgayHenTraTruoc": stamp(one.due_before),
        "NgayHenTraMoi": stamp(one.due_after),
    }


def step_record(step: Step) -> dict[str, str]:
    """A step for `CapNhatTienDoHoSoMC`."""
    return {
        "MaHoSo": step.code,
        "NguoiXuLy": step.person,
        "ChucDanh": step.title,
        "ThoiDiemXuLy": stamp(step.at),
        "PhongBanXuLy": step.unit,
        "NoiDungXuLy": step.what,
        "TrangThai": str(step.status),
        "NgayBatDau": stamp(step.began_at),
        "NgayKetThucTheoQuyDinh": stamp(step.due_at),
    }


def faults(record: Mapping[str, Any], fields: Sequence[str] = CASE_FIELDS) -> list[str]:
    """What of a record is not as the portal's list of fields has it."""
    found = [f"{name}: missing" for name in fields if name not in record]
    found += [f"{name}: unknown" for name in record if name not in fields]
    found += [
        f"{name}: empty" for name in NEEDED if name in fields and not str(record.get(name, "x"))
    ]
    for name, value in record.items():
        if name in LISTS:
            rows = value if isinstance(value, list) else []
            if not isinstance(value, list):
                found.append(f"{name}: no list")
            for number, row in enumerate(rows):
                found += [f"{name}.{number}.{fault}" for fault in faults(row, LISTS[name])]
        elif not isinstance(value, str):
            found.append(f"{name}: no text")
        elif value and TIMES.match(name):
            found += _not_a_time(name, value)
    return found


def _not_a_time(name: str, value: str) -> list[str]:
    try:
        moment(value)
    except ValueError:
        return [f"{name}: no time"]
    return []
