"""Documents of procedures to try the rules with: small, whole, and free of faults."""

from datetime import UTC, date, datetime
from typing import Any

from dothi.procedures import services
from dothi.procedures.models import Area, Version
from dothi.procedures.rules.definition import Definition

SOURCE = {"text": "Mẫu minh họa", "trust": "checked", "as_of": "2026-11-01"}
ROLES = frozenset({"counter", "specialist", "leader"})


def words(vi: str, en: str = "") -> dict[str, str]:
    return {"vi": vi, "en": en or vi}


def step(code: str, role: str, hours: int, **outcomes: str) -> dict[str, Any]:
    return {
        "code": code, "name": words(code), "role": role, "hours": hours,
        "outcomes": [
            {"code": name, "name": words(name), "to": to} for name, to in outcomes.items()
        ],
    }  # fmt: skip


def birth(**changes: Any) -> dict[str, Any]:
    """Birth registration: done the same day, free of charge, a repeated group for the parents."""
    return {
        "code": "1.001193",
        "name": words("Đăng ký khai sinh", "Birth registration"),
        "area": "civil_status",
        "channel": "own",
        "applicants": ["citizen"],
        "agency": words("Ủy ban nhân dân cấp xã", "Commune People's Committee"),
        "occasions": [words("sinh con", "a child is born")],
        "sequence": words("Nộp, kiểm tra, ký, trả.", "Submit, check, sign, give back."),
        "manner": words("Trực tiếp, trực tuyến, bưu chính.", "At the counter, online, by post."),
        "conditions": words("Không có.", "None."),
        "papers": [
            {"code": "birth_note", "name": words("Giấy chứng sinh", "Birth note")},
            {
                "code": "marriage", "name": words("Giấy kết hôn", "Marriage certificate"),
                "form": "copy", "when": {"==": [{"var": "married"}, True]}, "kind": "marriage",
            },
        ],
        "limits": [
            {"spec": {"amount": 0, "start": "working_day"}, "source": SOURCE},
        ],
        "fees": [
            {"code": "charge", "name": words("Lệ phí"), "kind": "charge", "amount": 0,
             "source": SOURCE},
        ],
        "results": [{"code": "certificate", "name": words("Giấy khai sinh", "Birth certificate")}],
        "basis": [{"name": words("Luật Hộ tịch 60/2014/QH13"), "article": "16"}],
        "steps": [
            step("check", "specialist", 4, fits="sign", refuse="refused"),
            step("sign", "leader", 2, signed="result", back="check"),
        ],
        "form": {
            "sections": [
                {
                    "code": "child", "name": words("Trẻ", "The child"),
                    "fields": [
                        {"code": "child_name", "type": "text", "name": words("Họ tên")},
                        {"code": "born_on", "type": "date", "name": words("Ngày sinh"), "most": 0},
                        {"code": "abroad", "type": "yes_no", "name": words("Sinh ở nước ngoài"),
                         "required": False},
                        {"code": "country", "type": "text", "name": words("Nước"),
                         "when": {"==": [{"var": "abroad"}, True]}},
                    ],
                },
                {
                    "code": "family", "name": words("Cha mẹ", "Parents"),
                    "fields": [
                        {"code": "married", "type": "yes_no", "name": words("Đã kết hôn")},
                        {
                            "code": "parents", "type": "group", "name": words("Cha mẹ"), "most": 2,
                            "fields": [
                                {"code": "name", "type": "text", "name": words("Họ tên")},
                                {"code": "role", "type": "choice", "name": words("Là"),
                                 "options": [{"code": "mother", "name": words("mẹ")},
                                             {"code": "father", "name": words("cha")}]},
                                {"code": "citizen_id", "type": "citizen_id",
                                 "name": words("Số định danh"), "required": False},
                                {"code": "consent", "type": "yes_no", "name": words("Thừa nhận"),
                                 "when": {"and": [{"==": [{"var": "role"}, "father"]},
                                                  {"==": [{"var": "married"}, False]}]}},
                            ],
                        },
                    ],
                },
            ]
        },
    } | changes  # fmt: skip


def defined(**changes: Any) -> Definition:
    return Definition.model_validate(birth(**changes))


ANSWERS: dict[str, Any] = {
    "child_name": "Nguyễn Minh An",
    "born_on": "2026-11-20",
    "married": True,
    "parents": [{"name": "Nguyễn Thị Hoa", "role": "mother", "citizen_id": "079190001234"}],
}

PERMIT_PAPERS = ("application", "land", "drawings")


def permit(**changes: Any) -> dict[str, Any]:
    """A building permit: fifteen working days, a fee, a visit where it is needed."""
    return birth() | {
        "code": "1.013225",
        "name": words("Cấp giấy phép xây dựng", "Building permit"),
        "area": "building",
        "applicants": ["citizen", "business", "household"],
        "occasions": [words("xây nhà", "build a house")],
        "papers": [
            {"code": "application", "name": words("Đơn", "Application")},
            {"code": "land", "name": words("Giấy tờ đất", "Land papers"), "form": "certified",
             "kind": "land_certificate"},
            {"code": "drawings", "name": words("Bản vẽ", "Drawings"), "number": 2},
            {"code": "neighbour", "name": words("Cam kết", "Undertaking"), "required": False},
        ],
        "limits": [
            {"spec": {"amount": 20}, "source": SOURCE,
             "when": {"==": [{"var": "kind"}, "works"]}},
            {"spec": {"amount": 15}, "source": SOURCE},
        ],
        "fees": [
            {"code": "charge", "name": words("Lệ phí", "Charge"), "kind": "charge",
             "amount": 50_000, "source": SOURCE},
            {"code": "charge", "name": words("Lệ phí", "Charge"), "kind": "charge",
             "amount": 0, "ways": [2], "source": SOURCE},
        ],
        "results": [
            {"code": "permit", "name": words("Giấy phép xây dựng", "Building permit"),
             "kind": "building_permit", "months": 12},
        ],
        "steps": [
            step("check", "specialist", 40, visit="visit", fits="sign", refuse="refused"),
            step("visit", "specialist", 24, fits="sign", refuse="refused"),
            step("sign", "leader", 16, signed="result", back="check"),
        ],
        "form": {
            "sections": [
                {
                    "code": "work", "name": words("Công trình", "The work"),
                    "fields": [
                        {"code": "kind", "type": "choice", "name": words("Loại", "Kind"),
                         "options": [{"code": "house", "name": words("Nhà ở", "House")},
                                     {"code": "works", "name": words("Công trình", "Works")}]},
                        {"code": "floors", "type": "number", "name": words("Số tầng", "Floors"),
                         "least": 1, "most": 50},
                        {"code": "owner_id", "type": "citizen_id", "sensitive": True,
                         "name": words("Số định danh", "Identification number"),
                         "required": False},
                    ],
                }
            ]
        },
    } | changes  # fmt: skip


def permit_answers(**changes: Any) -> dict[str, Any]:
    return {"kind": "house", "floors": 3, "owner_id": "079190000001"} | changes


def publish(document: dict[str, Any], *, since: date) -> Version:
    """A procedure in force from a day on, written by one person and published by another."""
    at = datetime.combine(since, datetime.min.time(), UTC)
    area = document["area"]
    Area.objects.get_or_create(code=area, defaults={"name_vi": area, "name_en": area})
    draft = services.draft(document=document, by="user:1", at=at)
    return services.publish(version=draft, valid_from=since, by="user:2", at=at)
