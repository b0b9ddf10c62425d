"""Pictures made here: nobody else's are in the tree."""

import io

from PIL import Image, ImageDraw


def picture(
    *, seed: int = 1, size: tuple[int, int] = (800, 600), gps: tuple[float, float] | None = None,
    form: str = "JPEG",
) -> bytes:  # fmt: skip
    """A picture with a few coloured boxes; `gps` is (lon, lat) in degrees."""
    image = Image.new("RGB", size, (40 * seed % 255, 90, 120))
    draw = ImageDraw.Draw(image)
    for n in range(6):
        x, y = (seed * 97 + n * 131) % size[0], (seed * 53 + n * 89) % size[1]
        draw.rectangle((x, y, x + 120, y + 90), fill=((n * 40 + seed * 7) % 255, 180, n * 30))
    exif = Image.Exif()
    exif[0x010F] = "Camera of somebody"
    if gps:
        lon, lat = gps
        exif[0x8825] = {
            1: "N" if lat >= 0 else "S", 2: _dms(abs(lat)), 3: "E" if lon >= 0 else "W",
            4: _dms(abs(lon)),
        }  # fmt: skip
    out = io.BytesIO()
    image.save(out, form, exif=exif)
    return out.getvalue()


def _dms(value: float) -> tuple[float, float, float]:
    degrees = int(value)
    minutes = int((value - degrees) * 60)
    return float(degrees), float(minutes), (value - degrees - minutes / 60) * 3600
