"""Pictures for the sample articles, drawn here: flat shapes in the colours of the house.

No photograph of a real place or person stands in the sample, and no picture file in the project.
"""

import io
import math
import random
from collections.abc import Callable

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1440, 960
SMALLER = (960, 640)
SKY, DUSK, NIGHT = (222, 234, 236), (247, 222, 190), (38, 44, 70)
GROUND, ROAD, KERB = (214, 202, 182), (92, 92, 98), (236, 228, 214)
LACQUER, GILT, LEAF, LEAF_2 = (138, 31, 27), (222, 178, 84), (72, 124, 84), (104, 156, 98)
WATER, WATER_2, INK, PAPER = (86, 142, 170), (126, 178, 198), (50, 44, 46), (252, 248, 240)
WALLS = ((226, 174, 122), (240, 214, 170), (196, 142, 120), (178, 192, 196), (234, 196, 184))
Pen = ImageDraw.ImageDraw


def draw(name: str) -> bytes:
    """The picture of that name as JPEG."""
    image = Image.new("RGB", (WIDTH, HEIGHT), SKY)
    SCENES[name](ImageDraw.Draw(image), random.Random(name))
    out = io.BytesIO()
    # Drawn large and made smaller: edges look printed, not cut.
    image.resize(SMALLER, Image.Resampling.BILINEAR).save(out, "JPEG", quality=92)
    return out.getvalue()


def _shade(colour: tuple[int, int, int], by: float) -> tuple[int, int, int]:
    return tuple(max(0, min(255, round(part * by))) for part in colour)  # type: ignore[return-value]


def _sky(pen: Pen, top: tuple[int, int, int], low: tuple[int, int, int], until: int) -> None:
    for y in range(until):
        share = y / until
        mixed = tuple(round(a + (b - a) * share) for a, b in zip(top, low, strict=True))
        pen.line((0, y, WIDTH, y), fill=mixed)


def _houses(pen: Pen, chance: random.Random, base: int, *, lit: bool = False) -> None:
    """A row of narrow tube houses, as they stand along a street of the city."""
    x = -40
    while x < WIDTH:
        width, height = chance.randint(110, 170), chance.randint(260, 470)
        wall = chance.choice(WALLS) if not lit else _shade(chance.choice(WALLS), 0.45)
        top = base - height
        pen.rectangle((x, top, x + width, base), fill=wall)
        pen.rectangle((x, top - 14, x + width, top), fill=_shade(wall, 0.82))
        for floor in range(top + 34, base - 110, 92):
            for offset in (0.16, 0.58):
                left = x + width * offset
                glass = GILT if lit and chance.random() < 0.5 else _shade(wall, 0.66)
                pen.rectangle((left, floor, left + width * 0.26, floor + 54), fill=glass)
        pen.rectangle((x + 16, base - 92, x + width - 16, base), fill=_shade(wall, 0.58))
        awning = chance.choice((LACQUER, LEAF, WATER, GILT))
        pen.rectangle((x + 6, base - 112, x + width - 6, base - 92), fill=awning)
        x += width + chance.choice((0, 0, 6))


def _tree(pen: Pen, x: float, base: float, size: float, chance: random.Random) -> None:
    pen.rectangle((x - size * 0.06, base - size, x + size * 0.06, base), fill=(112, 84, 64))
    for _ in range(9):
        dx, dy = chance.uniform(-0.4, 0.4) * size, chance.uniform(-0.45, 0.25) * size
        r = chance.uniform(0.22, 0.34) * size
        cx, cy = x + dx, base - size * 1.15 + dy
        pen.ellipse((cx - r, cy - r, cx + r, cy + r), fill=chance.choice((LEAF, LEAF_2)))


def _person(pen: Pen, x: float, base: float, size: float, shirt: tuple[int, int, int]) -> None:
    head = size * 0.13
    pen.rounded_rectangle(
        (x - size * 0.17, base - size * 0.7, x + size * 0.17, base), size * 0.14, fill=shirt
    )
    pen.ellipse(
        (x - head, base - size * 0.72 - 2 * head, x + head, base - size * 0.72),
        fill=(212, 164, 128),
    )
    pen.pieslice(
        (x - head, base - size * 0.72 - 2.1 * head, x + head, base - size * 0.72 - 0.1 * head),
        180, 360, fill=INK,
    )  # fmt: skip


def _street(pen: Pen, base: int) -> None:
    pen.rectangle((0, base, WIDTH, base + 40), fill=KERB)
    pen.rectangle((0, base + 40, WIDTH, HEIGHT), fill=ROAD)


def drain(pen: Pen, chance: random.Random) -> None:
    """Works for a box drain in a street."""
    _sky(pen, (198, 222, 232), DUSK, 560)
    _houses(pen, chance, 560)
    _street(pen, 560)
    pen.polygon(((180, 700), (1260, 700), (1420, 960), (20, 960)), fill=(120, 88, 62))
    pen.polygon(((260, 730), (1180, 730), (1290, 960), (150, 960)), fill=(84, 62, 46))
    for number, x in enumerate(range(300, 1140, 290)):
        depth = 760 + number % 2 * 14
        pen.rectangle((x, depth, x + 240, depth + 170), fill=(186, 184, 178))
        pen.rectangle((x + 30, depth + 30, x + 210, depth + 140), fill=(60, 62, 68))
    for x in range(60, WIDTH, 150):
        pen.rectangle((x, 622, x + 14, 712), fill=INK)
        for stripe in range(5):
            pen.polygon(
                ((x - 60 + stripe * 30, 664), (x - 45 + stripe * 30, 664),
                 (x - 60 + stripe * 30, 634), (x - 75 + stripe * 30, 634)),
                fill=LACQUER if stripe % 2 else PAPER,
            )  # fmt: skip
    _person(pen, 1130, 742, 190, (226, 140, 52))
    _person(pen, 1230, 752, 176, (226, 140, 52))


def clinic(pen: Pen, chance: random.Random) -> None:
    """A health station with a line of parents and children."""
    _sky(pen, (196, 222, 226), (240, 240, 226), 700)
    pen.rectangle((0, 700, WIDTH, HEIGHT), fill=GROUND)
    pen.rectangle((300, 250, 1240, 720), fill=PAPER)
    pen.polygon(((260, 250), (1280, 250), (1220, 180), (320, 180)), fill=LEAF)
    for x in (370, 560, 900, 1090):
        pen.rectangle((x, 350, x + 110, 480), fill=WATER_2)
        pen.line((x + 55, 350, x + 55, 480), fill=PAPER, width=8)
    pen.rectangle((710, 420, 850, 720), fill=WATER)
    pen.ellipse((700, 210, 860, 370), fill=PAPER, outline=LEAF, width=6)
    pen.rectangle((764, 240, 796, 340), fill=LEAF)
    pen.rectangle((730, 274, 830, 306), fill=LEAF)
    for number, x in enumerate(range(140, 690, 110)):
        _person(pen, x, 850, 250, chance.choice(WALLS))
        if number % 2 == 0:
            _person(pen, x + 52, 850, 140, chance.choice((LACQUER, WATER, GILT)))
    _tree(pen, 1340, 760, 250, chance)


def control_room(pen: Pen, chance: random.Random) -> None:
    """A duty room at night: a wall of screens, two people before it."""
    pen.rectangle((0, 0, WIDTH, HEIGHT), fill=(26, 30, 44))
    pen.rectangle((90, 110, 1350, 620), fill=(14, 18, 30), outline=(70, 78, 104), width=8)
    points = [(chance.randint(150, 830), chance.randint(160, 570)) for _ in range(26)]
    for x in range(120, 860, 92):
        wave = [(x + math.sin(y / 60 + x) * 16, y) for y in range(130, 606, 12)]
        pen.line(wave, fill=(54, 66, 96), width=5)
    for y in range(150, 610, 86):
        pen.line([(x, y + math.cos(x / 80 + y) * 14) for x in range(112, 870, 12)],
                 fill=(54, 66, 96), width=5)  # fmt: skip
    for number, (x, y) in enumerate(points):
        colour = LACQUER if number < 3 else GILT if number < 9 else LEAF_2
        pen.ellipse((x - 11, y - 11, x + 11, y + 11), fill=colour)
    for row in range(3):
        top = 140 + row * 156
        pen.rectangle((900, top, 1320, top + 130), fill=(30, 36, 56))
        heights = [chance.randint(24, 100) for _ in range(9)]
        for column, height in enumerate(heights):
            x = 924 + column * 43
            pen.rectangle((x, top + 116 - height, x + 28, top + 116), fill=WATER if row else GILT)
    pen.rectangle((0, 780, WIDTH, HEIGHT), fill=(58, 50, 54))
    pen.rectangle((0, 762, WIDTH, 786), fill=(96, 82, 82))
    for x, shirt in ((420, WATER), (960, LACQUER)):
        _person(pen, x, 930, 330, shirt)


def alley(pen: Pen, chance: random.Random) -> None:
    """A clean alley with bins and a small board."""
    _sky(pen, (206, 226, 230), DUSK, 500)
    pen.polygon(((0, 120), (560, 330), (560, 620), (0, 960)), fill=WALLS[0])
    pen.polygon(((1440, 80), (880, 330), (880, 620), (1440, 960)), fill=WALLS[1])
    pen.polygon(((0, 960), (560, 620), (880, 620), (1440, 960)), fill=(190, 184, 174))
    for n in range(4):
        x, s = 40 + n * 130, 1 - n * 0.2
        pen.rectangle(
            (x, 420 - 60 * n * 0.2, x + 84 * s, 420 + 190 * s), fill=_shade(WALLS[0], 0.7)
        )
        y = 1330 - n * 120
        pen.rectangle((y - 90 * s, 410, y, 410 + 190 * s), fill=_shade(WALLS[1], 0.72))
    for number, x in enumerate((300, 420)):
        colour = LEAF if number else (222, 150, 52)
        pen.rounded_rectangle((x, 640 - number * 44, x + 96, 800 - number * 60), 12, fill=colour)
        pen.rounded_rectangle(
            (x - 8, 620 - number * 44, x + 104, 648 - number * 44), 8, fill=_shade(colour, 0.75)
        )
    pen.rectangle((1040, 560, 1056, 860), fill=INK)
    pen.rectangle((940, 420, 1160, 590), fill=PAPER, outline=LACQUER, width=8)
    for n in range(3):
        pen.rectangle((966, 452 + n * 40, 1090 - n * 26, 468 + n * 40), fill=INK)
    for x in range(3):
        for y in range(3):
            if (x + y) % 2 == 0:
                pen.rectangle((1106 + x * 14, 520 + y * 14, 1118 + x * 14, 532 + y * 14), fill=INK)
    _tree(pen, 720, 640, 150, chance)


def valve(pen: Pen, chance: random.Random) -> None:
    """A water main with its valve, opened at night."""
    _sky(pen, NIGHT, (70, 72, 104), 520)
    _houses(pen, chance, 520, lit=True)
    pen.rectangle((0, 520, WIDTH, 570), fill=(96, 92, 96))
    pen.rectangle((0, 570, WIDTH, HEIGHT), fill=(104, 80, 62))
    pen.rectangle((0, 690, WIDTH, 850), fill=WATER)
    pen.rectangle((0, 706, WIDTH, 740), fill=WATER_2)
    for x in (250, 1090):
        pen.rectangle((x, 660, x + 60, 880), fill=_shade(WATER, 0.72))
    pen.rectangle((640, 600, 800, 700), fill=_shade(WATER, 0.62))
    pen.rectangle((704, 480, 736, 610), fill=INK)
    pen.ellipse((590, 420, 850, 520), outline=LACQUER, width=26)
    pen.line((600, 470, 840, 470), fill=LACQUER, width=18)
    pen.ellipse((1170, 110, 1280, 220), fill=(244, 232, 200))


def park(pen: Pen, chance: random.Random) -> None:
    """A small green corner with a bench."""
    _sky(pen, (190, 220, 232), (244, 240, 220), 600)
    _houses(pen, chance, 560)
    pen.rectangle((0, 560, WIDTH, HEIGHT), fill=LEAF_2)
    pen.polygon(((420, 960), (700, 560), (780, 560), (1120, 960)), fill=(232, 218, 186))
    for x, base, size in ((120, 720, 280), (330, 640, 210), (1010, 640, 220), (1280, 760, 310)):
        _tree(pen, x, base, size, chance)
    pen.rectangle((900, 770, 1180, 796), fill=(146, 100, 66))
    pen.rectangle((900, 710, 1180, 734), fill=(146, 100, 66))
    for x in (920, 1148):
        pen.rectangle((x, 700, x + 14, 850), fill=INK)
    for _ in range(46):
        x, y = chance.randint(0, WIDTH), chance.randint(800, 950)
        pen.ellipse((x - 8, y - 8, x + 8, y + 8), fill=chance.choice((LACQUER, GILT, PAPER)))
    _person(pen, 620, 850, 200, WATER)
    _person(pen, 690, 850, 130, LACQUER)


def lesson(pen: Pen, chance: random.Random) -> None:
    """Older people learn at a table, each with a telephone."""
    pen.rectangle((0, 0, WIDTH, HEIGHT), fill=(240, 228, 206))
    pen.rectangle((0, 660, WIDTH, HEIGHT), fill=(206, 170, 130))
    for x in (120, 1030):
        pen.rectangle((x, 110, x + 290, 430), fill=WATER_2, outline=PAPER, width=14)
        pen.line((x + 145, 110, x + 145, 430), fill=PAPER, width=12)
    pen.rectangle((520, 130, 920, 380), fill=PAPER, outline=LACQUER, width=8)
    for n in range(4):
        pen.rectangle((560, 176 + n * 46, 880 - n * 54, 192 + n * 46), fill=_shade(INK, 1.6))
    for x, shirt in ((330, WALLS[2]), (620, LACQUER), (880, WATER), (1130, LEAF)):
        _person(pen, x, 800, 360, shirt)
    pen.rounded_rectangle((140, 700, 1300, 770), 20, fill=(160, 108, 70))
    for x in (330, 620, 880, 1130):
        pen.rounded_rectangle((x - 34, 620, x + 34, 724), 10, fill=INK)
        pen.rectangle((x - 25, 632, x + 25, 708), fill=WATER_2)
    for x in (220, 1200):
        pen.rectangle((x, 770, x + 30, 950), fill=(128, 84, 54))


def storm(pen: Pen, chance: random.Random) -> None:
    """Heavy rain over a street with high sockets and tied signs."""
    _sky(pen, (70, 80, 104), (150, 164, 176), 560)
    _houses(pen, chance, 560)
    _street(pen, 560)
    for cx in range(60, WIDTH, 190):
        r = chance.randint(90, 150)
        pen.ellipse((cx - r, 20 - r // 2, cx + r, 20 + r), fill=(84, 92, 112))
    for _ in range(520):
        x, y = chance.randint(-60, WIDTH), chance.randint(120, HEIGHT)
        pen.line((x, y, x - 16, y + 46), fill=(190, 208, 222), width=3)
    for n in range(5):
        y = 720 + n * 48
        pen.arc((200 - n * 60, y, 900 + n * 80, y + 70), 10, 170, fill=WATER_2, width=5)
    pen.rectangle((1200, 180, 1222, 700), fill=INK)
    pen.line((1210, 210, 1440, 160), fill=INK, width=6)
    pen.line((1210, 240, 900, 190), fill=INK, width=6)
    pen.polygon(((470, 620), (620, 520), (770, 620)), fill=LACQUER)
    pen.line((620, 540, 620, 800), fill=INK, width=8)
    _person(pen, 620, 850, 230, GILT)


def chart(pen: Pen, chance: random.Random) -> None:
    """Bars and a falling line: how quickly reports are answered."""
    pen.rectangle((0, 0, WIDTH, HEIGHT), fill=PAPER)
    for n in range(6):
        pen.line((140, 180 + n * 110, 1320, 180 + n * 110), fill=(226, 218, 204), width=4)
    heights = (430, 520, 380, 330, 290, 230, 250, 190)
    for n, height in enumerate(heights):
        x = 180 + n * 142
        pen.rounded_rectangle((x, 740 - height, x + 88, 748), 10, fill=WATER if n % 2 else LEAF)
    pen.rectangle((140, 736, 1320, 744), fill=INK)
    line = [(224 + n * 142, 700 - height * 0.9 - 60) for n, height in enumerate(heights)]
    pen.line(line, fill=LACQUER, width=12, joint="curve")
    for x, y in line:
        pen.ellipse((x - 17, y - 17, x + 17, y + 17), fill=PAPER, outline=LACQUER, width=9)
    for n in range(4):
        pen.rounded_rectangle((180 + n * 300, 820, 380 + n * 300, 848), 14, fill=(222, 212, 194))


def keys(pen: Pen, chance: random.Random) -> None:
    """A board of keys at the door of an alley house."""
    pen.rectangle((0, 0, WIDTH, HEIGHT), fill=(198, 142, 120))
    for y in range(0, HEIGHT, 80):
        for x in range(-80 + y // 80 % 2 * 80, WIDTH, 160):
            brick = _shade((204, 150, 126), chance.uniform(0.95, 1.05))
            pen.rectangle((x + 3, y + 3, x + 157, y + 77), fill=brick)
    pen.rounded_rectangle((300, 150, 1140, 790), 24, fill=(120, 80, 54))
    pen.rounded_rectangle((330, 180, 1110, 760), 14, fill=(226, 196, 150))
    for row in range(3):
        for column in range(5):
            x, y = 420 + column * 150, 250 + row * 180
            pen.rectangle((x - 5, y - 34, x + 5, y), fill=INK)
            if (row, column) == (1, 3):
                continue
            metal = chance.choice((GILT, (176, 180, 186), (150, 112, 64)))
            pen.ellipse((x - 27, y - 12, x + 27, y + 42), outline=metal, width=12)
            pen.rectangle((x - 7, y + 38, x + 7, y + 116), fill=metal)
            pen.rectangle((x, y + 84, x + 24, y + 94), fill=metal)
            pen.rectangle((x, y + 104, x + 18, y + 114), fill=metal)
    pen.rounded_rectangle((560, 820, 880, 910), 12, fill=LACQUER)
    pen.text((720, 864), "347", fill=GILT, font_size=64, anchor="mm")


SCENES: dict[str, Callable[[Pen, random.Random], None]] = {
    "drain": drain,
    "clinic": clinic,
    "control_room": control_room,
    "alley": alley,
    "valve": valve,
    "park": park,
    "lesson": lesson,
    "storm": storm,
    "chart": chart,
    "keys": keys,
}
