"""A condition that makes no sense is refused where it is written, with the place of the fault."""

import json
from typing import Any

import pytest

from dothi.operations.judging.rules.conditions import DEEP, BadCondition, parse, written

ABSENT = {"is": "absence", "after": 60}
HIGH = {"is": "threshold", "side": "above", "limit": 1.5, "clear": 1.2, "hold": 60}


def said(condition: Any) -> str:
    with pytest.raises(BadCondition) as refused:
        parse(json.dumps(condition))
    return f"{refused.value.where}: {refused.value.why}"


@pytest.mark.parametrize(
    "condition",
    [
        HIGH,
        {"is": "rate", "side": "above", "limit": 0.3, "within": 600},
        ABSENT,
        {"is": "stuck", "lasting": 3600, "tolerance": 0.01},
        {"is": "unusual", "threshold": 6, "seasonal": True},
        {"is": "scheduled", "of": HIGH, "days": [5, 6], "begin": "22:00", "end": "05:00"},
        {"is": "composite", "how": "all", "parts": [
            {"condition": HIGH, "stream": "level.1"},
            {"condition": {"is": "threshold", "side": "above", "limit": 20},
             "indicator": "feedback.open", "unit": "hcm-q11"},
        ]},
        {"is": "spatial", "of": HIGH, "quantity": "water_level", "least": 3, "unit": "p1"},
        {"is": "spatial", "of": HIGH, "quantity": "water_level", "least": 3,
         "lon": 106.65, "lat": 10.76, "within": 500},
    ],
)  # fmt: skip
def test_every_kind_is_read_and_written_and_read_again(condition: dict[str, Any]) -> None:
    found = parse(json.dumps(condition))
    assert parse(written(found)) == found
    assert condition.items() <= json.loads(written(found)).items() or "parts" in condition


@pytest.mark.parametrize(
    ("condition", "where"),
    [
        ({"is": "wish"}, "$.is"),
        ({"is": "threshold", "side": "above"}, "$"),
        ({**HIGH, "clear": 1.7}, "$.clear"),
        ({**HIGH, "side": "below", "clear": 1.2}, "$.clear"),
        ({**HIGH, "hold": -1}, "$.hold"),
        ({**HIGH, "unknown": 1}, "$"),
        ({"is": "absence", "after": 0}, "$.after"),
        ({"is": "unusual", "short": 9, "long": 3}, "$.short"),
        ({"is": "scheduled", "of": ABSENT, "days": []}, "$.days"),
        ({"is": "scheduled", "of": ABSENT, "days": [7]}, "$.days[0]"),
        ({"is": "scheduled", "of": ABSENT, "days": [1], "begin": "25:00"}, "$.begin"),
        ({"is": "scheduled", "of": ABSENT, "days": [1], "begin": "08:00", "end": "08:00"}, "$.end"),
        ({"is": "composite", "how": "all", "parts": []}, "$.parts"),
        ({"is": "composite", "how": "at_least", "least": 2,
          "parts": [{"condition": ABSENT, "stream": "a"}]}, "$.least"),
        ({"is": "composite", "how": "all", "parts": [{"condition": ABSENT}]}, "$.parts[0]"),
        ({"is": "composite", "how": "all",
          "parts": [{"condition": ABSENT, "stream": "a", "indicator": "b"}]}, "$.parts[0]"),
        ({"is": "composite", "how": "all",
          "parts": [{"condition": {**HIGH, "clear": 9}, "stream": "a"}]},
         "$.parts[0].condition.clear"),
        ({"is": "spatial", "of": ABSENT, "quantity": "q", "least": 2}, "$"),
        ({"is": "spatial", "of": ABSENT, "quantity": "q", "least": 2, "lon": 1, "lat": 2}, "$"),
        ({"is": "spatial", "of": ABSENT, "quantity": "q", "least": 0, "unit": "a"}, "$.least"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_its_place(condition: Any, where: str) -> None:
    assert said(condition).startswith(f"{where}: ")


def test_conditions_do_not_go_down_without_end() -> None:
    deep: dict[str, Any] = ABSENT
    for _ in range(DEEP):
        deep = {"is": "scheduled", "of": deep, "days": [1]}
    assert "too many" in said(deep)


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "\ud800", b"\xff"])
def test_what_is_no_condition_at_all_is_refused(text: Any) -> None:
    with pytest.raises(BadCondition):
        parse(text)
