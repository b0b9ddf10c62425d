"""The picture that stands for an article where its address is shared: drawn once, then kept."""

import io
from pathlib import Path

import fontpkg_noto_serif
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw, ImageFont, ImageOps

from dothi.core.attachments.models import Attachment
from dothi.portal.models import Article

# What the large networks and messengers show without cutting.
WIDTH, HEIGHT = 1200, 630
EDGE, PHOTO_HEIGHT = 64, 330
PAPER, INK, QUIET = (253, 251, 247), (40, 30, 26), (96, 84, 76)
LACQUER, LACQUER_2, GILT, WHITE = (110, 26, 24), (126, 38, 33), (214, 174, 92), (255, 250, 243)
_FONT = Path(fontpkg_noto_serif.__file__).parent / "files" / "NotoSerif[wdth,wght].ttf"


def card(*, article: Article, language: str, house: str) -> bytes:
    """The share card of the live revision, as JPEG; the title is in the language, if it has one."""
    live = article.live
    assert live is not None
    path = f"portal/cards/{article.code}-{live.number}-{language}.jpg"
    if default_storage.exists(path):
        with default_storage.open(path) as kept:
            return bytes(kept.read())
    title = (live.title_en if language == "en" else "") or live.title_vi
    drawn = draw(title=title, over=article.get_category_display(), house=house,
                 photo=_photo(live.image))  # fmt: skip
    default_storage.save(path, ContentFile(drawn))
    return drawn


def draw(*, title: str, over: str, house: str, photo: Image.Image | None) -> bytes:
    """A card with the photo above the title, or with the title alone on lacquer."""
    image = _with_photo(title, over, photo) if photo else _plain(title, over)
    pen = ImageDraw.Draw(image)
    ink, base = (QUIET, INK) if photo else (GILT, WHITE)
    pen.line((EDGE, HEIGHT - 92, WIDTH - EDGE, HEIGHT - 92), fill=GILT, width=3)
    pen.text((EDGE, HEIGHT - 76), house, font=_font(28, 600), fill=base)
    pen.text((WIDTH - EDGE, HEIGHT - 76), over, font=_font(28, 400), fill=ink, anchor="ra")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=86, optimize=True, progressive=True)
    return out.getvalue()


def _with_photo(title: str, over: str, photo: Image.Image) -> Image.Image:
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    image.paste(ImageOps.fit(photo, (WIDTH, PHOTO_HEIGHT)), (0, 0))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, PHOTO_HEIGHT, WIDTH, PHOTO_HEIGHT + 8), fill=LACQUER)
    lines, font = _fitted(pen, title, sizes=(54, 48, 42, 36), most=2)
    _write(pen, lines, font, top=PHOTO_HEIGHT + 34, fill=INK)
    return image


def _plain(title: str, over: str) -> Image.Image:
    image = Image.new("RGB", (WIDTH, HEIGHT), LACQUER)
    pen = ImageDraw.Draw(image)
    for x in range(0, WIDTH + 60, 60):  # The tile of the house, a quarter circle in each field.
        for y in range(0, HEIGHT, 60):
            pen.arc((x - 30, y - 30, x + 30, y + 30), 0, 90, fill=LACQUER_2, width=2)
            pen.arc((x + 30, y + 30, x + 90, y + 90), 180, 270, fill=LACQUER_2, width=2)
    lines, font = _fitted(pen, title, sizes=(76, 68, 60, 52, 44), most=4)
    _write(pen, lines, font, top=EDGE, fill=WHITE)
    return image


def _fitted(
    pen: ImageDraw.ImageDraw, text: str, *, sizes: tuple[int, ...], most: int
) -> tuple[list[str], ImageFont.FreeTypeFont]:
    """The largest size at which the text takes no more than so many lines; else it is cut."""
    for size in sizes:
        font = _font(size, 650)
        lines = _lines(pen, text, font)
        if len(lines) <= most:
            return lines, font
    return [*lines[: most - 1], f"{lines[most - 1]} …"], font


def _lines(pen: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if pen.textlength(longer, font=font) > WIDTH - 2 * EDGE and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _write(
    pen: ImageDraw.ImageDraw, lines: list[str], font: ImageFont.FreeTypeFont, *, top: int,
    fill: tuple[int, int, int],
) -> None:  # fmt: skip
    for number, line in enumerate(lines):
        # Vietnamese letters carry marks above marks: lines need more room than in English.
        pen.text((EDGE, top + number * font.size * 1.36), line, font=font, fill=fill)


def _font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(_FONT), size)
    font.set_variation_by_axes(
        [
            float(weight if b"eight" in (axis["name"] or b"") else axis["default"] or 0)
            for axis in font.get_variation_axes()
        ]
    )
    return font


def _photo(code: str) -> Image.Image | None:
    attachment = Attachment.objects.filter(code=code).first() if code else None
    if attachment is None or not default_storage.exists(attachment.path()):
        return None
    with default_storage.open(attachment.path()) as file:
        return Image.open(io.BytesIO(file.read())).convert("RGB")
