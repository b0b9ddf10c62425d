"""Lines are drawn within their picture, and the scale holds every value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.lib import charts

NUMBERS = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False)


@given(st.lists(NUMBERS, min_size=2, max_size=80))
def test_every_point_lies_within_the_picture(values: list[float]) -> None:
    drawn = charts.line([(str(number), value) for number, value in enumerate(values)])
    assert drawn is not None
    for x, y in drawn.dots:
        assert charts.LEFT <= x <= charts.WIDTH - charts.RIGHT
        assert charts.TOP - 0.2 <= y <= charts.HEIGHT - charts.BOTTOM + 0.2
    room = 1e-9 + 1e-6 * max(abs(value) for value in values)
    assert drawn.ticks[0].value <= min(0, *values) + room
    assert drawn.ticks[-1].value >= max(0, *values) - room


@pytest.mark.parametrize(
    ("low", "high", "marks"),
    [(0, 10, [0, 5, 10]), (0, 37, [0, 10, 20, 30, 40]), (-3, 4, [-4, -2, 0, 2, 4]),
     (0, 0, [0, 0.5])],
)  # fmt: skip
def test_the_scale_is_made_of_round_values(low: float, high: float, marks: list[float]) -> None:
    assert charts.scale(low, high) == pytest.approx(marks)


def test_one_point_is_no_line() -> None:
    assert charts.line([("a", 1.0)]) is None
    assert charts.line([("a", 1.0), ("b", float("nan"))]) is None
