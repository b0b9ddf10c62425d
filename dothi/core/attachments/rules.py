"""What a file is, judged by what is in it and never by its name. Pure: bytes in, bytes out."""

import io
from dataclasses import dataclass
from typing import Any

import imagehash
import pillow_heif
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from dothi.core.attachments.choices import Kind, Refusal
from dothi.lib.geo import Point

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 60_000_000
LONGEST_SIDE = 2560
RENDITIONS = (320, 960)
MIME = {Kind.IMAGE: "image/jpeg", Kind.PDF: "application/pdf"}

pillow_heif.register_heif_opener()
# We measure before we decode, and refuse with a sentence of our own.
Image.MAX_IMAGE_PIXELS = None


class Refused(Exception):
    """The file is not taken; `.message` is a sentence for whoever sent it."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal

    @property
    def message(self) -> str:
        return str(self.refusal.label)


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture made anew from its pixels: no trace of camera, place or person is left in it."""

    content: bytes
    width: int
    height: int
    renditions: dict[int, bytes]
    likeness: int  # Perceptual hash, 64 bit, signed.
    place: Point | None


def sniff(content: bytes) -> Kind:
    """Tell pictures and PDF documents by their first bytes.

    Raises:
        Refused: it is empty, too large, or something else.
    """
    if not content:
        raise Refused(Refusal.EMPTY)
    if len(content) > MAX_BYTES:
        raise Refused(Refusal.TOO_LARGE)
    if content.startswith(b"%PDF-"):
        return Kind.PDF
    brand = content[4:12]
    if (
        content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
        or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")
        or brand in {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1", b"ftyphevc"}
    ):
        return Kind.IMAGE
    raise Refused(Refusal.UNKNOWN)


# What decoders raise for spoilt pictures; HEIF's names what it refuses a RuntimeError.
FAULTS = (UnidentifiedImageError, OSError, EOFError, RuntimeError, ValueError, SyntaxError)


def make_picture(content: bytes) -> Picture:
    """Decode a picture and encode it anew.

    Raises:
        Refused: it cannot be decoded, or has too many pixels.
    """
    try:
        with Image.open(io.BytesIO(content)) as source:
            if source.width * source.height > MAX_PIXELS:
                raise Refused(Refusal.TOO_MANY_PIXELS)
            place = place_in(source.getexif())
            upright = ImageOps.exif_transpose(source).convert("RGB")
    except FAULTS as error:
        raise Refused(Refusal.BROKEN) from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # Only the pixels go on: a new image has no metadata to forget about.
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    return Picture(
        content=_jpeg(bare),
        width=bare.width,
        height=bare.height,
        renditions={size: _jpeg(_shrunk(bare, size)) for size in RENDITIONS},
        likeness=_signed(int(str(imagehash.dhash(bare)), 16)),
        place=place,
    )


def place_in(exif: Image.Exif) -> Point | None:
    """Where the picture was taken, as the camera says (Exif 2.32, GPS IFD), or None."""
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    try:
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef] == "S")
        lon = _degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef] == "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat == 0 and lon == 0):
        return None
    return Point(lon, lat)


def likeness(one: int, other: int) -> float:
    """How alike two pictures look: 1 is the same, 0 the opposite; unrelated ones lie near 0.5."""
    return 1 - ((one ^ other) & 0xFFFF_FFFF_FFFF_FFFF).bit_count() / 64


def _degrees(parts: Any, negative: bool) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if negative else value


def _shrunk(image: Image.Image, size: int) -> Image.Image:
    small = image.copy()
    small.thumbnail((size, size))
    return small


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82, optimize=True, progressive=True)
    return out.getvalue()


def _signed(number: int) -> int:
    return number - 2**64 if number >= 2**63 else number
