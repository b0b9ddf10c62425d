"""A small national portal that keeps what it is told, and takes nothing that its fields forbid.

What it hands out is held against the same list of fields: it cannot drift from what is known.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from dothi.connectors.played import Answer, Request
from dothi.lib import national_portal as fields

FAULT, UNKNOWN, TWICE = 1, 2, 3


@dataclass
class Portal:
    """Dossiers and steps that it heard of. `ill` answers are faults of the server first."""

    token: str = "only-for-the-fake"
    ill: int = 0
    refused: set[str] = field(default_factory=set)  # Numbers that it does not take.
    cases: dict[str, dict[str, Any]] = field(default_factory=dict)
    steps: list[dict[str, str]] = field(default_factory=list)
    sent_in: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def arrives(self, **changes: Any) -> dict[str, Any]:
        """Somebody sends in a dossier here."""
        record: dict[str, Any] = {name: "" for name in fields.PLAIN_FIELDS}
        record |= {name: [] for name in fields.LISTS}
        record |= {"TrangThaiHoSo": "1", "LoaiDoiTuong": "0"} | changes
        faults = fields.faults(record)
        if faults:
            raise ValueError("; ".join(faults))
        self.sent_in.append(record)
        return record

    def attached(self, content: bytes, *, paper: str) -> dict[str, str]:
        """A file of a dossier that is sent in."""
        path = f"/files/{len(self.files) + 1}"
        self.files[path] = content
        row = {
            "TepDinhKemId": path[7:], "TenTepDinhKem": "tep.pdf", "IsDeleted": "False",
            "MaThanhPhanHoSo": paper, "DuongDanTaiTepTin": path, "DuocSoHoa": "1",
            "DuocLayTuKhoDMQG": "0",
        }  # fmt: skip
        return row

    def answer(self, request: Request) -> Answer:
        if self.ill:
            self.ill -= 1
            return Answer(status=503)
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return Answer(status=401)
        if request.path in self.files:
            return Answer(body=self.files[request.path])
        asked = json.loads(request.body)
        return Answer(value=self._served(asked))

    def _served(self, asked: dict[str, Any]) -> dict[str, Any]:
        match asked["service"]:
            case fields.SYNC:
                return self._sync(asked["data"], updating=asked["isUpdating"])
            case fields.PROGRESS:
                return self._progress(asked["data"])
            case fields.LOOK_UP:
                waiting = [one for one in self.sent_in if one["MaHoSo"] not in self.cases]
                return {"error_code": 0, "result": waiting}
        return _no(FAULT, "no such service")

    def _sync(self, data: list[dict[str, Any]], *, updating: bool) -> dict[str, Any]:
        for record in data:
            code = str(record.get("MaHoSo"))
            faults = fields.faults(record)
            if faults or code in self.refused:
                return _no(FAULT, "; ".join(faults) or "refused")
            brought = any(one["MaHoSo"] == code for one in self.sent_in)
            if updating and code not in self.cases and not brought:
                return _no(UNKNOWN, "MaHoSo")
            if not updating and code in self.cases:
                return _no(TWICE, "MaHoSo")
            self.cases[code] = record
        return {"error_code": 0}

    def _progress(self, data: list[dict[str, str]]) -> dict[str, Any]:
        for record in data:
            faults = fields.faults(record, fields.PROGRESS_FIELDS)
            if faults:
                return _no(FAULT, "; ".join(faults))
            if record["MaHoSo"] not in self.cases:
                return _no(UNKNOWN, "MaHoSo")
            self.steps.append(record)
        return {"error_code": 0}


def _no(code: int, words: str) -> dict[str, Any]:
    return {"error_code": code, "error_message": words}
