"""Citizen reports as a CSV file of any length, with faults planted where asked. Seeded."""

import csv
import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

HEAD = (
    "code", "received_at", "unit", "category", "lat", "lon", "text", "state", "resolved_at",
    "rating",
)  # fmt: skip
UNITS = ("binh-thoi", "phu-tho", "hoa-binh", "minh-phung")
CATEGORIES = ("lighting", "waste", "road", "noise", "water", "order", "trees", "other")
STATES = ("received", "assigned", "resolved", "closed")
TEXTS = (
    "Đèn đường tắt ba ngày nay, buổi tối đi lại rất nguy hiểm",
    "Rác chất đống trước hẻm chưa ai thu gom",
    "Mặt đường bong tróc, có ổ gà lớn gần trường học",
    "Quán ăn mở nhạc lớn sau 22 giờ, cả xóm không ngủ được",
    'Bảng ghi "Cấm đỗ xe" bị che khuất, xe vẫn đậu hai bên',
    "Nước chảy yếu từ sáng, nhà có người già",
    "Cây nghiêng ra đường\nmong phường cho cắt tỉa\ncảm ơn",
    "Cống nghẹt, nước dâng lên vỉa hè mỗi khi mưa",
)
START = datetime(2021, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A fault in the file: the code of the row that was spoilt, and how."""

    code: str
    kind: str


def write_reports(
    path: Path, rows: int, faults_per_million: int = 0, *, seed: int = 11
) -> list[Planted]:
    """Write so many reports, and say which of them were spoilt and how."""
    chance = random.Random(seed)
    planted: list[Planted] = []
    kinds = list(SPOILERS)
    with path.open("wb") as file:
        file.write((",".join(HEAD) + "\r\n").encode())
        for number in range(rows):
            row = report(number, chance)
            if faults_per_million and chance.random() * 1e6 < faults_per_million:
                kind = kinds[len(planted) % len(kinds)]
                file.write(SPOILERS[kind](row))
                planted.append(Planted(code=row[0], kind=kind))
            else:
                file.write(written(row))
    return planted


def report(number: int, chance: random.Random) -> list[str]:
    """One report as a row of text; the same number and seed give the same row."""
    received = START + timedelta(seconds=30 * number)
    done = chance.random() < 0.8
    state = STATES[2 + (chance.random() < 0.7)] if done else STATES[chance.random() < 0.5]
    resolved = received + timedelta(minutes=chance.randrange(30, 20_000))
    text = TEXTS[chance.randrange(6)]
    if chance.random() < 0.04:
        text = TEXTS[6 + chance.randrange(2)]
    return [
        f"PA-{number:08d}",
        f"{received:%Y-%m-%dT%H:%M:%S}Z",
        UNITS[chance.randrange(4)],
        CATEGORIES[chance.randrange(8)],
        f"{10.755 + chance.random() * 0.03:.6f}",
        f"{106.635 + chance.random() * 0.03:.6f}",
        f"{text} ({chance.randrange(1000)})",
        state,
        f"{resolved:%Y-%m-%dT%H:%M:%S}Z" if done else "",
        str(chance.randrange(1, 6)) if done and chance.random() < 0.3 else "",
    ]


def written(row: list[str]) -> bytes:
    """The row as a line of the file (several, where the text has breaks)."""
    out = io.StringIO()
    csv.writer(out).writerow(row)
    return out.getvalue().encode()


def _quoted(row: list[str], opening: str, closing: str, *, text: str = "hai, ba") -> bytes:
    cells = row[:]
    cells[6] = f"{opening}{text}{closing}"
    return (",".join(cells) + "\r\n").encode()


SPOILERS: dict[str, Callable[[list[str]], bytes]] = {
    "never_closed": lambda row: _quoted(row, '"', ""),
    "never_opened": lambda row: _quoted(row, "", '"'),
    "too_many": lambda row: (",".join([*row[:6], "x", *row[7:], "y"]) + "\r\n").encode(),
    "too_few": lambda row: (",".join(row[:4]) + "\r\n").encode(),
    "bad_bytes": lambda row: _quoted(row, "", "", text="x").replace(b",x,", b",\xc3\x28\xff,"),
    "nul": lambda row: _quoted(row, "", "", text="a\0b"),
    "after_quote": lambda row: _quoted(row, '"', '"x', text="hai"),
    "inner_quote": lambda row: _quoted(row, "", "", text='ống 5" bể'),
}
