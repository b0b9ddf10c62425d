"""Documents of procedures to try the rules with: small, whole, and free of faults."""

from typing import Any

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
